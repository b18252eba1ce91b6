"""What a job would come to is known before anything is packed, and what can't be had is refused then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.create_job import create_job, frames_of
from renderchain.app.requester.estimate import Estimate, JobFrames, estimate
from renderchain.app.requester.offer import Offer
from renderchain.core.errors import InsufficientFunds, RenderFailed, SandboxMissing, SceneError
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.notices.checks import JobUnchecked
from renderchain.core.notices.jobs import JobQuoted, JobUnjudged

from devkit.fakes.clock import run
from devkit.fakes.package import TILES
from devkit.fakes.people import OFFER, Artist
from devkit.fakes.world import World
from tests.unit.app.bench import UseCaseBench

GFRI = 10**9
USUAL = Offer(is_usual=True)
FRAMES = JobFrames(8, 40, 1, (4, 5), "CYCLES")


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    made = UseCaseBench(disk)
    made.chain.price_fri = GFRI
    made.chain.tokens[made.chain.address] = 100 * FRI_PER_STRK
    made.reporter.told.clear()
    return made


def ask(bench: UseCaseBench, offer: Offer) -> Estimate:
    return run(estimate(bench.chain, offer, FRAMES, 10**6))


def test_the_market_is_asked_where_no_price_is_named(bench: UseCaseBench) -> None:
    bench.chain.prices = [FRI_PER_STRK, FRI_PER_STRK // 2, FRI_PER_STRK // 4]
    assert ask(bench, USUAL).quote.shape.reward_fri == FRI_PER_STRK // 2
    assert ask(bench, Offer(reward_fri=FRI_PER_STRK)).quote.shape.reward_fri == FRI_PER_STRK


def create(bench: UseCaseBench, offer: Offer) -> None:
    job = {"name": "town", "output": Path("/frames"), "reporter": bench.reporter}
    run(create_job(bench.chain, bench.journal, bench.package, offer, **job))  # type: ignore[arg-type]


def test_what_was_estimated_is_what_the_job_costs(bench: UseCaseBench) -> None:
    told = run(estimate(bench.chain, USUAL, frames_of(bench.package.manifest), 1))
    bench.chain.price_fri = GFRI * 7 // 5  # gas became dearer while it was packed
    create(bench, told.offer)
    ((terms, _),) = bench.chain.of("create_job")
    assert terms.escrow_fri == told.quote.cost.pay_fri + told.quote.cost.pool_fri


def test_what_became_dearer_than_was_agreed_to_is_not_paid(bench: UseCaseBench) -> None:
    told = run(estimate(bench.chain, USUAL, frames_of(bench.package.manifest), 1))
    bench.chain.price_fri = 100 * GFRI
    with pytest.raises(InsufficientFunds, match=r"by now, and at most \d+\.\d{4} was agreed to.*Nothing was"):
        create(bench, told.offer)
    assert bench.chain.sent == [] and bench.journal.jobs() == []


def test_a_larger_scene_than_the_one_that_was_priced_is_not_paid(bench: UseCaseBench) -> None:
    packed = frames_of(bench.package.manifest)
    told = run(estimate(bench.chain, USUAL, replace(packed, leaves=1, layers=1, count=1), 1))
    with pytest.raises(InsufficientFunds, match="or the scene is another one. Nothing was paid"):
        create(bench, told.offer)
    assert bench.chain.sent == [] and bench.journal.jobs() == []


def test_an_account_that_can_not_pay_all_of_it_is_told_before_anything_is_packed(bench: UseCaseBench) -> None:
    told = ask(bench, USUAL)
    told.check_funds()
    poor = replace(told, have_fri=told.quote.cost.most_fri - 1)
    with pytest.raises(InsufficientFunds, match=r"up to \d+\.\d{4} STRK.*network fees. The account holds"):
        poor.check_funds()


def test_a_job_that_nobody_would_look_at_is_refused_or_told(bench: UseCaseBench) -> None:
    bench.chain.can_judge = False
    with pytest.raises(SceneError, match="Nothing was paid. Too few verifiers of 4.5/cycles/cpu"):
        ask(bench, USUAL)
    made = ask(bench, Offer(is_usual=True, takes_unjudged=True))
    assert made.back_fri == made.quote.cost.pool_fri > made.quote.cost.back_fri
    assert [type(one) for one in made.notices if isinstance(one, JobQuoted | JobUnjudged)] == [
        JobQuoted,
        JobUnjudged,
    ]
    assert bench.chain.sent == [] and bench.reporter.told == []


LOOKS = replace(USUAL, looks_if_unchecked=True)


def usual_looks(bench: UseCaseBench) -> tuple[Estimate, Estimate]:
    """What the job comes to without second looks and with them."""
    return ask(bench, USUAL), ask(bench, replace(USUAL, second_look=True))


def test_a_job_that_can_not_be_checked_here_has_second_looks(bench: UseCaseBench) -> None:
    plain, looked = usual_looks(bench)
    made = ask(bench, replace(LOOKS, unchecked="no OPTIX here"))
    assert made.offer.second_look and made.quote.cost == looked.quote.cost != plain.quote.cost
    assert [one for one in made.notices if isinstance(one, JobUnchecked)] == [
        JobUnchecked("no OPTIX here", True)
    ]
    create(bench, made.offer)
    ((terms, _),) = bench.chain.of("create_job")
    assert terms.second_look and JobUnchecked("no OPTIX here", True) in bench.reporter.told


@pytest.mark.parametrize("limit", ["agreed", "held"])
def test_second_looks_that_cost_more_than_the_artist_has_or_agreed_to_are_left_off_and_told(
    bench: UseCaseBench, limit: str
) -> None:
    plain, looked = usual_looks(bench)
    offer, short_fri = replace(LOOKS, unchecked="too slow"), looked.quote.cost.most_fri - 1
    if limit == "held":
        bench.chain.tokens[bench.chain.address] = short_fri
    else:
        offer = replace(offer, most_fri=short_fri)
    made = ask(bench, offer)
    assert not made.offer.second_look and made.quote.cost == plain.quote.cost
    assert JobUnchecked("too slow", False) in made.notices
    offer = replace(offer, most_fri=looked.quote.cost.most_fri)
    bench.chain.tokens[bench.chain.address] = looked.quote.cost.most_fri
    assert ask(bench, offer).offer.second_look, "the limit itself is allowed"


@pytest.mark.parametrize("offer", [replace(USUAL, unchecked="no sandbox"), LOOKS])
def test_no_second_looks_are_paid_where_the_artist_wants_none_or_checks_itself(
    bench: UseCaseBench, offer: Offer
) -> None:
    plain, _ = usual_looks(bench)
    made = ask(bench, offer)
    assert not made.offer.second_look and made.quote.cost == plain.quote.cost


@pytest.mark.parametrize("error", [SandboxMissing("bubblewrap is missing"), RenderFailed("no OPTIX here")])
def test_what_keeps_this_machine_from_checking_is_tried_out_before_the_price_is_shown(
    world: World, artist: Artist, error: Exception
) -> None:
    artist.own_checks = 2
    artist.renderer.fail("try_out", error)
    frames = JobFrames(4, TILES, 1, (4, 5), "CYCLES")

    async def asked() -> tuple[Estimate, Estimate]:
        offer = replace(OFFER, looks_if_unchecked=True)
        return tuple([await artist.requester().estimate(offer, frames, 1) for _ in range(2)])  # type: ignore[return-value]

    unable, able = world.live(asked())
    assert unable.offer.second_look and JobUnchecked(str(error), True) in unable.notices
    assert not able.offer.second_look and not [one for one in able.notices if isinstance(one, JobUnchecked)]


@pytest.mark.parametrize(("frame_s", "is_slow"), [(200.0, True), (10.0, False)])
def test_a_machine_that_takes_too_long_for_its_own_checks_has_second_looks(
    world: World, artist: Artist, frame_s: float, is_slow: bool
) -> None:
    artist.own_checks = 2
    frames = JobFrames(4, TILES, 1, (4, 5), "CYCLES")
    offer = replace(OFFER, looks_if_unchecked=True, frame_s=frame_s)
    made = world.live(artist.requester().estimate(offer, frames, 1))
    assert made.offer.second_look is is_slow
    assert [one.reason[:27] for one in made.notices if isinstance(one, JobUnchecked)] == (
        ["this machine is too slow: 2"] if is_slow else []
    )


def test_where_the_probe_shows_that_own_checks_take_too_long_the_job_has_second_looks_if_they_were_agreed_to(
    world: World, artist: Artist
) -> None:
    artist.own_checks, artist.own_check_seconds = 2, 0
    offer = replace(OFFER, looks_if_unchecked=True)
    jobs = [
        world.live(artist.submit(1, one))
        for one in (offer, replace(offer, most_fri=1 + cost_of(world, artist)))
    ]
    looks = [world.live(artist.chain.job(one)).second_look for one in jobs]
    assert looks == [True, False]
    told = artist.reporter.heard(JobUnchecked)
    assert [one.second_look for one in told] == looks and "too slow" in told[0].reason


def cost_of(world: World, artist: Artist) -> int:
    """What a job of one frame costs at most without second looks."""
    frames = JobFrames(1, TILES, 1, (4, 5), "CYCLES")
    return world.live(artist.requester().estimate(OFFER, frames, 1)).quote.cost.most_fri
