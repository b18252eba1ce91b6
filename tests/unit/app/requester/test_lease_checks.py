"""What follows for a lease's acceptance from the own check and from what else was found wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.app.requester.acceptance import Acceptance
from renderchain.app.requester.lease_checks import LeaseChecks
from renderchain.app.requester.own_check import CheckOutcome, DrawnLeaf, Finding, OwnCheck
from renderchain.core.audit.errors import AuditInOtherPhase, VerifiersMissing
from renderchain.core.audit.events import AuditClosed, LeaseChallenged, LeaseDrawn
from renderchain.core.audit.state import NO_AUDIT, AuditInfo, AuditKind, AuditPhase, DrawOutcome, Verdict
from renderchain.core.board_events import ResultSubmitted
from renderchain.core.errors import InsufficientFunds
from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.job import JobInfo, LeaseInfo, LeaseResult
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.checks import Unappealed, Unchallenged

from devkit.fakes.clock import run
from devkit.fakes.scripted_chain import BOARD, ScriptedChain
from devkit.fakes.turns import Turns, watch_turns
from tests.unit.app.bench import JOB, LEASE, UseCaseBench

CLOSED = AuditClosed(90, JOB, LEASE, AuditKind.PIXELS, Verdict.ACCEPTED)
RIGHT = replace(NO_AUDIT, kind=AuditKind.PIXELS, phase=AuditPhase.OVER, verdict=Verdict.ACCEPTED)
NOTHING: Any = None
SECOND = join_lease_id(WorkerId(1), 1, 1)


class Finds(OwnCheck):
    """Has looked already."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(NOTHING, NOTHING, NOTHING, per_lease=1, most_s=1)
        self._finding = finding

    def draw(self, *_: object) -> tuple[DrawnLeaf, ...]:
        return ()

    async def look(self, *_: object) -> CheckOutcome:
        return CheckOutcome(self._finding, (3,))


def checks_of(
    bench: UseCaseBench, disk: Path, check: OwnCheck, *, most: int = 3, chain: ScriptedChain | None = None
) -> tuple[LeaseChecks, Acceptance]:
    chain = chain or bench.chain
    acceptance = Acceptance(chain, bench.reporter, JOB)
    places: dict[str, Any] = {"fetch_package": fetch, "work": disk, "most_challenges": most}
    return LeaseChecks(chain, check, acceptance, bench.reporter, bench.journal, JOB, **places), acceptance


@pytest.mark.parametrize("finding", [None, *Finding])
def test_of_leases_that_nobody_judges_only_what_was_found_right_here_is_accepted(
    disk: Path, finding: Finding | None
) -> None:
    """None: no check is made here."""
    bench = UseCaseBench(disk)
    check = Finds(finding) if finding else OwnCheck(NOTHING, NOTHING, NOTHING, per_lease=0, most_s=1)
    checks, _ = checks_of(bench, disk, check)

    async def life() -> None:
        bench.change_lease(LEASE, DrawOutcome.UNJUDGED, LeaseState.SUBMITTED)
        running = asyncio.create_task(checks.run(0))
        await checks.add(NOTHING, NOTHING, LEASE, disk, NOTHING, may_accept=True)
        await asyncio.sleep(1)
        running.cancel()

    run(life())
    sent = {
        Finding.PASSED: [("accept", JOB, [LEASE])],
        Finding.FALSE: [("name_verifiers", LEASE), ("challenge_pixels", LEASE, [3])],
    }
    assert bench.chain.sent == (sent.get(finding, []) if finding else [])


def test_a_false_lease_that_chance_spared_is_drawn_and_challenged(disk: Path) -> None:
    bench = UseCaseBench(disk)
    checks, acceptance = checks_of(bench, disk, Finds(Finding.FALSE))
    bench.change_lease(LEASE, DrawOutcome.NOT_DRAWN, LeaseState.SUBMITTED)
    bench.chain.passing, bench.chain.block = {LEASE}, 1000
    bench.chain.jobs[JOB] = replace(bench.chain.jobs[JOB], audit_pool_fri=10**6)

    def spare() -> None:
        bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
        checks.note(LeaseDrawn(1000, JOB, LEASE, 1, DrawOutcome.PASSED))

    bench.chain.after["draw"] = spare

    async def life() -> None:
        acceptance.submitted(ResultSubmitted(50, JOB, LEASE, 2, LeaseResult(1, 2, 3, 4)))
        running = [asyncio.create_task(one) for one in (checks.run(0), acceptance.run())]
        await checks.add(NOTHING, NOTHING, LEASE, disk, NOTHING, may_accept=True)
        await asyncio.sleep(10)
        for one in running:
            one.cancel()

    run(life())
    assert bench.chain.sent == [("draw", JOB, [LEASE]), ("challenge_pixels", LEASE, [3])]


