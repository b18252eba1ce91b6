"""When the requester accepts a lease, and when it draws for those who would rather not be drawn."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.acceptance import PATIENCE_BLOCKS, Acceptance
from renderchain.app.requester.own_check import Finding
from renderchain.app.upkeep.keeping import keep_at_work
from renderchain.core.audit.draw import DRAW_AFTER, READABLE_AFTER
from renderchain.core.audit.events import AuditClosed, LeaseDrawn, VerdictGiven
from renderchain.core.audit.state import NO_AUDIT, AuditKind, AuditPhase, DrawOutcome, Verdict
from renderchain.core.contract_errors import LeaseInOtherState, LeaseIsPaid, UnknownJob, audit_errors
from renderchain.core.errors import InsufficientFunds, NodeAway
from renderchain.core.ids import LeaseId
from renderchain.core.job import LeaseInfo
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.audits import DrawRefused
from renderchain.core.notices.audits import VerdictGiven as VerdictTold
from renderchain.core.notices.checks import LeaseUnjudged
from renderchain.core.notices.jobs import AlreadySettled

from devkit.fakes.clock import run
from tests.unit.app.bench import JOB, LEASE, UseCaseBench
from tests.unit.app.requester.accepting import SUBMITTED, acceptance, draw_for

AGE = DRAW_AFTER + READABLE_AFTER + PATIENCE_BLOCKS


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    made = UseCaseBench(disk)
    made.change_lease(LEASE, DrawOutcome.NOT_DRAWN, LeaseState.SUBMITTED)
    return made


def drawn(outcome: DrawOutcome) -> LeaseDrawn:
    return LeaseDrawn(62, JOB, LEASE, 0, outcome)


CLOSED = AuditClosed(90, JOB, LEASE, AuditKind.PIXELS, Verdict.ACCEPTED)


ANY_BUT_PASSED = [one for one in Finding if one is not Finding.PASSED]


@pytest.mark.parametrize("outcome", [DrawOutcome.PASSED, DrawOutcome.CLEARED])
@pytest.mark.parametrize("found_first", [True, False])
def test_what_was_checked_is_accepted_once_chance_allows_it(
    bench: UseCaseBench, outcome: DrawOutcome, found_first: bool
) -> None:
    one = acceptance(bench)

    async def hear() -> None:
        if found_first:
            await one.found(LEASE, Finding.PASSED)
            assert bench.chain.sent == []
        bench.change_lease(LEASE, outcome, LeaseState.SUBMITTED)
        await one.note(CLOSED if outcome is DrawOutcome.CLEARED else drawn(outcome))
        if not found_first:
            assert bench.chain.sent == []
            await one.found(LEASE, Finding.PASSED)

    run(hear())
    assert bench.chain.sent == [("accept", JOB, [LEASE])]


def test_a_lease_that_nobody_judges_is_accepted_only_where_the_own_check_found_it_right(
    bench: UseCaseBench,
) -> None:
    one = Acceptance(bench.chain, bench.reporter, JOB)
    bench.change_lease(LEASE, DrawOutcome.UNJUDGED, LeaseState.SUBMITTED)
    for finding in ANY_BUT_PASSED:
        run(one.found(LEASE, finding))
    assert bench.chain.sent == []
    assert bench.reporter.heard(LeaseUnjudged) == [LeaseUnjudged(JOB, LEASE)] * len(ANY_BUT_PASSED)
    run(one.found(LEASE, Finding.PASSED))
    assert bench.chain.sent == [("accept", JOB, [LEASE])]
    assert len(bench.reporter.heard(LeaseUnjudged)) == len(ANY_BUT_PASSED)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (DrawOutcome.NOT_DRAWN, LeaseState.SUBMITTED),
        (DrawOutcome.PASSED, LeaseState.ACCEPTED),
        (DrawOutcome.IN_AUDIT, LeaseState.REJECTED),
    ],
)
def test_what_is_not_drawn_or_settled_is_not_accepted(
    bench: UseCaseBench, outcome: DrawOutcome, state: LeaseState
) -> None:
    bench.change_lease(LEASE, outcome, state)
    one = acceptance(bench)

    async def hear() -> None:
        await one.found(LEASE, Finding.PASSED)
        await one.note(drawn(outcome))

    run(hear())
    assert bench.chain.sent == []


@pytest.mark.parametrize("outcome", [DrawOutcome.PASSED, DrawOutcome.IN_AUDIT, DrawOutcome.CLEARED])
def test_what_our_own_check_found_good_is_paid_whatever_the_draw_says(
    bench: UseCaseBench, outcome: DrawOutcome
) -> None:
    one = acceptance(bench)

    async def hear() -> None:
        await one.found(LEASE, Finding.PASSED)
        assert bench.chain.sent == []
        bench.change_lease(LEASE, outcome, LeaseState.SUBMITTED)
        await one.note(drawn(outcome))

    run(hear())
    assert bench.chain.sent == [("accept", JOB, [LEASE])]


def test_what_was_paid_or_is_doubted_is_not_paid_because_a_check_found_it_good(bench: UseCaseBench) -> None:
    one = acceptance(bench)
    bench.change_lease(LEASE, DrawOutcome.IN_AUDIT, LeaseState.SUBMITTED)
    bench.chain.audits[LEASE] = replace(NO_AUDIT, kind=AuditKind.DELIVERY, bonded=1)
    run(one.found(LEASE, Finding.PASSED))
    bench.chain.audits[LEASE] = replace(NO_AUDIT, kind=AuditKind.PIXELS)
    bench.chain.leases[LEASE] = replace(bench.chain.leases[LEASE], paid=True)
    run(one.found(LEASE, Finding.PASSED))
    assert bench.chain.sent == []


@pytest.mark.parametrize("finding", Finding)
def test_what_the_artist_doubted_and_nobody_voted_about_is_not_accepted_early(
    bench: UseCaseBench, finding: Finding
) -> None:
    one = acceptance(bench)

    async def hear() -> None:
        bench.chain.audits[LEASE] = replace(NO_AUDIT, kind=AuditKind.PIXELS, bonded=1)
        bench.change_lease(LEASE, DrawOutcome.IN_AUDIT, LeaseState.SUBMITTED)
        await one.found(LEASE, finding)
        bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
        await one.note(replace(CLOSED, verdict=Verdict.NONE))

    run(hear())
    assert bench.chain.sent == []


@pytest.mark.parametrize("finding", ANY_BUT_PASSED)
@pytest.mark.parametrize("kind", [AuditKind.PIXELS, AuditKind.DELIVERY])
def test_what_our_own_check_did_not_pass_is_accepted_only_once_verifiers_cleared_its_pixels(
    bench: UseCaseBench, kind: AuditKind, finding: Finding
) -> None:
    """Whatever chance spared was paid without a check, which waived the challenges that were left."""
    one = acceptance(bench)
    bench.chain.audits[LEASE] = replace(NO_AUDIT, kind=kind, verdict=Verdict.ACCEPTED)

    async def hear() -> None:
        bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
        await one.found(LEASE, finding)
        await one.note(drawn(DrawOutcome.PASSED))
        bench.change_lease(LEASE, DrawOutcome.IN_AUDIT, LeaseState.SUBMITTED)
        await one.note(drawn(DrawOutcome.IN_AUDIT))
        assert bench.chain.sent == []
        bench.change_lease(LEASE, DrawOutcome.CLEARED, LeaseState.SUBMITTED)
        await one.note(CLOSED)

    run(hear())
    assert bench.chain.sent == ([("accept", JOB, [LEASE])] if kind is AuditKind.PIXELS else [])


@pytest.mark.parametrize(
    "error", [LeaseInOtherState("Accepting"), LeaseIsPaid("Accepting"), UnknownJob("Accepting")]
)
def test_what_the_worker_took_first_is_said_and_no_error(bench: UseCaseBench, error: Exception) -> None:
    bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
    bench.chain.fail("accept", error)
    run(acceptance(bench).found(LEASE, Finding.PASSED))
    assert bench.reporter.telling(f"Lease {LEASE}", "already been settled")
    assert bench.reporter.told[-1] == AlreadySettled(JOB, LEASE)


def test_what_could_not_be_paid_at_once_is_paid_when_it_can_be(bench: UseCaseBench) -> None:
    """An account without money for gas got no frames any more, as its watch ended with each lease's pay."""
    bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
    bench.chain.fail("accept", InsufficientFunds("The account is empty."), NodeAway("away"))
    one = acceptance(bench)

    async def life() -> None:
        await one.found(LEASE, Finding.PASSED)
        await one.note(drawn(DrawOutcome.PASSED))
        assert bench.chain.sent == []
        running = asyncio.create_task(keep_at_work("Paying leases", one.run, bench.reporter))
        await asyncio.sleep(300)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run(life())
    assert bench.chain.sent == [("accept", JOB, [LEASE])]


