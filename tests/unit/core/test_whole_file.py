"""A file is written whole or not at all, whichever step of it the disk refuses."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from renderchain.core.whole_file import FOR_USER, sync_folder, write_whole

from devkit.fakes.full_disk import no_room


def refused(number: int) -> Callable[..., Any]:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize("was", [None, b"the old"])
@pytest.mark.parametrize("step", ["open", "write", "fsync", "replace"])
def test_where_a_step_is_refused_the_old_file_stays_and_nothing_else(
    step: str, was: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.json"
    if was is not None:
        path.write_bytes(was)
    full: AbstractContextManager[None] = no_room() if step == "write" else nullcontext()
    with monkeypatch.context() as patch, full:
        if step != "write":
            patch.setattr(os, step, refused(errno.ENOSPC))
        with pytest.raises(OSError, match="kept.json'$") as caught:
            write_whole(path, b"the new")
    assert caught.value.errno == (errno.EFBIG if step == "write" else errno.ENOSPC)
    assert caught.value.filename == str(path)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == ({path.name: was} if was else {})
    write_whole(path, b"the new")
    assert path.read_bytes() == b"the new"


def test_what_only_its_user_may_read_is_so_whoever_could_read_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "key.json"
    path.parent.mkdir()
    for left in (path, path.with_name("key.json.partial")):
        left.write_bytes(b"open to all")
        left.chmod(0o644)
    write_whole(path, b"secret", FOR_USER)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_partial_file_that_is_a_link_leads_nowhere(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"not ours")
    (tmp_path / "kept.json.partial").symlink_to(other)
    write_whole(tmp_path / "kept.json", b"ours")
    assert other.read_bytes() == b"not ours" and not (tmp_path / "kept.json").is_symlink()


def test_names_are_on_the_disk_before_it_is_said_that_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    sync = os.fsync

    def noted(file: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(file).st_mode))
        sync(file)

    monkeypatch.setattr(os, "fsync", noted)
    write_whole(tmp_path / "kept.json", b"all")
    assert synced == [False, True]


def test_a_file_system_that_cannot_sync_a_folder_is_no_fault_and_a_broken_disk_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refused(errno.EINVAL))
    sync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", refused(errno.EIO))
    with pytest.raises(OSError, match="Input/output"):
        sync_folder(tmp_path)
