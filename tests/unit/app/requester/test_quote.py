"""What an offer comes to: what the artist left open is chosen, and said before anything is paid."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.app.requester.offer import Offer, per_frame_fri
from renderchain.app.requester.quote import draft_terms, quote_of
from renderchain.core.audit.prices import CPU_SECOND_FRI, vote_fee_fri
from renderchain.core.errors import SceneError
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.notices.jobs import JobQuoted, LeasesWorthLittle, SparesSetAside, TilesWorthLittle
from renderchain.core.tiles import MOST_LEAVES

from devkit.fakes.people import Artist
from devkit.fakes.world import World

GFRI = 10**9
USUAL = Offer(is_usual=True)
CHOSEN = Offer(reward_fri=1000, audit_fee_fri=60, longest_lease=3, audit_floor_exp=2, lease_timeout_s=300)
OPEN = Offer(reward_fri=FRI_PER_STRK // 100)


def test_a_pool_pays_one_audit_of_every_lease_and_the_spare_ones() -> None:
    quote = quote_of(CHOSEN, 7, 10, 1, 0)
    # A leaf is worth 200 fri, but a vote gets a fifteenth of three frames' pay.
    assert (quote.fee_fri, quote.shape.tile_fri) == (60, 3 * 1000 // 15 - 60)
    # Three leases, one leaf of each drawn, three verifiers a leaf; and two audits to spare.
    assert quote.cost.pool_fri == (3 + 2) * 3 * (60 + 140)
    assert quote_of(replace(CHOSEN, spare_audits=0), 7, 10, 1, 0).cost.pool_fri == 3 * 3 * (60 + 140)


def test_a_job_with_a_scheduler_sets_frames_aside_for_late_workers_and_says_so() -> None:
    plain, scheduled = (quote_of(replace(OPEN, scheduler=one), 90, 40, 1, GFRI) for one in (0, 0x5C))
    assert (plain.spare_tasks, scheduled.spare_tasks) == (0, 5)
    told = [one for one in scheduled.notices if isinstance(one, SparesSetAside)]
    assert told == [SparesSetAside(5, 5 * OPEN.reward_fri)]
    assert not any(isinstance(one, SparesSetAside) for one in plain.notices)
    terms = draft_terms(scheduled, 1, package_bytes=1)
    assert (terms.spare_tasks, terms.escrow_fri) == (5, scheduled.cost.escrow_fri)
    assert scheduled.cost.most_fri >= plain.cost.most_fri + 5 * OPEN.reward_fri


def test_a_short_job_has_the_prices_of_its_only_lease() -> None:
    assert quote_of(CHOSEN, 2, 10, 1, 0).cost == quote_of(replace(CHOSEN, longest_lease=2), 2, 10, 1, 0).cost


def test_no_gas_is_so_cheap_that_verifiers_get_nothing() -> None:
    quote = quote_of(Offer(reward_fri=8), 2, 10, 1, 0)
    assert (quote.fee_fri, quote.shape.tile_fri) == (1, 0)


def test_a_frame_of_too_many_leaves_is_refused_before_anything_is_paid() -> None:
    assert quote_of(OPEN, 20, MOST_LEAVES, 1, GFRI)
    with pytest.raises(SceneError, match=r"has 32,768 tiles.* a job can have 32,767. Nothing was paid"):
        quote_of(OPEN, 20, MOST_LEAVES + 1, 1, GFRI)


def test_every_view_layer_has_leaves_of_its_own() -> None:
    one, three = quote_of(OPEN, 90, 40, 1, GFRI), quote_of(OPEN, 90, 120, 3, GFRI)
    # A verifier of one layer renders the tile with all three, and is paid for that.
    assert one.shape.tile_fri == three.shape.tile_fri > 0


def test_what_is_open_follows_from_the_gas_price() -> None:
    cheap, dear = (quote_of(OPEN, 1000, 510, 1, price) for price in (GFRI, 3 * GFRI))
    assert cheap.fee_fri == vote_fee_fri(GFRI, prints=False)
    assert dear.fee_fri == vote_fee_fri(3 * GFRI, prints=False)
    assert 8 < cheap.plan.longest_lease < dear.plan.longest_lease
    assert cheap.timeout_s >= 3600


def test_gpus_pay_verifiers_for_prints_that_go_on_chain() -> None:
    quote = quote_of(replace(OPEN, device_group="OPTIX"), 1000, 510, 1, GFRI)
    assert quote.fee_fri == vote_fee_fri(GFRI, prints=True)


def test_what_was_confirmed_costs_the_same_at_another_gas_price() -> None:
    quote = quote_of(OPEN, 1000, 510, 1, GFRI)
    later = quote_of(quote.chosen, 1000, 510, 1, 5 * GFRI)
    assert (later.plan, later.fee_fri, later.timeout_s) == (quote.plan, quote.fee_fri, quote.timeout_s)
    assert later.cost.pool_fri == quote.cost.pool_fri


def test_the_artist_hears_what_it_costs_and_is_warned_of_leases_that_are_worth_little() -> None:
    (told,) = quote_of(OPEN, 1000, 510, 1, GFRI).notices
    assert isinstance(told, JobQuoted)
    assert told.frame_count == 1000 and told.pay_fri == 10 * FRI_PER_STRK
    assert told.most_fri == told.pay_fri + told.pool_fri + told.gas_fri
    assert told.overhead_percent <= 20
    _, warning = quote_of(replace(OPEN, longest_lease=12), 1000, 510, 1, GFRI).notices
    assert isinstance(warning, LeasesWorthLittle)
    assert warning.pay_fri == 12 * OPEN.reward_fri < warning.least_fri


def test_a_vote_over_its_bound_is_refused_before_anything_is_paid() -> None:
    # Eight frames pay 0.08 STRK, a fifteenth of which does not pay a vote's gas.
    with pytest.raises(SceneError, match="Nothing was paid.* costs 0.00557 STRK besides .* at most 0.00534"):
        quote_of(replace(OPEN, longest_lease=8), 1000, 510, 1, GFRI)
    unit_fri = 60 * vote_fee_fri(GFRI, prints=False)
    assert quote_of(OPEN, 1000, 510, 1, GFRI, unit_fri).shape.tile_fri == 0
    with pytest.raises(SceneError, match="Nothing was paid.* a sixtieth of a verifier's seat"):
        quote_of(OPEN, 1000, 510, 1, GFRI, unit_fri - 1)


def test_the_artist_is_warned_where_the_bound_of_a_vote_leaves_too_little_for_its_leaves() -> None:
    # Gas is free here, so nothing else is wrong with these leases. One leaf of each is drawn.
    _, warning = quote_of(CHOSEN, 12, 10, 1, 0).notices
    assert warning == TilesWorthLittle(3 * 1000 // 15 - 60, 2 * 1000 // 10)
    longer = replace(CHOSEN, longest_lease=4)
    assert [type(one) for one in quote_of(longer, 12, 10, 1, 0).notices] == [JobQuoted]


@pytest.mark.parametrize("gas_price_fri", [GFRI // 2, GFRI, 8 * GFRI, 13 * GFRI])
@pytest.mark.parametrize("frames", [1, 2, 8, 49, 300, 2000])
@pytest.mark.parametrize("device", ["CPU", "OPTIX"])
def test_what_is_offered_unasked_is_worth_it_to_workers_at_any_gas_price(
    gas_price_fri: int, frames: int, device: str
) -> None:
    asked = Offer(is_usual=True, device_group=device)
    quote = quote_of(asked, frames, 510, 1, gas_price_fri, seat_unit_fri=10 * FRI_PER_STRK)
    assert [type(one) for one in quote.notices if isinstance(one, LeasesWorthLittle)] == []
    assert quote.shape.reward_fri >= FRI_PER_STRK // 100, "at least some seconds of a machine"
    assert quote.chosen.reward_fri == quote.shape.reward_fri


def test_short_batches_that_were_asked_for_pay_more_a_frame() -> None:
    ten, five = (
        quote_of(Offer(is_usual=True, longest_lease=lease), 100, 510, 1, GFRI).shape.reward_fri
        for lease in (10, 5)
    )
    assert abs(five / ten - 2) < 0.02


def test_the_markets_price_is_taken_where_there_is_one_within_reason() -> None:
    def offered(market_fri: int) -> int:
        return quote_of(USUAL, 100, 510, 1, GFRI, market_fri=market_fri).shape.reward_fri

    assert offered(FRI_PER_STRK // 5) == FRI_PER_STRK // 5
    assert offered(1) == quote_of(USUAL, 100, 510, 1, GFRI, market_fri=0).shape.reward_fri > 1
    assert offered(100 * FRI_PER_STRK) == 3600 * CPU_SECOND_FRI, "an hour of a frame, not more"


def test_frames_that_pay_nothing_are_refused() -> None:
    with pytest.raises(SceneError, match="Nobody renders frames that pay nothing"):
        quote_of(Offer(reward_fri=0), 8, 510, 1, GFRI)
    with pytest.raises(SceneError, match="Nobody renders frames that pay nothing"):
        quote_of(Offer(reward_fri=per_frame_fri(7, 8)), 8, 510, 1, GFRI)
    assert per_frame_fri(17, 8) == 2


def test_a_frame_that_was_tried_is_paid_by_its_time_where_there_is_no_market() -> None:
    def paid(frame_s: float | None, market_fri: int | None = None) -> int:
        asked = Offer(is_usual=True, frame_s=frame_s)
        return quote_of(asked, 100, 510, 1, GFRI, market_fri=market_fri).shape.reward_fri

    assert paid(None) == paid(20.0)
    assert paid(200.0) == pytest.approx(10 * paid(20.0), rel=0.01)
    assert paid(100_000.0) == paid(3600.0), "no more than an hour is believed"
    assert paid(0.0) > 0, "it is worth its audit all the same"
    assert paid(200.0, market_fri=paid(20.0)) == paid(20.0), "what others pay comes first"


def test_what_usually_comes_back_is_what_audits_are_not_likely_to_need() -> None:
    usual = quote_of(replace(OPEN, reward_fri=FRI_PER_STRK), 10, 510, 1, GFRI)
    cost = usual.cost
    leases = -(-10 // usual.plan.longest_lease)
    assert usual.plan.audit_floor_exp == 0
    # All leases are looked at, two audits are spare.
    assert cost.back_fri == cost.pool_fri - cost.audits_fri == cost.pool_fri * 2 // (leases + 2)
    stricter = quote_of(replace(OPEN, reward_fri=FRI_PER_STRK).checked("stricter"), 10, 510, 1, GFRI).cost
    assert stricter.pool_fri > 5 * cost.pool_fri and stricter.back_fri > stricter.pool_fri // 2
    assert replace(OPEN).checked("usual") == OPEN


def test_a_job_without_choices_is_paid_as_it_was_said(world: World, artist: Artist) -> None:
    world.network.gas_price_fri = GFRI
    offer = Offer(reward_fri=FRI_PER_STRK // 10, lease_timeout_s=3000, window_s=2000)  # as the rules allow
    job_id = world.live(artist.submit(30, offer))
    job = world.live(artist.chain.job(job_id))
    (told,) = artist.reporter.heard(JobQuoted)
    assert (told.lease_frame_count, told.audit_exp) == (job.longest_lease, job.audit_floor_exp)
    assert told.pool_fri == job.audit_pool_fri
    assert job.longest_lease * job.reward_fri >= 20 * 32 * 10**6 * GFRI
    assert artist.reporter.heard(LeasesWorthLittle) == []