def test_a_draw_that_is_heard_while_its_lease_is_looked_at_is_not_lost(
    bench: UseCaseBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lease(lease_id: LeaseId) -> LeaseInfo:
        found = bench.chain.leases[lease_id]
        await asyncio.sleep(5)
        return found

    monkeypatch.setattr(bench.chain, "lease", lease)
    one = acceptance(bench)

    async def hear() -> None:
        looking = asyncio.create_task(one.found(LEASE, Finding.PASSED))
        await asyncio.sleep(1)
        bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
        await one.note(drawn(DrawOutcome.PASSED))
        await looking

    run(hear())
    assert bench.chain.sent == [("accept", JOB, [LEASE])]


def test_after_a_reorganisation_nothing_is_good_until_it_is_found_so_again(bench: UseCaseBench) -> None:
    one = acceptance(bench)

    async def hear() -> None:
        await one.found(LEASE, Finding.PASSED)
        one.forget()
        bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
        await one.note(drawn(DrawOutcome.PASSED))
        assert bench.chain.sent == []
        await one.found(LEASE, Finding.PASSED)

    run(hear())
    assert len(bench.chain.sent) == 1


def test_a_verdict_is_told(bench: UseCaseBench) -> None:
    one = acceptance(bench)
    run(one.note(VerdictGiven(90, JOB, LEASE, 0, Verdict.REJECTED, 3, 2)))
    run(one.note(VerdictGiven(99, JOB, LEASE, 1, Verdict.REJECTED, 0, 4)))  # there is no package
    told = bench.reporter.heard(VerdictTold)
    assert [(one.verdict, one.agreeing_count, one.objecting_count) for one in told] == [
        (Verdict.REJECTED, 1, 2),
        (Verdict.REJECTED, 0, 4),
    ]


def test_a_lease_is_drawn_once_and_only_after_its_worker_had_time(bench: UseCaseBench) -> None:
    one = acceptance(bench)

    async def life() -> None:
        bench.chain.block = 50 + AGE - 1
        await draw_for(one, 100)
        assert bench.chain.sent == []
        bench.chain.block += 1
        await draw_for(one, 100)

    run(life())
    assert bench.chain.sent == [("draw", JOB, [LEASE])]


def test_a_node_that_is_away_when_a_draw_is_due_is_asked_again(bench: UseCaseBench) -> None:
    """The task ended without a word, and nobody drew any lease of that job any more."""
    one, bench.chain.block = acceptance(bench), 1000
    bench.chain.fail("block_number", NodeAway("away"))
    bench.chain.fail("draw", NodeAway("away"), KeyError("field"))

    async def life() -> None:
        task = asyncio.create_task(keep_at_work("Drawing and paying leases", one.run, bench.reporter))
        await asyncio.sleep(300)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run(life())
    assert bench.chain.sent == [("draw", JOB, [LEASE])]


def test_what_was_drawn_or_dropped_is_not_drawn_again(bench: UseCaseBench) -> None:
    bench.chain.block = 1000

    async def life() -> None:
        one = acceptance(bench)
        await one.note(drawn(DrawOutcome.IN_AUDIT))
        await draw_for(one, 100)
        two = acceptance(bench)
        two.forget()
        await draw_for(two, 100)

    run(life())
    assert bench.chain.sent == []


@pytest.mark.parametrize("own", ["our challenge", "found false", "not checked", ""])
def test_a_fee_is_raised_for_votes_that_the_artist_wants(bench: UseCaseBench, own: str) -> None:
    bench.chain.block, bench.chain.voters_from = 1000, 4
    bonded = int(own == "our challenge")
    starved = replace(NO_AUDIT, phase=AuditPhase.DRAW, since_block=60, draw_block=78, bonded=bonded)
    bench.chain.audits[LEASE] = starved
    bench.chain.tokens[bench.chain.address] = 10**20
    bench.chain.bond_fri = 1

    async def life() -> None:
        one = acceptance(bench)
        if own in ("found false", "not checked"):
            await one.found(LEASE, Finding.FALSE if own == "found false" else Finding.SKIPPED)
        await draw_for(one, 3)

    run(life())
    assert bench.chain.of("raise_fee")[:1] == (
        [(LEASE, 4)] if own in ("our challenge", "found false") else []
    )


def test_a_refused_draw_is_said_and_others_are_drawn_later(bench: UseCaseBench) -> None:
    bench.chain.block = 1000
    bench.chain.fail("draw", audit_errors.NothingToDraw("Drawing"))
    one = acceptance(bench)

    async def life() -> None:
        await draw_for(one, 10)
        one.submitted(SUBMITTED)
        await draw_for(one, 10)

    run(life())
    assert len(bench.reporter.telling("No draw was due")) == 1
    assert [(one.job_id, one.lease_count) for one in bench.reporter.heard(DrawRefused)] == [(JOB, 1)]
    assert len(bench.chain.of("draw")) == 1
