"""Compiled modules of render processes are those of the worker that runs, not of a former version."""

from __future__ import annotations

from pathlib import Path

from renderchain.composition.blenders import compiled_in, empty_compiled
from renderchain.settings import Settings


def test_at_the_start_nothing_is_left_of_an_earlier_one(tmp_path: Path) -> None:
    settings = Settings("http://a", 1, 2, folder=tmp_path / "new")
    empty_compiled(settings)
    (compiled_in(settings) / "usr").mkdir()
    (compiled_in(settings) / "usr" / "old.cpython-311.pyc").touch()
    empty_compiled(settings)
    assert compiled_in(settings).is_dir() and not list(compiled_in(settings).iterdir())
