"""What a render process that failed leaves to read: its log, or where that goes with it, its last words."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from renderchain.adapters.blender_process.session import Session


def ended(said: bytes, *, keeps_log: bool) -> str:
    """What is said of a process whose log ends so."""
    keeper = SimpleNamespace(note_failure=lambda: None, log=SimpleNamespace(tail=lambda: said))
    started: Any = SimpleNamespace(process=None, keeper=keeper, log_path=Path("/logs/render-1.log"))
    return str(Session(started, 1, 1.0, (), keeps_log=keeps_log)._failure("ended by itself (exit code 1)"))


def test_a_log_that_stays_is_named() -> None:
    assert ended(b"x", keeps_log=True).endswith("(exit code 1). Its log is /logs/render-1.log.")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"Read blend: a.blend\nError: no memory\n", "Read blend: a.blend Error: no memory"),
        (b"", "nothing"),
        (b"\x1b[2Jgone", "\\x1b[2Jgone"),
        (b"word " * 1000, "word"),
    ],
)
def test_of_a_log_that_goes_with_its_folder_the_last_words_are_said(said: bytes, words: str) -> None:
    """A proof that failed named a log that was deleted by then."""
    text = ended(said, keeps_log=False)
    assert "Its log is" not in text and text.endswith(words) and len(text) < 500
