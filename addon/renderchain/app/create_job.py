"""Creating a job: the terms that a package and an offer make, noted before they are paid for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..core.cid import digest_of, split_digest
from ..core.errors import InsufficientFunds
from ..core.job import JobTerms, family_of
from ..core.money import format_strk
from ..ports.chain import Chain
from ..ports.journal import Journal
from ..ports.reporter import Reporter
from .package import PinnedPackage


@dataclass(frozen=True)
class Offer:
    """What the artist offers; amounts in fri."""

    reward_fri: int
    audit_pool_fri: int = 0
    device_group: str = "CPU"
    longest_lease: int = 8
    lease_timeout_s: int = 3600
    window_s: int = 3600


def terms_of(package: PinnedPackage, offer: Offer) -> JobTerms:
    """The job's terms, one task a frame."""
    high, low = split_digest(digest_of(package.cid))
    manifest = package.manifest
    return JobTerms(
        package_hi=high,
        package_lo=low,
        package_bytes=package.size_bytes,
        package_files=package.file_count,
        tasks=len(manifest.frames),
        reward_fri=offer.reward_fri,
        audit_pool_fri=offer.audit_pool_fri,
        family=family_of(manifest.blender_version, manifest.engine, offer.device_group),
        longest_lease=offer.longest_lease,
        lease_timeout_s=offer.lease_timeout_s,
        window_s=offer.window_s,
    )


def job_key(entry_id: int) -> str:
    """What makes the transaction of a journal's job the same one after a crash."""
    return f"job {entry_id}"


async def create_job(
    chain: Chain,
    journal: Journal,
    package: PinnedPackage,
    offer: Offer,
    *,
    name: str,
    output: Path,
    reporter: Reporter,
) -> int:
    """Pay the escrow and create the job; returns its id. Raises InsufficientFunds before paying."""
    terms = terms_of(package, offer)
    have_fri = await chain.tokens_fri(chain.address)
    if have_fri < terms.escrow_fri:
        raise InsufficientFunds(
            f"The job costs {format_strk(terms.escrow_fri)} STRK, the account holds "
            f"{format_strk(have_fri)}. Nothing was paid; add funds or offer less."
        )
    from_block = await chain.block_number()
    entry = journal.add_job(chain.board, name, package.cid, str(output), from_block)
    reporter.say(f"Paying {format_strk(terms.escrow_fri)} STRK into escrow")
    job_id = await chain.create_job(terms, job_key(entry))
    journal.set_job(entry, job_id=job_id, state="active")
    reporter.say(f"Job {job_id} is on the network")
    return job_id
