"""Creating a job: what it costs is said, and it is noted, before it is paid for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...core.artist_job import REFUSED
from ...core.errors import InsufficientFunds, RenderChainError, SceneError
from ...core.frames import format_frames
from ...core.ids import NO_JOB, JobId
from ...core.job import FamilyInfo, JobTerms, family_name
from ...core.money import format_strk
from ...core.notices import counted
from ...core.notices.jobs import EscrowDue, JobCreated, JobUnjudged, NoRoom
from ...ports.journal import Journal
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ..exchange.package import PinnedPackage
from .offer import Offer
from .quote import quote_of, terms_of


def intent_of_job(entry_id: int) -> str:
    """What makes the transaction of a journal's job the same one after a crash."""
    return f"job {entry_id}"


async def _judged(chain: RequesterChain, terms: JobTerms, offer: Offer, reporter: Reporter) -> JobTerms:
    """The terms; they take leases that nobody judges only where nobody could and the artist said so."""
    name, stands = family_name(terms.family), await chain.family(terms.family)
    if await chain.has_verifiers(terms):
        _need_room(terms, name, stands, reporter)
        return terms
    if not offer.takes_unjudged:
        why = f"Too few verifiers of {name} would look at this job"
        if not stands.from_epoch:
            why = f"Too few verify {name} for it to have verifiers yet"
        elif not stands.is_old_enough:
            why = f"{name} has verifiers from epoch {stands.from_epoch} on, and this is epoch {stands.epoch}"
        raise SceneError(
            f"Nothing was paid. {why}, so nobody could claim it. Wait until there are more, pay more for an "
            "audit, or set takes_unjudged = true to take frames that nobody judges."
        )
    if not await chain.may_be_unjudged(terms.family):
        raise SceneError(
            f"Nothing was paid. {name} has verifiers, but too few would look at this job, and where there are"
            " any, workers take no frames that nobody judges. Pay more for an audit, send a smaller package, "
            "or wait until more are willing."
        )
    reporter.tell(JobUnjudged(name))
    return replace(terms, takes_unjudged=True)


def _need_room(terms: JobTerms, name: str, stands: FamilyInfo, reporter: Reporter) -> None:
    """The longest lease must fit under the family's cap, if not now then when other leases have ended."""
    longest = min(terms.longest_lease, terms.tasks)
    pay_fri, most_fri = longest * terms.reward_fri, stands.most_pay_fri
    if pay_fri > most_fri:
        raise SceneError(
            f"Nothing was paid. A lease of {counted(longest, 'frame')} pays {format_strk(pay_fri)} STRK, and "
            f"all judged leases of {name} together may earn {format_strk(most_fri)} at once, so nobody could "
            "claim it. Let leases be shorter, pay less a frame, or wait for more verifiers."
        )
    if pay_fri > stands.room_fri:
        reporter.tell(NoRoom(name, pay_fri, stands.room_fri))


async def create_job(
    chain: RequesterChain,
    journal: Journal,
    package: PinnedPackage,
    offer: Offer,
    *,
    name: str,
    output: Path,
    reporter: Reporter,
) -> JobId:
    """Pay the escrow and create the job; returns its id.

    What the artist left open of the offer follows from the node's gas price. Raises SceneError, ChainError
    or InsufficientFunds before paying.
    """
    manifest = package.manifest
    layers = len(manifest.view_layers)
    gas_price_fri = await chain.gas_price_fri()
    unit_fri = await chain.seat_unit_fri()
    quote = quote_of(offer, len(manifest.frames), manifest.leaves_per_frame, layers, gas_price_fri, unit_fri)
    terms = await _judged(chain, terms_of(package, quote), offer, reporter)
    for notice in quote.notices:
        reporter.tell(notice)
    have_fri = await chain.tokens_fri(chain.address)
    if have_fri < terms.escrow_fri:
        raise InsufficientFunds(
            f"The job costs {format_strk(terms.escrow_fri)} STRK, the account holds "
            f"{format_strk(have_fri)}. Nothing was paid; add funds or offer less."
        )
    from_block = await chain.block_number()
    frames = format_frames(manifest.frames)
    entry = journal.add_job(chain.board, name, package.cid, str(output), from_block, frames)
    reporter.tell(EscrowDue(terms.escrow_fri))
    try:
        job_id = await chain.create_job(terms, intent_of_job(entry))
    except RenderChainError:
        if not await chain.is_pending(intent_of_job(entry)):
            journal.set_job(entry, job_id=NO_JOB, state=REFUSED)
        raise
    journal.set_job(entry, job_id=job_id, state="active")
    reporter.tell(JobCreated(job_id))
    return job_id
