"""The lock that a process holds on a file, and that ends with it however it ends."""

from __future__ import annotations

import os
from typing import Any


def take(handle: int) -> bool:
    """Have an open file to ourselves until it is closed; False where another process has it."""
    try:
        if os.name == "nt":
            import msvcrt

            windows: Any = msvcrt  # its functions are known on Windows only
            os.lseek(handle, 0, os.SEEK_SET)
            windows.locking(handle, windows.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
