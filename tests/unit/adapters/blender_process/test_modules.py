"""What another Blender says of its modules, and what is said where it does not."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from renderchain.adapters.blender_process import modules
from renderchain.adapters.blender_process.modules import PROGRAM, modules_of
from renderchain.adapters.blender_process.process import NEEDED_MODULES, folder_of
from renderchain.core.errors import RenderFailed


def blender(folder: Path, script: str) -> str:
    """A program that is started as a Blender is."""
    path = folder / "blender"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_the_program_that_runs_in_it_says_where_they_are(tmp_path: Path) -> None:
    said = (
        f'echo "Blender 5.2"; {sys.executable} {PROGRAM} -- {" ".join(NEEDED_MODULES)}; echo "Blender quit"'
    )
    assert modules_of(blender(tmp_path, said)) == tuple(map(folder_of, NEEDED_MODULES))


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (f"echo '{json.dumps({'modules': {'numpy': '/usr'}})}'", "lacks the Python modules OpenEXR: install"),
        ("echo hello", "no Blender that runs scripts: hello"),
        ("echo no display >&2; exit 1", "no Blender that runs scripts: no display"),
        ("exit 1", "it said nothing"),
    ],
)
def test_what_is_no_blender_with_our_extension_is_told_so(tmp_path: Path, script: str, sentence: str) -> None:
    with pytest.raises(RenderFailed, match=sentence):
        modules_of(blender(tmp_path, script))


def test_a_program_that_is_not_there_is_a_setting_to_correct(tmp_path: Path) -> None:
    with pytest.raises(RenderFailed, match="can't be started.*correct the setting blenders"):
        modules_of(str(tmp_path / "blender"))


def test_one_that_does_not_start_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modules, "START_S", 0.2)
    with pytest.raises(RenderFailed, match="did not start within"):
        modules_of(blender(tmp_path, "exec sleep 10"))
