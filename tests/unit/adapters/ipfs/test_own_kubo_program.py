"""Which program is started as Kubo: never one that lies where Blender happened to be started."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from renderchain.adapters.ipfs import own_kubo
from renderchain.adapters.ipfs.own_kubo import OwnKubo
from renderchain.core.errors import StoreError


def program(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    made = folder / "ipfs"
    made.write_text("#!/bin/sh\ntouch ran\n")
    made.chmod(0o755)
    return made


@pytest.mark.parametrize("searches_here", [False, True], ids=["relative", "as Windows does"])
def test_a_program_beside_a_scene_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, searches_here: bool
) -> None:
    """Who opens a downloaded .blend by a double click is in its folder, and so may be an ipfs.exe."""
    downloaded = program(tmp_path / "downloaded")
    monkeypatch.chdir(downloaded.parent)
    monkeypatch.setenv("PATH", ".:")
    if searches_here:
        monkeypatch.setattr(shutil, "which", lambda *_, **__: str(downloaded))
    with pytest.raises(StoreError, match="there is no program ipfs. Install Kubo"):
        OwnKubo("ipfs", tmp_path / "node", is_private=True).place()
    assert not (downloaded.parent / "ran").exists()


def test_one_on_the_path_and_one_that_is_named_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = program(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"/no/such/folder:{there.parent}")
    assert own_kubo._found("ipfs") == str(there) == own_kubo._found(str(there))
