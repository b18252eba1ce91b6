"""What a job costs and asks for, and that it is noted before it is paid, and paid only if the account can."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.create_job import create_job, intent_of_job
from renderchain.app.requester.offer import Offer
from renderchain.app.requester.quote import Quote, quote_of, terms_of
from renderchain.core.artist_job import REFUSED, SENDING
from renderchain.core.audit.gas import checked_gas_price
from renderchain.core.audit.prices import vote_fee_fri
from renderchain.core.cid import digest_of
from renderchain.core.contract_errors import BadJobTerms
from renderchain.core.errors import Cancelled, ChainError, InsufficientFunds, SceneError, StuckTransaction
from renderchain.core.ids import JobId
from renderchain.core.job import JobTerms, family_of
from renderchain.core.notices.jobs import (
    EscrowDue,
    JobCreated,
    JobQuoted,
    JobUnjudged,
    LeasesWorthLittle,
    NoRoom,
)
from renderchain.core.print_limits import PrintLimits

from devkit.fakes.clock import run
from devkit.fakes.package import TILES
from devkit.fakes.scripted_chain import BOARD
from tests.unit.app.bench import TASKS, UseCaseBench

OFFER = Offer(reward_fri=1000, longest_lease=3, lease_timeout_s=300, window_s=200, audit_floor_exp=2)


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    made = UseCaseBench(disk)
    made.reporter.told.clear()
    return made


def create(bench: UseCaseBench, offer: Offer = OFFER) -> JobId:
    return run(
        create_job(
            bench.chain,
            bench.journal,
            bench.package,
            offer,
            name="town",
            output=Path("/frames"),
            reporter=bench.reporter,
        )
    )


def quote_for(bench: UseCaseBench, offer: Offer = OFFER) -> Quote:
    """What the bench's package comes to where gas is free."""
    manifest = bench.package.manifest
    leaves, layers = manifest.leaves_per_frame, len(manifest.view_layers)
    return quote_of(offer, len(manifest.frames), leaves, layers, gas_price_fri=0)


def terms(bench: UseCaseBench, offer: Offer = OFFER) -> JobTerms:
    return terms_of(bench.package, quote_for(bench, offer))


