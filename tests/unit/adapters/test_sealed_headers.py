"""Headers that an account's key opens, and nothing else does."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from renderchain.adapters.sealed_headers import are_sealed, open_headers, seal_headers
from renderchain.core.errors import SettingsError

HEADERS = {"Authorization": "Bearer a-secret-word"}


def test_headers_come_back_for_the_key_that_they_were_sealed_with(tmp_path: Path) -> None:
    file = tmp_path / "below" / "headers.json"
    seal_headers(file, {"X": "before"}, 7)
    seal_headers(file, HEADERS, 7)
    assert are_sealed(file) and open_headers(file, 7) == HEADERS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"a-secret-word" not in file.read_bytes() and [*file.parent.iterdir()] == [file]


def test_another_key_or_an_altered_file_is_refused_without_a_trace_of_the_secret(tmp_path: Path) -> None:
    file = tmp_path / "headers.json"
    seal_headers(file, HEADERS, 7)
    with pytest.raises(SettingsError, match="sealed for another account's key"):
        open_headers(file, 8)
    altered = json.loads(file.read_text())
    altered["sealed"] = "00" + altered["sealed"][2:]
    file.write_text(json.dumps(altered))
    with pytest.raises(SettingsError, match="sealed for another"):
        open_headers(file, 7)


@pytest.mark.parametrize("text", ['{"Authorization": "plain"}', "[]", "no JSON", "{" * 10_000])
def test_other_files_are_not_taken_for_sealed_headers(tmp_path: Path, text: str) -> None:
    file = tmp_path / "headers.json"
    assert not are_sealed(file)
    file.write_text(text)
    assert not are_sealed(file)
