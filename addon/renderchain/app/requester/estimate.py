"""What a job would come to now, asked before anything is packed: its price, and whether it can be had."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...core.errors import InsufficientFunds, SceneError
from ...core.job import FamilyInfo, JobTerms, family_name, family_of
from ...core.market import market_price_fri
from ...core.money import format_strk, four_decimals
from ...core.notices import Notice, counted
from ...core.notices.jobs import JobUnjudged, NoRoom
from ...ports.requester_chain import RequesterChain
from .offer import Offer
from .quote import Quote, draft_terms, quote_of


@dataclass(frozen=True)
class JobFrames:
    """What of a scene its price depends on; ``leaves`` of a frame are its tiles in all ``layers``."""

    count: int
    leaves: int
    layers: int
    blender_version: tuple[int, int]
    engine: str

    def family(self, offer: Offer) -> int:
        """Whose workers may render them."""
        return family_of(self.blender_version, self.engine, offer.device_group)


@dataclass(frozen=True)
class Estimate:
    """A quote, what the account holds, and what else the artist is told before it pays."""

    quote: Quote
    have_fri: int
    notices: tuple[Notice, ...]

    @property
    def offer(self) -> Offer:
        """The offer with all that was open: what is paid is what was shown."""
        return self.quote.chosen

    @property
    def back_fri(self) -> int:
        """What is likely to come back: all for audits where nobody judges, and what spares have aside."""
        cost = self.quote.cost
        is_unjudged = any(isinstance(one, JobUnjudged) for one in self.notices)
        return cost.spares_fri + (cost.pool_fri if is_unjudged else cost.back_fri)

    def check_funds(self) -> None:
        """Raise InsufficientFunds if the account can't pay all that the job may cost."""
        cost = self.quote.cost
        frames_fri = cost.pay_fri + cost.spares_fri
        if self.have_fri < cost.most_fri:
            raise InsufficientFunds(
                f"The job costs up to {four_decimals(cost.most_fri)} STRK: {four_decimals(frames_fri)} for "
                f"its frames, {four_decimals(cost.pool_fri)} kept for spot checks, "
                f"{four_decimals(cost.gas_fri)} in network fees. The account holds "
                f"{four_decimals(self.have_fri, up=False)}. Nothing was paid; add funds or offer less."
            )

    def check_agreed(self) -> None:
        """Raise InsufficientFunds if it came to more than the artist agreed to; fees have room to rise."""
        agreed_fri, now_fri = self.quote.offer.most_fri, self.quote.cost.likely_fri
        if agreed_fri is not None and now_fri > agreed_fri:
            raise InsufficientFunds(
                f"The job would cost {four_decimals(now_fri)} STRK by now, and at most "
                f"{four_decimals(agreed_fri, up=False)} was agreed to: prices rose, or the scene is another "
                "one. Nothing was paid; submit it again to see the new price."
            )


async def estimate(chain: RequesterChain, offer: Offer, frames: JobFrames, package_bytes: int) -> Estimate:
    """Ask the chain; raises SceneError for a job that nobody could take, or ChainError."""
    quote = await quote_now(chain, offer, frames)
    drafted = draft_terms(quote, frames.family(offer), package_bytes=max(package_bytes, 1))
    _, notices = await judged(chain, drafted, offer)
    have_fri = await chain.tokens_fri(chain.address)
    return Estimate(quote, have_fri, (*quote.notices, *notices))


async def quote_now(chain: RequesterChain, offer: Offer, frames: JobFrames) -> Quote:
    """What the offer comes to at the prices of the day.

    A job that can't be checked here has second looks where the account has what they cost, and the artist
    did not agree to less.
    """
    gas_price_fri, unit_fri = await chain.gas_price_fri(), await chain.seat_unit_fri()
    market_fri = None
    if offer.is_usual:
        market_fri = market_price_fri(await chain.accepted_prices_fri(frames.family(offer)))

    def quoted(one: Offer) -> Quote:
        size = (frames.count, frames.leaves, frames.layers)
        return quote_of(one, *size, gas_price_fri, unit_fri, market_fri)

    if offer.unchecked and offer.looks_if_unchecked and not offer.second_look:
        looked, have_fri = quoted(replace(offer, second_look=True)), await chain.tokens_fri(chain.address)
        most_fri = have_fri if offer.most_fri is None else min(have_fri, offer.most_fri)
        if looked.cost.most_fri <= most_fri:
            return looked
    return quoted(offer)


async def judged(chain: RequesterChain, terms: JobTerms, offer: Offer) -> tuple[JobTerms, tuple[Notice, ...]]:
    """The terms; they take leases that nobody judges only where nobody could and the artist said so."""
    name, stands = family_name(terms.family), await chain.family(terms.family)
    if await chain.has_verifiers(terms):
        return terms, _need_room(terms, name, stands)
    if not offer.takes_unjudged:
        why = f"Too few verifiers of {name} would look at this job"
        if not stands.from_epoch:
            why = f"Too few verify {name} for it to have verifiers yet"
        elif not stands.is_old_enough:
            why = f"{name} has verifiers from epoch {stands.from_epoch} on, and this is epoch {stands.epoch}"
        raise SceneError(
            f"Nothing was paid. {why}, so nobody could claim it. Wait until there are more, pay more, or set "
            "takes_unjudged = true in the settings to take frames that nobody spot-checks."
        )
    if not await chain.may_be_unjudged(terms.family):
        raise SceneError(
            f"Nothing was paid. {name} has verifiers, but too few would look at this job, and where there are"
            " any, workers take no frames that nobody spot-checks. Pay more, send a smaller package, or wait "
            "until more are willing."
        )
    return replace(terms, takes_unjudged=True), (JobUnjudged(name),)


def _need_room(terms: JobTerms, name: str, stands: FamilyInfo) -> tuple[Notice, ...]:
    """The longest lease must fit under the family's cap, if not now then when other leases have ended."""
    longest = min(terms.longest_lease, terms.tasks)
    pay_fri, most_fri = longest * terms.reward_fri, stands.most_pay_fri
    if pay_fri > most_fri:
        raise SceneError(
            f"Nothing was paid. A batch of {counted(longest, 'frame')} pays {format_strk(pay_fri)} STRK, and "
            f"all that are spot-checked of {name} together may earn {format_strk(most_fri)} at once, so "
            "nobody could claim it. Let batches be shorter, pay less a frame, or wait for more verifiers."
        )
    return (NoRoom(name, pay_fri, stands.room_fri),) if pay_fri > stands.room_fri else ()
