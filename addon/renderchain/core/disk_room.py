"""What an error of the system says of files: that a disk, or the user's part of it, is full, or what else."""

from __future__ import annotations

import errno
import os
from typing import TypeGuard

FULL = (errno.ENOSPC, errno.EDQUOT)
UNUSABLE = (*FULL, errno.EROFS, errno.EIO)  # whatever the file


def is_full(error: OSError) -> bool:
    """By its number."""
    return error.errno in FULL


def is_of_disk(error: BaseException) -> TypeGuard[OSError]:
    """Whether it is full, broken, or lets nothing be written, as the system has it after a fault."""
    return isinstance(error, OSError) and error.errno in UNUSABLE


def said_of_disk(error: OSError) -> str:
    """A sentence for what goes on by itself once the disk can be used; ``error`` is one of those."""
    place = f" for {error.filename}" if error.filename else ""
    if is_full(error):
        return f"There is no room left on the disk{place}; make some."
    return f"The disk can't be used{place} ({error.strerror}); look what is wrong with it."


def said_of_file(error: OSError) -> str:
    """A sentence with what can be done."""
    if is_full(error):
        return f"There is no room left for {error.filename or 'temporary files'}. Make some, and try again."
    if isinstance(error, BrokenPipeError):
        return "Nobody reads any more what is written here, so it ended. What was done until then stays done."
    return (
        f"{error.filename or 'A file'} can't be used ({error.strerror or type(error).__name__}). Check the "
        "folder in the settings, the disk and its permissions."
    )


def says_full(reason: str) -> bool:
    """By its words, where a library keeps the number to itself."""
    return any(os.strerror(number) in reason for number in FULL)