def test_a_false_lease_for_which_nobody_can_be_named_is_told(disk: Path) -> None:
    bench = UseCaseBench(disk)
    checks, _ = checks_of(bench, disk, Finds(Finding.FALSE))
    bench.chain.fail("name_verifiers", VerifiersMissing("Naming verifiers"))

    async def life() -> None:
        bench.change_lease(LEASE, DrawOutcome.UNJUDGED, LeaseState.SUBMITTED)
        running = asyncio.create_task(checks.run(0))
        await checks.add(NOTHING, NOTHING, LEASE, disk, NOTHING, may_accept=True)
        await asyncio.sleep(1)
        running.cancel()

    run(life())
    assert bench.chain.sent == []
    (told,) = bench.reporter.heard(Unchallenged)
    assert told.leaves == (3,)


@pytest.mark.parametrize("verdict", [Verdict.REJECTED, Verdict.ACCEPTED])
def test_a_challenge_that_was_won_makes_room_for_what_waits_and_a_lost_one_does_not(
    disk: Path, verdict: Verdict
) -> None:
    bench = UseCaseBench(disk)
    checks, _ = checks_of(bench, disk, Finds(Finding.FALSE), most=1)
    bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
    bench.chain.leases[SECOND] = replace(bench.chain.leases[LEASE], lease_id=SECOND)

    async def life() -> None:
        running = asyncio.create_task(checks.run(0))
        for lease_id in (LEASE, SECOND):
            await checks.add(NOTHING, NOTHING, lease_id, disk, NOTHING, may_accept=True)
        await asyncio.sleep(1)
        assert bench.chain.of("challenge_pixels") == [(LEASE, [3])]
        (waits,) = bench.reporter.heard(Unchallenged)
        assert waits.lease_id == SECOND and "1 are not won, and own_challenges allows 1" in waits.reason
        bench.change_lease(LEASE, DrawOutcome.CLEARED, LeaseState.REJECTED)
        checks.note(replace(CLOSED, verdict=verdict))
        await asyncio.sleep(1)
        running.cancel()

    run(life())
    made = [(LEASE, [3]), (SECOND, [3])] if verdict is Verdict.REJECTED else [(LEASE, [3])]
    assert bench.chain.of("challenge_pixels") == made


def test_a_challenge_of_pixels_that_was_won_does_not_give_back_a_lost_one_of_the_delivery(disk: Path) -> None:
    bench = UseCaseBench(disk)
    checks, _ = checks_of(bench, disk, Finds(Finding.FALSE), most=1)
    bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
    bench.chain.leases[SECOND] = replace(bench.chain.leases[LEASE], lease_id=SECOND)

    async def life() -> None:
        running = asyncio.create_task(checks.run(0))
        await bench.chain.challenge_pixels(SECOND, [1])
        checks.note(AuditClosed(90, JOB, SECOND, AuditKind.DELIVERY, Verdict.REJECTED))
        await checks.add(NOTHING, NOTHING, LEASE, disk, NOTHING, may_accept=True)
        await asyncio.sleep(1)
        running.cancel()

    run(life())
    assert bench.chain.of("challenge_pixels") == [(SECOND, [1])]


async def fetch(_: JobInfo) -> Path:
    return Path()


@pytest.mark.parametrize(
    ("finding", "may_accept", "is_accepted"),
    [
        (Finding.PASSED, True, True),
        (Finding.SKIPPED, True, True),
        (Finding.FALSE, True, True),
        (Finding.UNSURE, True, True),
        (Finding.PASSED, False, False),
        (Finding.FALSE, False, False),
    ],
)
def test_a_lease_that_verifiers_cleared_is_accepted_unless_more_is_wrong_than_its_leaves(
    disk: Path, finding: Finding, may_accept: bool, is_accepted: bool
) -> None:
    bench = UseCaseBench(disk)
    checks, acceptance = checks_of(bench, disk, Finds(finding), most=0)

    async def life() -> Sequence[tuple[Any, ...]]:
        bench.change_lease(LEASE, DrawOutcome.IN_AUDIT, LeaseState.SUBMITTED)
        running = asyncio.create_task(checks.run(0))
        await checks.add(NOTHING, NOTHING, LEASE, disk, NOTHING, may_accept=may_accept)
        await asyncio.sleep(1)
        early = finding is Finding.PASSED and may_accept
        assert bench.chain.sent == ([("accept", JOB, [LEASE])] if early else [])
        bench.change_lease(LEASE, DrawOutcome.CLEARED, LeaseState.SUBMITTED)
        bench.chain.audits[LEASE] = RIGHT
        if not early:  # else it is over now
            checks.note(CLOSED)
            await acceptance.note(CLOSED)
        await asyncio.sleep(1)
        running.cancel()
        return bench.chain.sent

    assert run(life()) == ([("accept", JOB, [LEASE])] if is_accepted else [])


