"""What a process that stands ready is given of a package: what it renders, and not what that was made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from renderchain.adapters.blender_process.ready import _Waiting
from renderchain.adapters.blender_process.running import Started
from renderchain.adapters.blender_process.sandbox import Jailed
from renderchain.core.manifest import PIECES


def test_pieces_are_not_linked_one_by_one_while_everything_waits(tmp_path: Path) -> None:
    """There may be a hundred thousand, and the worker does nothing else meanwhile."""
    package, output, log = tmp_path / "cid", tmp_path / "out", tmp_path / "log"
    for folder in (package / PIECES, package / "textures" / PIECES, output):
        folder.mkdir(parents=True)
        (folder / "one").write_bytes(b"1")
    (output / "one").unlink()
    log.touch()
    for name in ("package", "output"):
        (tmp_path / "ready" / name).mkdir(parents=True)
    nobody: Any = None
    started = Started(nobody, Jailed([], "package", "output"), log, nobody)
    waiting = _Waiting(started, tmp_path / "ready")
    waiting.give(package, output, tmp_path / "new log")
    given = {path.relative_to(waiting.package).as_posix() for path in waiting.package.rglob("one")}
    assert given == {f"textures/{PIECES}/one"}
