"""Runs ``inside`` in the real Blender application, through pytest-blender."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.application import Application
from tools.network.services import REPO

INSIDE = Path(__file__).with_name("inside")


@pytest.mark.parametrize("file", sorted(path.name for path in INSIDE.glob("test_*.py")))
def test_inside_the_application(application: Application, file: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "pytest-blender"]
    command += ["--blender-executable", application.blender, "-c", str(INSIDE / "pytest.ini")]
    done = subprocess.run(
        [*command, "--rootdir", str(INSIDE), "--basetemp", str(tmp_path / "inside"), str(INSIDE / file)],
        cwd=REPO,
        env=application.environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-5000:] + done.stderr[-2000:]
