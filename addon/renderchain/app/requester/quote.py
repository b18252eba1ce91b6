"""What an offer comes to at the gas price of the day: terms, cost, and whether it makes sense."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...core.audit.economics import most_fee
from ...core.audit.prices import (
    USUAL_FRAME_S,
    JobCost,
    JobShape,
    LeasePlan,
    job_cost,
    least_lease_fri,
    overhead_percent,
    plan_of,
    usual_reward_fri,
    usual_spares,
    vote_fee_fri,
    within_bound,
)
from ...core.cid import digest_of, split_digest
from ...core.errors import SceneError
from ...core.job import JobTerms, family_of
from ...core.money import about_strk
from ...core.notices import Notice
from ...core.notices.checks import JobUnchecked
from ...core.notices.jobs import JobQuoted, LeasesWorthLittle, SparesSetAside, TilesWorthLittle
from ...core.tiles import MOST_LEAVES
from ..exchange.package import PinnedPackage
from .offer import Offer

UNKNOWN_FRI = 2**128  # of a seat, before a network was asked: pay alone is the bound then


@dataclass(frozen=True)
class Quote:
    """An offer of which nothing is open any more, and what it costs."""

    offer: Offer
    shape: JobShape
    plan: LeasePlan
    gas_price_fri: int
    fee_fri: int
    timeout_s: int

    @property
    def cost(self) -> JobCost:
        """The most that the job can cost."""
        lease, spare = self.plan.longest_lease, self.offer.spare_audits
        look = self.offer.second_look
        exp = self.plan.audit_floor_exp
        prices, twice = (self.gas_price_fri, self.fee_fri), self.spare_tasks
        return job_cost(self.shape, lease, *prices, spare, second_look=look, audit_exp=exp, spare_tasks=twice)

    @property
    def spare_tasks(self) -> int:
        """How many tasks the job's scheduler may give a second time; without one nobody may."""
        return usual_spares(self.shape.tasks) if self.offer.scheduler else 0

    @property
    def chosen(self) -> Offer:
        """The offer with all that was open: it comes to the same at any gas price."""
        return replace(
            self.offer,
            reward_fri=self.shape.reward_fri,
            is_usual=False,
            most_fri=self.cost.most_fri,
            audit_fee_fri=self.fee_fri,
            longest_lease=self.plan.longest_lease,
            audit_floor_exp=self.plan.audit_floor_exp,
            lease_timeout_s=self.timeout_s,
        )

    @property
    def notices(self) -> list[Notice]:
        """What the artist is told before it pays."""
        lease, cost = self.plan.longest_lease, self.cost
        share = overhead_percent(self.shape, self.plan, self.gas_price_fri, self.fee_fri)
        amounts = (cost.pay_fri, cost.pool_fri, cost.gas_fri, cost.most_fri, cost.back_fri)
        told: list[Notice] = [JobQuoted(self.shape.tasks, lease, self.plan.audit_floor_exp, *amounts, share)]
        if self.offer.unchecked:
            told.append(JobUnchecked(self.offer.unchecked, self.offer.second_look))
        if self.spare_tasks:
            told.append(SparesSetAside(self.spare_tasks, cost.spares_fri))
        pay_fri = lease * self.shape.reward_fri
        least_fri = least_lease_fri(self.gas_price_fri, prints=self.shape.prints)
        if pay_fri < least_fri:
            told.append(LeasesWorthLittle(pay_fri, least_fri))
        asked = replace(self.shape, most_tile_fri=None)
        if self.shape.tile_fri < asked.tile_fri:
            told.append(TilesWorthLittle(self.shape.tile_fri, asked.tile_fri))
        return told


def bounded(shape: JobShape, lease: int, fee_fri: int, seat_unit_fri: int) -> JobShape:
    """The shape with a price of leaves that the board's bound of a vote's fee allows.

    Raises SceneError where even the vote without its leaves is over it.
    """
    most_fri = most_fee(seat_unit_fri, lease * shape.reward_fri)
    if fee_fri > most_fri:
        raise SceneError(
            f"Nothing was paid. A verifier's vote about this job costs {about_strk(fee_fri)} STRK besides "
            f"its tiles, and the network takes at most {about_strk(most_fri)}: a fifteenth of what the "
            "longest batch of frames pays, or a sixtieth of a verifier's seat. Pay more a frame, let batches "
            "be longer, or wait for lower fees."
        )
    return within_bound(shape, lease, fee_fri, seat_unit_fri)


