"""Locks between processes of one machine.

Two agents on one folder or account spoil each other's leases, and a job's frames are paid for by one.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from ..core.errors import AgentRunsAlready
from ..core.file_lock import take

RETRY_S = 0.02
TO_AGENTS = (
    "Two agents would spoil each other's leases: end it first, or give this one a folder and an account of "
    "its own."
)


@asynccontextmanager
async def hold(lock: Path, what: str, advice: str = TO_AGENTS) -> AsyncIterator[None]:
    """Have something to ourselves while the block lasts; it ends with the process, however that ends.

    Raises AgentRunsAlready with what it is, whose it is now, and what to do.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not take(handle):
            owner = os.pread(handle, 32, 1).decode("ascii", "replace").strip() or "unknown"
            raise AgentRunsAlready(f"Another program (process {owner}) works with {what}. {advice}")
        os.ftruncate(handle, 0)
        os.pwrite(handle, f" {os.getpid()}\n".encode(), 0)  # its first byte is what is locked
        yield
    finally:
        os.close(handle)


@contextmanager
def turn(lock: Path, patience_s: float = 5.0) -> Iterator[None]:
    """The same for a moment, after those of others; raises OSError, also where one of these does not end."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        end_s = time.monotonic() + patience_s
        while not take(handle):
            if time.monotonic() > end_s:
                raise TimeoutError(errno.ETIMEDOUT, f"another program holds {lock}")
            time.sleep(RETRY_S)
        yield
    finally:
        os.close(handle)
