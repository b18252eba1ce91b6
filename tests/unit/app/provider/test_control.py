"""Pausing and draining a worker by a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.app.provider.control import read_control, write_control
from renderchain.core.errors import SettingsError
from renderchain.core.worker_control import FILE_NAME, Control


def test_a_worker_that_was_told_nothing_works(tmp_path: Path) -> None:
    assert read_control(tmp_path / "not there") == Control(paused=False, draining=False)


@pytest.mark.parametrize("control", [Control(), Control(paused=True), Control(draining=True)])
def test_what_is_told_is_read(tmp_path: Path, control: Control) -> None:
    folder = tmp_path / "new"
    write_control(folder, control)
    assert read_control(folder) == control
    assert [one.name for one in folder.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"paused": 1}', '{"stop": true}', "[" * 5000, '{"paused": "' + "a" * 5000]
)
def test_what_nobody_wrote_so_is_refused_and_never_guessed(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(SettingsError, match=FILE_NAME):
        read_control(tmp_path)


def test_a_file_that_is_no_text_or_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError):
        read_control(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(SettingsError):
        read_control(tmp_path)
    with pytest.raises(SettingsError, match="can't be written"):
        write_control(tmp_path, Control())
