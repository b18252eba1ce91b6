"""With which code a process ends, by what ended it.

Those from 64 on are codes of BSD's sysexits.h with the nearest meaning; systemd shows them by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from .contract_errors import NotWorkerOperator, UnknownWorker, WorkerDoesNotOffer
from .errors import (
    AgentRunsAlready,
    ChainError,
    DeviceBroken,
    DiskFull,
    FolderUnusable,
    FrameRangeError,
    InsufficientFunds,
    JournalError,
    KeyStoreError,
    NoAllowance,
    SandboxMissing,
    SettingsError,
    StoreError,
    WrongKey,
    WrongNetwork,
)

ENDED = 0  # it was asked to
OTHER = 1  # whatever has no code of its own
USAGE = 2  # the command line makes no sense, to argparse or where frames are read
INTERRUPTED = 130  # by Ctrl-C, while nothing listened for it


@dataclass(frozen=True)
class Cause:
    """Why a process ended; ``needs_hand``: it will end so again until somebody changes something."""

    code: int
    errors: tuple[type[Exception], ...]
    needs_hand: bool = False


CAUSES = (
    Cause(67, (UnknownWorker, NotWorkerOperator, WorkerDoesNotOffer), needs_hand=True),
    Cause(69, (ChainError, StoreError)),
    Cause(70, (DeviceBroken,), needs_hand=True),
    Cause(71, (SandboxMissing,), needs_hand=True),
    Cause(73, (AgentRunsAlready,), needs_hand=True),
    Cause(74, (JournalError, DiskFull, FolderUnusable, OSError)),
    Cause(75, (InsufficientFunds, NoAllowance)),
    Cause(76, (WrongNetwork,), needs_hand=True),
    Cause(77, (KeyStoreError, WrongKey), needs_hand=True),
    Cause(78, (SettingsError,), needs_hand=True),
)


def exit_code_of(error: Exception) -> int:
    """The code of a process that ends because of this."""
    if isinstance(error, FrameRangeError):
        return USAGE
    return next((cause.code for cause in CAUSES if isinstance(error, cause.errors)), OTHER)


def unchanging() -> tuple[int, ...]:
    """The codes after which starting again is of no use; also those of a command line that makes no sense."""
    return (USAGE, *(cause.code for cause in CAUSES if cause.needs_hand))
