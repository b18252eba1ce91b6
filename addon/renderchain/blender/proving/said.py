"""What Blender itself prints while something is done: the only place where it says that a file is missing."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator

from ...core.proof_log import complaints_in


@contextlib.contextmanager
def overheard() -> Iterator[list[str]]:
    """Blender's complaints in the block, there when it ends; all that it prints goes to standard error then.

    What Python writes to standard error is not held up: somebody may look at progress.
    """
    complaints: list[str] = []
    with tempfile.TemporaryFile() as heard:
        _flush()
        kept, stream = [os.dup(number) for number in (1, 2)], sys.stderr
        try:
            with open(kept[1], "w", closefd=False, errors="backslashreplace") as sys.stderr:
                for number in (1, 2):
                    os.dup2(heard.fileno(), number)
                yield complaints
        finally:
            _flush()
            sys.stderr = stream
            for number, before in zip((1, 2), kept, strict=True):
                os.dup2(before, number)
                os.close(before)
            heard.seek(0)
            complaints += complaints_in(line.decode(errors="replace") for line in heard)
            heard.seek(0)
            with contextlib.suppress(OSError), open(2, "wb", closefd=False) as errors:
                shutil.copyfileobj(heard, errors)


def _flush() -> None:
    """Python's own buffers, and those of the C library, which Blender prints into."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None if os.name == "posix" else "ucrtbase").fflush(None)
