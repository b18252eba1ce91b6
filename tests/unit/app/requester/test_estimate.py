"""What a job would come to is known before anything is packed, and what can't be had is refused then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.create_job import create_job, frames_of
from renderchain.app.requester.estimate import Estimate, JobFrames, estimate
from renderchain.app.requester.offer import Offer
from renderchain.core.errors import InsufficientFunds, SceneError
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.notices.jobs import JobQuoted, JobUnjudged

from devkit.fakes.clock import run
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