def test_the_terms_are_those_of_package_and_offer(bench: UseCaseBench) -> None:
    limits = PrintLimits(tile_percent=12, mean_percent=6)
    asked = terms(bench, replace(OFFER, device_group="OPTIX", audit_tiles=5, limits=limits))
    assert (asked.tile_limit_percent, asked.mean_limit_percent) == (12, 6)
    assert asked.package_hi << 128 | asked.package_lo == int.from_bytes(digest_of(bench.package.cid), "big")
    assert (asked.package_bytes, asked.package_files) == (bench.package.size_bytes, 2)
    assert (asked.tasks, asked.tiles) == (TASKS, TILES)
    assert asked.family == family_of((4, 5), "CYCLES", "OPTIX")
    assert (asked.reward_fri, asked.longest_lease, asked.audit_tiles) == (1000, 3, 5)
    assert (asked.lease_timeout_s, asked.window_s, asked.audit_floor_exp) == (300, 200, 2)
    quote = quote_for(bench)
    # One leaf of a lease is drawn, and a vote gets a fifteenth of three frames' pay.
    assert (asked.audit_fee_fri, asked.audit_tile_fri) == (1, 3 * 1000 // 15 - 1)
    assert asked.escrow_fri == TASKS * 1000 + quote.cost.pool_fri


def test_a_job_is_noted_before_it_is_paid(bench: UseCaseBench) -> None:
    paid = terms(bench)
    bench.chain.tokens[bench.chain.address] = paid.escrow_fri
    before: list[str] = []
    bench.chain.after["create_job"] = lambda: before.extend(one.state for one in bench.journal.jobs())
    job_id = create(bench)
    assert before == ["sending"]
    (entry,) = bench.journal.jobs(BOARD)
    assert (entry.job_id, entry.state, entry.name, entry.output) == (job_id, "active", "town", "/frames")
    assert (entry.package_cid, entry.from_block) == (bench.package.cid, bench.chain.block)
    assert bench.chain.of("create_job") == [(paid, intent_of_job(entry.entry_id))]
    assert bench.reporter.told == [*quote_for(bench).notices, EscrowDue(paid.escrow_fri), JobCreated(job_id)]


def test_an_account_that_is_one_fri_short_pays_and_notes_nothing(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = terms(bench).escrow_fri - 1
    with pytest.raises(InsufficientFunds, match="Nothing was paid"):
        create(bench)
    assert bench.chain.sent == [] and bench.journal.jobs() == []
    assert bench.reporter.told == quote_for(bench).notices


def test_terms_that_the_board_refuses_make_no_job(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = 10**9
    bench.chain.fail("create_job", BadJobTerms("Creating a job"))
    with pytest.raises(BadJobTerms):
        create(bench)
    assert bench.reporter.heard(JobCreated) == []
    assert [one.state for one in bench.journal.jobs()] == [REFUSED]


def test_a_job_whose_transaction_may_yet_happen_is_not_called_refused(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = 10**9
    bench.chain.pending.add(intent_of_job(1))
    bench.chain.fail("create_job", StuckTransaction("It is in no block yet."))
    with pytest.raises(StuckTransaction):
        create(bench)
    assert [one.state for one in bench.journal.jobs()] == [SENDING]


def test_what_it_costs_at_the_gas_price_of_the_day_is_said_before_it_is_paid(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = 10**20
    bench.chain.price_fri = 10**9
    said: list[int] = []
    bench.chain.after["create_job"] = lambda: said.extend(
        one.pool_fri for one in bench.reporter.heard(JobQuoted)
    )
    create(bench, replace(OFFER, reward_fri=10**17))
    ((paid, _),) = bench.chain.of("create_job")
    assert said == [paid.audit_pool_fri]
    assert paid.audit_fee_fri == vote_fee_fri(10**9, prints=False) > 10**15
    assert len(bench.reporter.heard(LeasesWorthLittle)) == 1, (
        "three frames of 0.1 STRK pay less than 20 audits' gas"
    )


def test_a_verifiers_fee_that_the_board_refuses_is_refused_before_anything_is_paid(
    bench: UseCaseBench,
) -> None:
    bench.chain.tokens[bench.chain.address] = 10**20
    bench.chain.unit_fri = 59
    with pytest.raises(SceneError, match="Nothing was paid.* a sixtieth of a verifier's seat"):
        create(bench)
    bench.chain.unit_fri = 10**19
    bench.chain.price_fri = 10**9  # gas alone is worth more than three frames of 1000 fri
    with pytest.raises(SceneError, match="Nothing was paid.* wait for lower fees"):
        create(bench)
    assert bench.chain.sent == [] and bench.journal.jobs() == []
    bench.chain.unit_fri, bench.chain.price_fri = 60 * (1 + 9 * 10), 0
    create(bench)
    ((paid, _),) = bench.chain.of("create_job")
    assert (paid.audit_fee_fri, paid.audit_tile_fri) == (1, 10), (
        "what a sixtieth of a seat leaves for the leaf and the eight that may be named"
    )


def test_a_job_that_too_few_would_verify_is_created_only_where_the_artist_says_so(
    bench: UseCaseBench,
) -> None:
    bench.chain.tokens[bench.chain.address] = 10**20
    assert not terms(bench).takes_unjudged
    bench.chain.can_judge = False
    with pytest.raises(SceneError, match="Nothing was paid. Too few verifiers of 4.5/cycles/cpu"):
        create(bench)
    assert bench.chain.sent == [] and bench.journal.jobs() == []
    said: list[JobUnjudged] = []
    bench.chain.after["create_job"] = lambda: said.extend(bench.reporter.heard(JobUnjudged))
    create(bench, replace(OFFER, takes_unjudged=True))
    ((paid, _),) = bench.chain.of("create_job")
    assert paid.takes_unjudged and said == [JobUnjudged("4.5/cycles/cpu")]


def test_what_no_worker_would_take_unjudged_is_not_paid_for(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = 10**20
    bench.chain.can_judge = bench.chain.is_young = False
    with pytest.raises(SceneError, match="Nothing was paid. 4.5/cycles/cpu has verifiers, but too few"):
        create(bench, replace(OFFER, takes_unjudged=True))
    assert bench.chain.sent == [] and bench.reporter.heard(JobUnjudged) == []


@pytest.mark.parametrize(
    ("from_epoch", "why"),
    [
        (0, "Too few verify 4.5/cycles/cpu for it to have verifiers yet, so nobody"),
        (12, "4.5/cycles/cpu has verifiers from epoch 12 on, and this is epoch 9, so nobody"),
    ],
)
def test_why_a_family_has_no_verifiers_is_said_before_anything_is_paid(
    bench: UseCaseBench, from_epoch: int, why: str
) -> None:
    bench.chain.tokens[bench.chain.address] = 10**20
    bench.chain.can_judge = False
    bench.chain.stands = replace(bench.chain.stands, from_epoch=from_epoch)
    with pytest.raises(SceneError, match=f"Nothing was paid. {why}"):
        create(bench)
    assert bench.chain.sent == []


def test_a_lease_over_its_familys_cap_is_refused_before_anything_is_paid(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = 10**20
    wanted = terms(bench)
    pay_fri = min(wanted.longest_lease, wanted.tasks) * wanted.reward_fri
    bench.chain.stands = replace(bench.chain.stands, most_pay_fri=pay_fri - 1)
    with pytest.raises(SceneError, match="Nothing was paid. .*at once.* Let batches be shorter"):
        create(bench)
    assert bench.chain.sent == [] and bench.journal.jobs() == []


def test_a_family_whose_cap_others_fill_is_said_before_the_job_is_paid(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = 10**20
    wanted = terms(bench)
    pay_fri = min(wanted.longest_lease, wanted.tasks) * wanted.reward_fri
    said: list[NoRoom] = []
    bench.chain.after["create_job"] = lambda: said.extend(bench.reporter.heard(NoRoom))
    for open_fri in (0, 1):
        bench.chain.stands = replace(bench.chain.stands, most_pay_fri=pay_fri, open_pay_fri=open_fri)
        create(bench)
    assert said == [NoRoom("4.5/cycles/cpu", pay_fri, pay_fri - 1)]


def test_leases_are_judged_wherever_they_can_be(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = 10**20
    create(bench, replace(OFFER, takes_unjudged=True))
    ((paid, _),) = bench.chain.of("create_job")
    assert not paid.takes_unjudged and bench.reporter.heard(JobUnjudged) == []


def test_an_absurd_price_of_gas_costs_nothing(bench: UseCaseBench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lie() -> int:
        return checked_gas_price(10**30)

    monkeypatch.setattr(bench.chain, "gas_price_fri", lie)
    with pytest.raises(ChainError, match="absurd"):
        create(bench)
    assert bench.chain.sent == [] and bench.journal.jobs() == []


def test_who_stops_while_it_pays_hears_that_it_was_paid(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = 10**20
    paying = asyncio.Event()
    create = bench.chain.create_job

    async def slowly(terms: JobTerms, intent_name: str = "") -> JobId:
        paying.set()
        await asyncio.sleep(5)
        return await create(terms, intent_name)

    bench.chain.create_job = slowly  # type: ignore[method-assign]

    async def stopped() -> None:
        work = asyncio.create_task(
            create_job(
                bench.chain,
                bench.journal,
                bench.package,
                OFFER,
                name="town",
                output=Path("/frames"),
                reporter=bench.reporter,
            )
        )
        await paying.wait()
        work.cancel()
        await work

    with pytest.raises(Cancelled, match="was paid when you stopped"):
        run(stopped())
    (entry,) = bench.journal.jobs()
    assert entry.state == "active" and len(bench.chain.of("create_job")) == 1
