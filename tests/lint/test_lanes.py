"""What `make test` leaves out is there, and `make test-lanes` runs all of it."""

from __future__ import annotations

import os
import shlex
import subprocess

from devkit.network.services import REPO

IGNORE = "--ignore="


def _arguments(target: str) -> list[str]:
    asked = ["make", "--no-print-directory", "--dry-run", target]
    done = subprocess.run(asked, cwd=REPO, capture_output=True, text=True, check=True)
    return shlex.split(done.stdout.splitlines()[-1])


def test_what_is_left_out_is_there_and_is_what_the_lanes_run() -> None:
    left_out = [one.removeprefix(IGNORE) for one in _arguments("test") if one.startswith(IGNORE)]
    assert left_out and not [one for one in left_out if not (REPO / one).exists()]
    assert [one for one in _arguments("test-lanes") if one.startswith("tests/")] == left_out


def test_ci_runs_the_tests_that_the_readme_names() -> None:
    assert "\nmake test\n" in (REPO / ".ci" / "run").read_text()
    assert "    make test  " in (REPO / "README.md").read_text()


def test_python_keeps_what_it_compiles_also_where_the_environment_forbids_it() -> None:
    """Else each process of a test, of which there are thousands, compiles all modules that it imports."""
    asked = ["make", "--no-print-directory", "--eval", 'show: ; @echo "<$$PYTHONDONTWRITEBYTECODE>"', "show"]
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(asked, cwd=REPO, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "<>\n"
