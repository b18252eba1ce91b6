"""Creating a job: the terms that a package and an offer make, noted before they are paid for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...core.audit.economics import audit_pool
from ...core.cid import digest_of, split_digest
from ...core.errors import InsufficientFunds, SceneError
from ...core.ids import JobId
from ...core.job import JobTerms, family_of
from ...core.money import format_strk
from ...core.notices.jobs import EscrowDue, JobCreated
from ...core.print_limits import MOST, PrintLimits
from ...core.tiles import MOST_LEAVES
from ...ports.journal import Journal
from ...ports.reporter import Reporter
from ...ports.requester_chain import RequesterChain
from ..exchange.package import PinnedPackage

AUDIT_TILES = 16
AUDIT_FEE_SHARE = 50  # a verifier's fee is this part of a longest lease's pay, but for the tiles
TILE_SHARE = 2  # and for a tile it gets so often what the worker gets for it


@dataclass(frozen=True)
class Offer:
    """What the artist offers; amounts in fri.

    ``limits`` are the widest until a probe has measured what the scene needs: by too narrow ones an honest
    worker loses its stake, while the widest save a cheat little (docs/verification.md).
    """

    reward_fri: int
    spare_audits: int = 2  # in the pool, over one of every lease: a lease that was lost is audited again
    audit_floor_exp: int = 0
    audit_tiles: int = AUDIT_TILES
    device_group: str = "CPU"
    longest_lease: int = 8
    lease_timeout_s: int = 3600
    window_s: int = 3600
    limits: PrintLimits = MOST


@dataclass(frozen=True)
class AuditPrices:
    """What a job's audits cost, in fri: a verifier's fee, what it gets a leaf, and the whole pool."""

    fee_fri: int
    tile_fri: int
    pool_fri: int


def audit_prices(offer: Offer, tasks: int, leaves: int, layers: int = 1) -> AuditPrices:
    """Prices for tasks of so many leaves each; the pool pays an audit of every lease, and spare ones.

    A leaf has the price of its tile: whoever looks at one of its layers has rendered all. Raises
    SceneError if no job can have so many leaves.
    """
    if leaves > MOST_LEAVES:
        raise SceneError(
            f"A frame of this scene has {leaves:,} leaves (its tiles times its view layers), and a job can "
            f"have {MOST_LEAVES:,}. Nothing was paid; lower the resolution, or turn view layers off."
        )
    longest = min(offer.longest_lease, tasks)
    fee_fri = max(1, offer.reward_fri * longest // AUDIT_FEE_SHARE)
    tile_fri = offer.reward_fri * TILE_SHARE * layers // leaves
    per_tile = (leaves, offer.audit_tiles, fee_fri, tile_fri)
    spare_fri = offer.spare_audits * audit_pool(longest, longest, *per_tile)
    return AuditPrices(fee_fri, tile_fri, audit_pool(tasks, longest, *per_tile) + spare_fri)


def terms_of(package: PinnedPackage, offer: Offer) -> JobTerms:
    """The job's terms, one task a frame; raises SceneError if a frame has too many leaves."""
    high, low = split_digest(digest_of(package.cid))
    manifest = package.manifest
    tasks, leaves = len(manifest.frames), manifest.leaves_per_frame
    prices = audit_prices(offer, tasks, leaves, len(manifest.view_layers))
    return JobTerms(
        package_hi=high,
        package_lo=low,
        package_bytes=package.size_bytes,
        package_files=package.file_count,
        tasks=tasks,
        reward_fri=offer.reward_fri,
        audit_pool_fri=prices.pool_fri,
        family=family_of(manifest.blender_version, manifest.engine, offer.device_group),
        audit_floor_exp=offer.audit_floor_exp,
        audit_tiles=offer.audit_tiles,
        longest_lease=offer.longest_lease,
        lease_timeout_s=offer.lease_timeout_s,
        window_s=offer.window_s,
        tiles=leaves,
        audit_fee_fri=prices.fee_fri,
        audit_tile_fri=prices.tile_fri,
        tile_limit_percent=offer.limits.tile_percent,
        mean_limit_percent=offer.limits.mean_percent,
    )


def intent_of_job(entry_id: int) -> str:
    """What makes the transaction of a journal's job the same one after a crash."""
    return f"job {entry_id}"


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

    Raises SceneError or InsufficientFunds before paying.
    """
    terms = terms_of(package, offer)
    have_fri = await chain.tokens_fri(chain.address)
    if have_fri < terms.escrow_fri:
        raise InsufficientFunds(
            f"The job costs {format_strk(terms.escrow_fri)} STRK, the account holds "
            f"{format_strk(have_fri)}. Nothing was paid; add funds or offer less."
        )
    from_block = await chain.block_number()
    entry = journal.add_job(chain.board, name, package.cid, str(output), from_block)
    reporter.tell(EscrowDue(terms.escrow_fri))
    job_id = await chain.create_job(terms, intent_of_job(entry))
    journal.set_job(entry, job_id=job_id, state="active")
    reporter.tell(JobCreated(job_id))
    return job_id
