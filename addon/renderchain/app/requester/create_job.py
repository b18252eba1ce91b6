"""Creating a job: what it costs is said, and it is noted, before it is paid for."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ...core.artist_job import REFUSED
from ...core.errors import Cancelled, RenderChainError
from ...core.frame_names import USUAL
from ...core.frames import format_frames
from ...core.ids import NO_JOB, JobId
from ...core.job import JobTerms
from ...core.manifest import Manifest
from ...core.notices.jobs import EscrowDue, JobCreated
from ...ports.journal import Journal
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ..exchange.package import PinnedPackage
from .estimate import Estimate, JobFrames, judged, quote_now
from .offer import Offer
from .quote import terms_of


def intent_of_job(entry_id: int) -> str:
    """What makes the transaction of a journal's job the same one after a crash."""
    return f"job {entry_id}"


def frames_of(manifest: Manifest) -> JobFrames:
    """What of a packed scene its price depends on."""
    layers = len(manifest.view_layers)
    kind = (manifest.blender_version, manifest.engine)
    return JobFrames(len(manifest.frames), manifest.leaves_per_frame, layers, *kind)


async def _pay(chain: RequesterChain, journal: Journal, entry: int, terms: JobTerms) -> JobId:
    """Create the job; what certainly never happens is noted as refused."""
    try:
        return await chain.create_job(terms, intent_of_job(entry))
    except RenderChainError:
        if not await chain.is_pending(intent_of_job(entry)):
            journal.set_job(entry, job_id=NO_JOB, state=REFUSED)
        raise


async def create_job(
    chain: RequesterChain,
    journal: Journal,
    package: PinnedPackage,
    offer: Offer,
    *,
    name: str,
    output: Path,
    reporter: Reporter,
    names: str = USUAL,
) -> JobId:
    """Pay the escrow and create the job; returns its id.

    What the artist left open of the offer follows from gas price and market. Raises SceneError, ChainError
    or InsufficientFunds before paying, the last also where it is dearer now than was agreed to. Cancelled
    while it pays, it ends all the same, with Cancelled.
    """
    frames = frames_of(package.manifest)
    quote = await quote_now(chain, offer, frames)
    terms, notices = await judged(chain, terms_of(package, quote), offer)
    told = Estimate(quote, await chain.tokens_fri(chain.address), (*quote.notices, *notices))
    for notice in told.notices:
        reporter.tell(notice)
    told.check_agreed()
    told.check_funds()
    from_block = await chain.block_number()
    numbers = format_frames(package.manifest.frames)
    where = (str(output), from_block)
    entry = journal.add_job(chain.board, name, package.cid, *where, numbers, names)
    reporter.tell(EscrowDue(terms.escrow_fri))
    paying = asyncio.ensure_future(_pay(chain, journal, entry, terms))
    is_stopped = False
    try:
        job_id = await asyncio.shield(paying)
    except asyncio.CancelledError:
        if paying.cancelled():
            raise
        job_id, is_stopped = await paying, True  # what is sent happens, whoever waits for it
    journal.set_job(entry, job_id=job_id, state="active")
    reporter.tell(JobCreated(job_id))
    if is_stopped:
        raise Cancelled(f"Job {job_id} was paid when you stopped. It is on the network; cancel it there.")
    return job_id
