"""Checking receipts, which needs neither a network nor an account."""

from __future__ import annotations

from pathlib import Path

from ..adapters.poseidon import hash_many
from ..adapters.starknet.signatures import StarkSigning
from ..app.requester.receipt import digests_of, read_receipt
from ..core.finding import Finding
from ..core.receipt.checks import Checks


def verify_receipt(file: Path, frames: Path | None = None) -> list[Finding]:
    """What can be told of a receipt, and of the frames in a folder; raises ContentError or OSError."""
    receipt = read_receipt(file)
    files = digests_of(receipt, frames) if frames else None
    return Checks(receipt, hash_many, StarkSigning(), files).findings()
