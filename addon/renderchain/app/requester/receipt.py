"""The receipt of a job: gathered from the chain and from what was kept of results, signed, and written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ...core.contract_errors import contract_error
from ...core.errors import ContentError, FolderUnusable
from ...core.frame_names import may_be_of
from ...core.ids import JobId, LeaseId
from ...core.manifest import Manifest
from ...core.merkle import HashMany
from ...core.receipt.document import (
    MOST_BYTES,
    AccountKey,
    FrameProof,
    Receipt,
    Seal,
    parse_receipt,
    settings_sha256,
)
from ...core.receipt.history import JobHistory
from ...core.receipt.signed_call import SignedCall
from ...core.whole_file import write_whole
from ...ports.receipt_chain import ReceiptChain, ReceiptSigner
from ..exchange.package import file_entry
from .kept_frames import name_of
from .receipt_parts import ReceiptParts

PLAIN = 2  # felts of a signature on the Stark curve


async def gather(
    chain: ReceiptChain, job_id: JobId, from_block: int, manifest: Manifest, kept: ReceiptParts
) -> Receipt:
    """A job's receipt as it stands now, unsigned; raises UnknownJob or ChainError."""
    block = await chain.block_number()
    told = [one for one in await chain.told_of(job_id, from_block) if one.block <= block]
    brought = [one for one in await chain.brought(job_id, from_block) if one.block <= block]
    history = JobHistory(told, brought)
    if history.created is None:
        raise contract_error(f"Reading job {job_id}", "RC: unknown job")
    terms, requester = history.created.terms, history.created.requester
    leases = history.leases.values()
    frames = await asyncio.to_thread(_proved, history, kept)
    senders = {one.operator for one in leases if one.result}
    keys = [await chain.account_key(one) for one in sorted({requester, *senders})]
    calls = _checkable(await chain.posted(job_id, from_block), history, keys)
    return Receipt(
        chain.chain_id,
        chain.board,
        job_id,
        block,
        requester,
        terms,
        replace(manifest, files=(), recipes=()),
        history.is_closed,
        history.receipts(calls, frames),
        history.payments,
        tuple(keys),
        (await chain.job(job_id)).package_cid,
        settings_sha256(manifest),
    )


def _proved(history: JobHistory, kept: ReceiptParts) -> dict[LeaseId, tuple[FrameProof, ...]]:
    leases = history.leases.values()
    return {one.lease_id: kept.proofs_of(one.lease_id, one.result.root) for one in leases if one.result}


def _checkable(
    calls: dict[LeaseId, SignedCall], history: JobHistory, keys: Iterable[AccountKey]
) -> dict[LeaseId, SignedCall]:
    """Those that a lease's own worker sent, signed as most accounts do, with a key that is known."""
    known = {one.address for one in keys if one.public_key}
    return {
        lease_id: call
        for lease_id, call in calls.items()
        if lease_id in history.leases
        and call.sender == history.leases[lease_id].operator
        and call.sender in known
        and len(call.signature) == PLAIN
    }


def sealed(receipt: Receipt, address: int, signer: ReceiptSigner, hash_many: HashMany) -> Receipt:
    """The receipt, signed by that account; raises KeyStoreError."""
    known = {one.address: one for one in receipt.accounts}
    key = replace(known.get(address, AccountKey(address, 0, 0)), public_key=signer.public_key)
    accounts = tuple({**known, address: key}.values())
    whole = replace(receipt, accounts=accounts)
    return replace(whole, seal=Seal(address, signer.sign(whole.seal_hash(hash_many))))


def digests_of(receipt: Receipt, folder: Path) -> dict[int, str]:
    """The sha-256 of each of the job's frames that lies in a folder."""
    there = {frame: _file_of(frame, receipt, folder) for frame in receipt.settings.frames}
    return {frame: file_entry(folder, path).sha256 for frame, path in there.items() if path}


def _file_of(frame: int, receipt: Receipt, folder: Path) -> Path | None:
    """Its file by its usual name, else the only one whose name ends in its number."""
    usual = folder / name_of(frame, receipt.settings)
    if usual.is_file():
        return usual
    found = [one for one in folder.glob(f"*{usual.suffix}") if may_be_of(one.stem, frame) and one.is_file()]
    return found[0] if len(found) == 1 else None


def read_receipt(path: Path) -> Receipt:
    """A receipt out of a file; raises ContentError, or OSError where it can't be read."""
    if path.stat().st_size > MOST_BYTES:
        raise ContentError(f"{path} has over {MOST_BYTES} bytes, more than a receipt can have: refused.")
    return parse_receipt(path.read_bytes())


def write_receipt(receipt: Receipt, folder: Path) -> Path:
    """Write it into a folder, in place of an earlier one of the job; raises FolderUnusable.

    Its name has the board where another board's job of that number has the usual one.
    """
    path = folder / f"receipt-{receipt.job_id}.json"
    if not _may_take(path, receipt):
        path = folder / f"receipt-{receipt.job_id}-{receipt.board:#x}.json"
    try:
        write_whole(path, receipt.to_bytes())
    except OSError as error:
        raise FolderUnusable(
            f"{path} can't be written ({error.strerror}). Make room, or choose another folder for it."
        ) from error
    return path


def _may_take(path: Path, receipt: Receipt) -> bool:
    """Whether a file is the same job's receipt, or nothing is there: what else it is stays."""
    try:
        known = read_receipt(path)
    except OSError:  # there is none, or writing says what is wrong
        return True
    except ContentError:
        return False
    return (known.chain_id, known.board, known.job_id) == (receipt.chain_id, receipt.board, receipt.job_id)
