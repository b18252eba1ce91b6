"""The log of a render process: its first part and its last are kept, however much it says."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

PIECE = 64 * 1024
TAIL = 4 * 1024
REST_S = 0.01  # between two pieces, once most of them are thrown away
LAST_S = 5.0


class CappedLog:
    """Reads a pipe in a thread of its own and writes at most ``most`` bytes of it to a file.

    It reads on whatever comes, so that nobody waits for ever for room in the pipe; only more slowly where
    what is read is thrown away. The end is written when the pipe's last writer is gone, or at ``close``.
    ``sink`` is the pipe's other end, for the process.
    """

    def __init__(self, path: Path, most: int) -> None:
        self._file: BinaryIO = path.open("wb")
        self._room = most - most // 2
        self._most_last = most // 2
        self._last = bytearray()
        self._tail = bytearray()
        self._cut = 0
        self._lock = threading.Lock()
        self._source, self.sink = os.pipe()
        self._thread = threading.Thread(target=self._read, name="render log", daemon=True)
        self._thread.start()

    def handed_over(self) -> None:
        """The process has the sink now, or could not be started; let go of ours."""
        os.close(self.sink)

    def tail(self) -> bytes:
        """The last few kilobytes that were said."""
        with self._lock:
            return bytes(self._tail)

    def close(self) -> None:
        """Write what is left, and the end; to be called when the process is dead."""
        self._thread.join(LAST_S)
        self._finish()

    def _read(self) -> None:
        try:
            while piece := os.read(self._source, PIECE):
                with self._lock:
                    self._keep(piece)
                if self._cut:
                    time.sleep(REST_S)
        finally:
            os.close(self._source)
            self._finish()

    def _keep(self, piece: bytes) -> None:
        self._tail = (self._tail + piece)[-TAIL:]
        if self._file.closed:
            return
        if self._room:
            with suppress(OSError):  # a full disk is no reason to read no more: then the process would hang
                self._file.write(piece[: self._room])
                self._file.flush()
        self._last += piece[self._room :]
        self._room -= min(self._room, len(piece))
        if (over := len(self._last) - self._most_last) > 0:
            del self._last[:over]
            self._cut += over

    def _finish(self) -> None:
        with self._lock:
            if self._file.closed:
                return
            with suppress(OSError):
                if self._cut:
                    self._file.write(b"\n[%d bytes of this log were cut out here]\n" % self._cut)
                self._file.write(self._last)
            with suppress(OSError):
                self._file.close()