def quote_of(
    offer: Offer,
    tasks: int,
    leaves: int,
    layers: int,
    gas_price_fri: int,
    seat_unit_fri: int = UNKNOWN_FRI,
    market_fri: int | None = None,
) -> Quote:
    """The offer for tasks of so many leaves each, its tiles in all layers.

    What the artist left open is chosen: a frame's pay, by what others pay where that is known, the fee of a
    vote, the longest lease, its timeout, the least audit rate. Leaves are paid as the board's bound of a
    vote's fee allows. Raises SceneError if no job can have so many leaves, or so dear votes, or no pay.
    """
    if not offer.is_usual and offer.reward_fri < 1:
        raise SceneError("Nothing was paid. Nobody renders frames that pay nothing; offer more.")
    if leaves > MOST_LEAVES:
        raise SceneError(
            f"A frame of this scene has {leaves:,} tiles, all view layers together, and a job can "
            f"have {MOST_LEAVES:,}. Nothing was paid; lower the resolution, or turn view layers off."
        )
    prints = offer.device_group != "CPU"
    reward_fri = offer.reward_fri
    if offer.is_usual:
        reward_fri = usual_reward_fri(
            tasks,
            gas_price_fri,
            prints=prints,
            lease=offer.longest_lease,
            market_fri=market_fri,
            frame_s=USUAL_FRAME_S if offer.frame_s is None else offer.frame_s,
        )
    shape = JobShape(tasks, reward_fri, leaves, layers, offer.audit_tiles, prints)
    fee_fri = offer.audit_fee_fri or vote_fee_fri(gas_price_fri, prints=prints)
    exp = offer.audit_floor_exp
    plan = plan_of(shape, gas_price_fri, fee_fri, lease=offer.longest_lease, exp=exp)
    timeout_s = offer.lease_timeout_s or shape.timeout_s(plan.longest_lease)
    shape = bounded(shape, plan.longest_lease, fee_fri, seat_unit_fri)
    return Quote(offer, shape, plan, gas_price_fri, fee_fri, timeout_s)


def terms_of(package: PinnedPackage, quote: Quote) -> JobTerms:
    """The job's terms, one task a frame."""
    high, low = split_digest(digest_of(package.cid))
    manifest = package.manifest
    family = family_of(manifest.blender_version, manifest.engine, quote.offer.device_group)
    return replace(
        draft_terms(quote, family, package_bytes=package.size_bytes),
        package_hi=high,
        package_lo=low,
        package_files=package.file_count,
    )


def draft_terms(quote: Quote, family: int, *, package_bytes: int) -> JobTerms:
    """The terms as far as they are known before there is a package."""
    offer = quote.offer
    return JobTerms(
        package_hi=0,
        package_lo=1,
        package_bytes=package_bytes,
        package_files=1,
        tasks=quote.shape.tasks,
        reward_fri=quote.shape.reward_fri,
        audit_pool_fri=quote.cost.pool_fri,
        family=family,
        audit_floor_exp=quote.plan.audit_floor_exp,
        audit_tiles=offer.audit_tiles,
        longest_lease=quote.plan.longest_lease,
        lease_timeout_s=quote.timeout_s,
        window_s=offer.window_s,
        expires_in_s=max(offer.expires_in_s, quote.timeout_s),
        tiles=quote.shape.leaves,
        audit_fee_fri=quote.fee_fri,
        audit_tile_fri=quote.shape.tile_fri,
        tile_limit_percent=offer.limits.tile_percent,
        mean_limit_percent=offer.limits.mean_percent,
        second_look=offer.second_look,
        spare_tasks=quote.spare_tasks,
        scheduler=offer.scheduler,
        scheduler_grace_s=offer.scheduler_grace_s if offer.scheduler else 0,
    )
