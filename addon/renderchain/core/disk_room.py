"""Whether an error says that a disk, or the user's part of it, is full."""

from __future__ import annotations

import errno
import os

FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full(error: OSError) -> bool:
    """By its number."""
    return error.errno in FULL


def says_full(reason: str) -> bool:
    """By its words, where a library keeps the number to itself."""
    return any(os.strerror(number) in reason for number in FULL)
