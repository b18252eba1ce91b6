"""Whose doing it is that a lease failed here, and the word with which it is given back."""

from __future__ import annotations

import errno
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Blame:
    """``is_jobs``: the job's own doing, so that it counts against it; else another job would fail as well."""

    reason: str  # at most 31 letters: it goes onto the chain
    is_jobs: bool


CANT_RENDER, REFUSED = Blame("can't render", True), Blame("package refused", True)
LACKING, UNPAID = Blame("no access to files", False), Blame("account can't pay", False)
# The first that fits.
BLAME: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Blame], ...] = (
    (RenderFailed, CANT_RENDER),
    (DeviceBroken, Blame("device out of order", False)),
    (ContentError, REFUSED),
    (SplitNotFunded, Blame("not all rendered", True)),
    (ContractError, Blame("chain refused", False)),
    ((InsufficientFunds, FeeTooHigh, NoAllowance), UNPAID),
    ((StoreError, DiskFull, JournalError, MemoryError), LACKING),
    ((KeyStoreError, SandboxMissing, SettingsError, WrongNetwork), Blame("machine not set up", False)),
)


def blame_of(error: Exception) -> Blame:
    """What nobody foresaw is the job's doing, as far as we can tell."""
    if isinstance(error, OSError) and error.errno in OUT_OF_ORDER:
        return LACKING
    return next((blame for kinds, blame in BLAME if isinstance(error, kinds)), CANT_RENDER)