@pytest.mark.parametrize(
    "audit",
    [
        replace(RIGHT, kind=AuditKind.DELIVERY),
        replace(RIGHT, verdict=Verdict.NONE),  # of pixels, after a delivery that was cleared: no votes came
    ],
    ids=["delivery", "no votes"],
)
def test_a_false_lease_whose_pixels_nobody_judged_is_not_accepted_as_if_they_were_right(
    disk: Path, audit: AuditInfo
) -> None:
    bench = UseCaseBench(disk)
    checks, acceptance = checks_of(bench, disk, Finds(Finding.FALSE), most=0)

    async def life() -> None:
        bench.change_lease(LEASE, DrawOutcome.CLEARED, LeaseState.SUBMITTED)
        bench.chain.audits[LEASE] = audit
        running = asyncio.create_task(checks.run(0))
        await checks.add(NOTHING, NOTHING, LEASE, disk, NOTHING, may_accept=True)
        closed = replace(CLOSED, kind=audit.kind, verdict=audit.verdict)
        checks.note(closed)
        await acceptance.note(closed)
        await asyncio.sleep(1)
        running.cancel()

    run(life())
    assert bench.chain.sent == []


class OneRound(ScriptedChain):
    """Whose answers take a while: that to an appeal before the block that has it, and after."""

    async def lease(self, lease_id: LeaseId) -> LeaseInfo:
        await asyncio.sleep(1)
        return await super().lease(lease_id)

    async def challenged(self, from_block: int) -> list[LeaseChallenged]:
        await asyncio.sleep(1)
        return await super().challenged(from_block)

    async def appeal_bond_fri(self, lease_id: LeaseId) -> int:
        await asyncio.sleep(1)
        return await super().appeal_bond_fri(lease_id)

    async def appeal(self, lease_id: LeaseId, leaves: Sequence[int] = ()) -> None:
        await asyncio.sleep(1)
        if self.audits[lease_id].phase is not AuditPhase.APPEAL:
            raise AuditInOtherPhase("Appealing")
        await super().appeal(lease_id, leaves)
        self.audits[lease_id] = replace(self.audits[lease_id], phase=AuditPhase.DRAW)
        await asyncio.sleep(1)


def appealable(disk: Path) -> tuple[UseCaseBench, OneRound]:
    """Two leases that verifiers accepted just now."""
    bench, chain = UseCaseBench(disk), OneRound()
    bench.change_lease(LEASE, DrawOutcome.IN_AUDIT, LeaseState.SUBMITTED)
    chain.leases = dict(bench.chain.leases)
    chain.leases[SECOND] = replace(chain.leases[LEASE], lease_id=SECOND)
    chain.audits = dict.fromkeys((LEASE, SECOND), replace(RIGHT, phase=AuditPhase.APPEAL))
    chain.tokens[chain.address] = 10 * chain.bond_fri
    return bench, chain


async def watch(bench: UseCaseBench, chain: ScriptedChain, disk: Path) -> None:
    """Find both leases false, with money for one bond, until it is cancelled."""
    checks, _ = checks_of(bench, disk, Finds(Finding.FALSE), most=1, chain=chain)
    for lease_id in (LEASE, SECOND):
        await checks.add(NOTHING, NOTHING, lease_id, disk, NOTHING, may_accept=True)
    await checks.run(0)


def test_a_watch_may_end_in_any_await_of_an_appeal_and_no_other_bond_is_paid_in_its_place(disk: Path) -> None:
    """What was appealed was forgotten with the watch, and the next one paid for as many bonds again."""

    def life(turn: int) -> Turns:
        bench, chain = appealable(disk / str(turn))
        watching: list[asyncio.Task[Any]] = []
        turns = Turns(turn, lambda: watching[0].cancel())

        async def live() -> None:
            watch_turns()
            watching.append(turns.start(watch(bench, chain, disk)))
            await asyncio.sleep(60)
            watching[0].cancel()
            again = asyncio.create_task(watch(bench, chain, disk))
            await asyncio.sleep(60)
            again.cancel()
            await asyncio.gather(*watching, again, return_exceptions=True)

        run(live())
        assert chain.of("appeal") == [(LEASE, (3,))], f"ended in turn {turn}"
        assert [one.lease_id for one in bench.journal.appeals(BOARD, JOB)] == [LEASE]
        return turns

    whole = life(0).each_place(1)
    assert len(whole) > 3
    for turn in whole:
        life(turn)


def test_an_appeal_that_could_not_be_paid_for_takes_nobody_elses_place(disk: Path) -> None:
    bench, chain = appealable(disk)
    chain.fail("appeal", InsufficientFunds("The account has too little."))

    async def live() -> None:
        watching = asyncio.create_task(watch(bench, chain, disk))
        await asyncio.sleep(60)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    run(live())
    assert chain.of("appeal") == [(SECOND, (3,))]
    (told,) = bench.reporter.heard(Unappealed)
    assert told.lease_id == LEASE and "too little" in told.reason
