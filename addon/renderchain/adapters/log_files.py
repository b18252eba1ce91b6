"""A log of notices that never fills a disk: JSON lines, and old files go."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..core.notices import Notice
from ..core.notices.lines import to_line
from ..core.notices.process import LoggedWarning, Remark
from ..core.plain_text import printable

FILE_BYTES = 8 << 20
FILES = 5  # FOLDER/logs/worker.log and four older ones: 40 MiB at most
LINE_BYTES = 64 << 10  # a longer line is cut, so that it is no notice of its kind any more


class LogFile:
    """A reporter; ``now`` gives seconds since 1970. From any thread.

    The newest lines are in ``path``, older ones in ``path`` with .1, .2 and so on behind it. All together
    hold at most ``files`` times ``file_bytes``. A disk that is full or gone costs lines, never the worker;
    the next line that can be written says how many.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], float],
        name: str = "",
        *,
        file_bytes: int = FILE_BYTES,
        files: int = FILES,
    ) -> None:
        self._path = path
        self._now = now
        self._name = name
        self._file_bytes = file_bytes
        self._files = files
        self._lock = threading.Lock()
        self._lost = 0
        self._why = ""

    def say(self, text: str) -> None:
        """A line."""
        self.tell(Remark(text))

    def tell(self, notice: Notice) -> None:
        """A line."""
        if notice.is_quiet:
            return
        line = to_line(notice, self._now(), self._name)
        if len(line) >= LINE_BYTES:
            line = to_line(Remark(printable(notice.sentence)), self._now(), self._name)
        with self._lock:
            try:
                self._write(self._gap() + f"{line}\n".encode("ascii"))
                self._lost = 0
            except OSError as error:
                self._lost, self._why = self._lost + 1, str(error)

    def progress(self, what: str, done: int, total: int) -> None:
        """Is for people who watch."""

    def _gap(self) -> bytes:
        """What to say first where lines before are missing."""
        if not self._lost:
            return b""
        lost = LoggedWarning(
            __name__, f"{self._lost} lines before this one could not be written: {self._why}"
        )
        return f"{to_line(lost, self._now(), self._name)}\n".encode("ascii")

    def _write(self, line: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if self._path.lstat().st_size + len(line) > self._file_bytes:
                self._rotate()
        # Opened for each line: whoever moves or deletes the file gets a new one. Never through a link.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        opened = os.open(self._path, flags, 0o600)
        try:
            os.write(opened, line)
        finally:
            os.close(opened)

    def _rotate(self) -> None:
        names = [self._path, *(Path(f"{self._path}.{number}") for number in range(1, self._files))]
        for older, newer in zip(names[:0:-1], names[-2::-1], strict=True):
            with suppress(FileNotFoundError):
                newer.replace(older)
        if self._files == 1:
            self._path.unlink()
