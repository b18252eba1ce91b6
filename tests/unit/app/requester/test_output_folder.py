"""A folder that can't be written is known before a job is paid."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from renderchain.app.requester.output_folder import try_output, why_not_writable
from renderchain.core.errors import LocalError


def test_a_folder_that_was_not_there_is_tried_and_goes_again(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert why_not_writable(folder) == ""
    try_output(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_there_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    try_output(tmp_path / "there")
    try_output(tmp_path / "there" / "new")
    assert list(tmp_path.rglob("*")) == [tmp_path / "there"]


def test_a_full_disk_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(LocalError, match="No space left"):
        try_output(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "frames"
    assert f"{tmp_path / 'file'} is a file" in why_not_writable(folder)
    with pytest.raises(LocalError, match="Nothing was sent or paid; choose another folder"):
        try_output(folder)


@pytest.mark.parametrize("place", ["/proc/renderchain", "/dev/null/frames"])
def test_where_nobody_may_write_nothing_is_paid(place: str) -> None:
    with pytest.raises(LocalError, match=f"can't be written to {place}"):
        try_output(Path(place))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_shows_without_writing(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "may not be written to" in why_not_writable(tmp_path / "frames")


def test_a_drive_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above a drive of Windows that was unplugged there is nothing, and that was looked for without end."""
    monkeypatch.setattr(os.path, "exists", lambda _: False)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert "there is no such drive" in why_not_writable(Path("/film/frames"))


def test_what_lies_behind_a_closed_folder_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Python asks whether it is there, and is not let in to look."""
    closed = tmp_path / "closed"
    closed.mkdir()
    monkeypatch.setattr(os.path, "exists", lambda one: Path(one) in (closed, *closed.parents))
    monkeypatch.setattr(os, "access", lambda one, _: Path(one) != closed)
    assert "closed may not be written to" in why_not_writable(closed / "below" / "frames")
