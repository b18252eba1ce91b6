"""Whose doing it is that a lease failed here, and the word with which it is given back."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from enum import Enum

from ...core.contract_errors import ContractError, SplitNotFunded
from ...core.errors import (
    ContentError,
    DeviceBroken,
    DiskFull,
    FeeTooHigh,
    InsufficientFunds,
    JournalError,
    KeyStoreError,
    NoAllowance,
    RenderFailed,
    SandboxMissing,
    SettingsError,
    StoreError,
    WrongNetwork,
)

# What the machine lacks, whatever the job; other errors of files come from what a job has us do.
OUT_OF_ORDER = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}


class Fault(Enum):
    """Whose doing it is: another job would fail, too, the job would in any lane, or one of both."""

    MACHINE = "the machine's"
    JOB = "the job's"
    LANE = "the job's, or the lane's with its device"


@dataclass(frozen=True)
class Blame:
    """Why a lease is given back, and whose doing that is."""

    reason: str  # at most 31 letters: it goes onto the chain
    fault: Fault


CANT_RENDER, REFUSED = Blame("can't render", Fault.LANE), Blame("package refused", Fault.JOB)
LACKING = Blame("no access to files", Fault.MACHINE)
UNPAID = Blame("account can't pay", Fault.MACHINE)
# The first that fits.
BLAME: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Blame], ...] = (
    (RenderFailed, CANT_RENDER),
    (DeviceBroken, Blame("device out of order", Fault.MACHINE)),
    (ContentError, REFUSED),
    (SplitNotFunded, Blame("not all rendered", Fault.JOB)),
    (ContractError, Blame("chain refused", Fault.MACHINE)),
    ((InsufficientFunds, FeeTooHigh, NoAllowance), UNPAID),
    ((StoreError, DiskFull, JournalError, MemoryError), LACKING),
    (
        (KeyStoreError, SandboxMissing, SettingsError, WrongNetwork),
        Blame("machine not set up", Fault.MACHINE),
    ),
)


def blame_of(error: Exception) -> Blame:
    """What nobody foresaw is the job's doing, as far as we can tell."""
    if isinstance(error, OSError) and error.errno in OUT_OF_ORDER:
        return LACKING
    return next((blame for kinds, blame in BLAME if isinstance(error, kinds)), CANT_RENDER)
