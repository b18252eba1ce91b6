"""Runs ``inside`` in the real Blender application, through pytest-blender."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.application import Application

INSIDE = Path(__file__).with_name("inside")
ALL_SKIPPED = "test_packed_geometry.py"  # where a Blender was built without USD and Alembic, as Debian's was


@pytest.mark.parametrize("file", sorted(path.name for path in INSIDE.glob("test_*.py")))
def test_inside_the_application(application: Application, file: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "pytest-blender"]
    command += ["--blender-executable", application.blender, "-c", str(INSIDE / "pytest.ini")]
    folders = ["--rootdir", str(INSIDE), "--basetemp", str(tmp_path / "inside"), str(INSIDE / file)]
    # Plugins that are installed here take seconds to load, and nothing inside uses them.
    done = application.call([*command, *folders], 900, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    said = done.stdout[-5000:] + done.stderr[-2000:]
    if file == ALL_SKIPPED and done.returncode == 0 and " skipped in " in done.stdout:
        pytest.skip("this Blender reads neither USD nor Alembic")
    assert done.returncode == 0 and " passed" in done.stdout, said
