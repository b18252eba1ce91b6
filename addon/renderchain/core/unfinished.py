"""Submissions that ended with their process: each has a file that its process holds locked.

What a file says that nobody holds any more is told by whoever looks next. Beside it lies the package. Where
that is whole, with what its job was to be, the submission can be gone on with: both stay until that is done,
or given up. Everything else goes as soon as it is told.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .file_lock import take
from .plain_text import printable

PREFIX, KEPT = "submission-", ".kept"
PACKAGE, ORDER = "package", "order.json"
NOTHING = -1  # no open file
MOST_BYTES = 1024
MOST_ORDER_BYTES = 2**20
TRIES, MOMENT_S = 20, 0.01
JUST_MADE_S = 60.0  # what is empty and younger is still to be written
KEPT_S = 14 * 86400.0


class PendingSubmission:
    """Has what a submission is called told at the next look, unless it ends before its process does.

    Where it can't be written and held nothing will be told, and nothing is kept.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._file: Path | None = None
        self._held = NOTHING
        self.was_left = False
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            self._held, file = tempfile.mkstemp(prefix=PREFIX, dir=folder)
            self._file = Path(file)
            if self._holds():
                os.write(self._held, name.encode(errors="replace")[:MOST_BYTES])
            else:
                self.end()

    @classmethod
    def again(cls, file: Path) -> PendingSubmission | None:
        """The one that was left there, ours from now on; None where it is gone, or somebody else has it."""
        one = cls.__new__(cls)
        one._file, one._held, one.was_left = file, NOTHING, True
        with contextlib.suppress(OSError):
            one._held = os.open(file, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            if one._holds() and file.exists():  # it may have been ended as we opened it
                return one
        one.leave()
        return None

    def _holds(self) -> bool:
        """Lock the file: whoever looks has it for a moment, and finds it empty and new."""
        for _ in range(TRIES):
            if take(self._held):
                return True
            time.sleep(MOMENT_S)
        return False

    def place(self) -> Path | None:
        """Where the package is to lie, which nobody else may read; None where nothing can be kept."""
        if self._held == NOTHING or self._file is None:
            return None
        kept = _kept(self._file)
        with contextlib.suppress(OSError):
            kept.mkdir(mode=0o700, exist_ok=True)
            return kept / PACKAGE
        return None

    def can_be_gone_on_with(self, order: bytes) -> None:
        """The package is whole, and this is what its job is to be; it is the one that is kept."""
        if self._held == NOTHING or self._file is None:
            return
        with contextlib.suppress(OSError):
            written = _kept(self._file) / f"{ORDER}.new"
            written.write_bytes(order)
            os.replace(written, written.with_name(ORDER))
            for other in self._file.parent.glob(f"{PREFIX}*{KEPT}"):
                if other != _kept(self._file) and (left := PendingSubmission.again(other.with_suffix(""))):
                    _remove(other)
                    left.leave()

    def end(self) -> None:
        """There is nothing to tell any more, and nothing to go on with."""
        with contextlib.suppress(OSError):
            if self._held != NOTHING:
                os.ftruncate(self._held, 0)  # who looks before it is gone finds nothing in it
            if self._file:
                _remove(_kept(self._file))
            self.leave()
            if self._file:
                self._file.unlink(missing_ok=True)

    def let_go(self) -> Left | None:
        """What can be gone on with, which stays where it is; where nothing can, there is nothing to tell."""
        file = self._file
        order = _order_of(file) if file and self._held != NOTHING else b""
        if not file or not order:
            self.end()
            return None
        os.lseek(self._held, 0, os.SEEK_SET)
        name = printable(os.read(self._held, MOST_BYTES).decode(errors="replace"))
        self.leave()
        return Left(name, file, order)

    def leave(self) -> None:
        """Hold it no more: the next look tells it."""
        held, self._held = self._held, NOTHING
        if held != NOTHING:
            os.close(held)


@dataclass(frozen=True)
class Left:
    """A submission that nobody is at; ``order`` is what its job was to be, where it can be gone on with."""

    name: str
    file: Path
    order: bytes = b""

    @property
    def package(self) -> Path:
        """Its folder."""
        return _kept(self.file) / PACKAGE


def left_in(folder: Path, most: int = 1) -> list[Left]:
    """The submissions whose processes are no more. The ``most`` that can be gone on with and are the newest
    stay for a while; of all others nothing is left.
    """
    found = list[Left]()
    for file in sorted(folder.glob(f"{PREFIX}*"), key=_age_s):
        if file.suffix != KEPT:
            with contextlib.suppress(OSError):
                found += _left(file, may_stay=sum(bool(one.order) for one in found) < most)
    return found


def _age_s(file: Path) -> float:
    with contextlib.suppress(OSError):
        return time.time() - file.stat().st_mtime
    return 0.0


def _left(file: Path, *, may_stay: bool) -> list[Left]:
    handle = os.open(file, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not take(handle):
            return []
        raw, order = os.read(handle, MOST_BYTES), _order_of(file)
        name = printable(raw.decode(errors="replace"))
        if raw and order and may_stay and _age_s(file) < KEPT_S:
            return [Left(name, file, order)]
        if not raw and _age_s(file) < JUST_MADE_S:
            return []
        _remove(_kept(file))
    finally:
        os.close(handle)  # on Windows nothing that is open can be removed
    file.unlink()
    return [Left(name, file)] if raw else []


def _order_of(file: Path) -> bytes:
    try:
        with (_kept(file) / ORDER).open("rb") as order:
            return order.read(MOST_ORDER_BYTES)
    except OSError:
        return b""


def _kept(file: Path) -> Path:
    return file.with_name(file.name + KEPT)


def _remove(kept: Path) -> None:
    """The order first: what has none is never gone on with, whatever else is left of it."""
    (kept / ORDER).unlink(missing_ok=True)
    shutil.rmtree(kept, ignore_errors=True)
