"""What Blender itself prints while something is done: the only place where it says that a file is missing."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator

MOST_BYTES = 2**20


@contextlib.contextmanager
def overheard() -> Iterator[list[str]]:
    """The lines that are printed in the block, there when it ends; they also go where they belong."""
    lines: list[str] = []
    with tempfile.TemporaryFile() as heard:
        _flush()
        kept = [os.dup(number) for number in (1, 2)]
        try:
            for number in (1, 2):
                os.dup2(heard.fileno(), number)
            yield lines
        finally:
            _flush()
            for number, before in zip((1, 2), kept, strict=True):
                os.dup2(before, number)
                os.close(before)
            heard.seek(0)
            said = heard.read(MOST_BYTES)
            lines += said.decode(errors="replace").splitlines()
            with contextlib.suppress(OSError):
                os.write(2, said)


def _flush() -> None:
    """Python's own buffers, and those of the C library, which Blender prints into."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None if os.name == "posix" else "ucrtbase").fflush(None)
