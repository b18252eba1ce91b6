"""Which steps of audits a worker ends, and when; what it draws, and what it has no time for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.audit.duties import PATIENCE
from renderchain.app.audit.steps import COMPANY, PASSING_S, company_until_s
from renderchain.core.audit.draw import DRAW_AFTER, READABLE_AFTER
from renderchain.core.audit.state import (
    AuditPhase,
    DrawOutcome,
    Vote,
)
from renderchain.core.contract_errors import ContractError
from renderchain.core.errors import RenderFailed, StoreError
from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState

from tests.unit.app.audit.post import OTHER, SEAT, STARTED_S, STEP_S, Post
from tests.unit.app.bench import JOB, LEASE


@pytest.fixture
def post(disk: Path) -> Post:
    return Post(disk)


def times_of_advance(post: Post, lease_id: LeaseId = LEASE) -> list[float]:
    """When a step was counted; the lease's audit is over then."""
    times: list[float] = []

    def over() -> None:
        times.append(asyncio.get_running_loop().time())
        post.set_audit(AuditPhase.OVER, lease_id)
        post.bench.change_lease(lease_id, DrawOutcome.CLEARED, LeaseState.SUBMITTED)

    post.chain.after["advance"] = over
    return times


STEPS = [
    (AuditPhase.DRAW, 0, 21),
    (AuditPhase.COMMIT, 0, 3),
    (AuditPhase.COMMIT, 2, 1),  # a batch
    (AuditPhase.REVEAL, 0, 1),
    (AuditPhase.SHOW, 0, 1),
    (AuditPhase.APPEAL, 0, 1),
]


@pytest.mark.parametrize(("phase", "batches", "steps"), STEPS)
def test_an_overdue_step_of_an_own_lease_is_ended_at_once(
    post: Post, phase: AuditPhase, batches: int, steps: int
) -> None:
    post.set_audit(phase, batches=batches)
    post.duties.own(LEASE)
    times = times_of_advance(post)
    post.serve(22 * STEP_S)
    assert times == [pytest.approx(steps * STEP_S, abs=2)]


@pytest.mark.parametrize("phase", [AuditPhase.KEY, AuditPhase.OPEN])
def test_nobody_ends_the_step_in_which_its_own_silence_would_lose(post: Post, phase: AuditPhase) -> None:
    post.set_audit(phase, since_s=int(STARTED_S) - 10 * STEP_S)
    post.chain.fail("reveal_key", *[StoreError("away")] * 3)
    post.chain.fail("open_leaves", *[StoreError("away")] * 3)
    post.duties.own(LEASE)
    times = times_of_advance(post)
    post.serve(60)
    assert times == [] and post.sent()[0] in ("reveal_key", "open_leaves"), "late is not too late"


def test_a_step_that_is_long_overdue_is_ended_after_a_restart(post: Post) -> None:
    post.set_audit(AuditPhase.COMMIT, since_s=int(STARTED_S) - 10 * STEP_S)
    times = times_of_advance(post)
    post.duties.own(LEASE)
    post.serve(1)
    assert times == [0]


@pytest.mark.parametrize("late_s", [0, STEP_S // 10, STEP_S])
def test_the_end_of_an_own_lease_s_step_waits_for_company_less_long_than_verifiers_do(
    post: Post, late_s: int
) -> None:
    post.set_audit(AuditPhase.APPEAL, since_s=int(STARTED_S) - STEP_S - late_s)
    times_of_advance(post)
    post.duties.own(LEASE)
    post.serve(1)
    assert post.chain.company_until_s["advance"] == STARTED_S - late_s + STEP_S / COMPANY
    assert COMPANY > PATIENCE


def test_who_ends_a_step_of_others_does_not_wait_any_longer(post: Post) -> None:
    times_of_advance(post, OTHER)

    async def script() -> None:
        post.add_other(vote=Vote.COUNTED)
        post.set_audit(AuditPhase.REVEAL, OTHER)

    post.serve(4 * STEP_S, script)
    assert post.chain.company_until_s["advance"] == 0


def test_a_vote_waits_for_company_while_most_of_its_time_is_left(post: Post) -> None:
    post.renderer.frame_s = 100

    async def script() -> None:
        post.add_other()

    post.serve(STEP_S, script)
    now_s = STARTED_S + post.renderer.frame_s
    assert post.chain.company_until_s["commit"] == pytest.approx(now_s + STEP_S / COMPANY, abs=2)


def test_other_leases_are_looked_at_while_a_vote_waits_for_company(post: Post) -> None:
    third, commit, began = join_lease_id(WorkerId(3), 0, 1), post.chain.commit, list[float]()

    async def wait(
        marks: Sequence[tuple[int, int, int]], company_until_s: float = 0.0
    ) -> list[ContractError]:
        began.append(asyncio.get_running_loop().time())
        await asyncio.sleep(company_until_s - post.now())
        return await commit(marks, company_until_s)

    post.chain.commit = wait  # type: ignore[method-assign]

    async def script() -> None:
        post.add_other(OTHER)
        post.add_other(third)

    post.serve(STEP_S, script)
    assert len(began) == 2 and max(began) < STEP_S / COMPANY
    assert post.sent() == ["commit", "commit"]


@pytest.mark.parametrize("clock_s", [-3600.0, 0.0, 100.0, 10**6])
def test_no_clock_has_anything_wait_longer_than_a_fifth_of_a_step(clock_s: float) -> None:
    until_s = company_until_s(STARTED_S, STEP_S, STARTED_S + clock_s, steps=3)
    assert until_s <= STARTED_S + clock_s + STEP_S / COMPANY
    assert until_s <= STARTED_S + 3 * STEP_S / COMPANY


@pytest.mark.parametrize(("phase", "steps"), [(AuditPhase.REVEAL, 1), (AuditPhase.OPEN, 2)])
def test_a_verifier_leaves_the_worker_time_to_be_first(post: Post, phase: AuditPhase, steps: int) -> None:
    times = times_of_advance(post, OTHER)

    async def script() -> None:
        post.add_other(vote=Vote.COUNTED)
        post.set_audit(phase, OTHER)

    post.serve(4 * STEP_S, script)
    assert times == [pytest.approx((steps + 0.25) * STEP_S, abs=2)]


def test_votes_are_drawn_by_the_block_that_the_audit_names(post: Post) -> None:
    post.set_audit(AuditPhase.DRAW, draw_block=200)
    post.chain.block = 200 + DRAW_AFTER + READABLE_AFTER - 1
    post.chain.after["draw"] = lambda: post.set_audit(AuditPhase.COMMIT)
    post.duties.own(LEASE)

    async def next_block() -> None:
        await asyncio.sleep(30)
        assert post.sent() == []
        post.chain.block += 1

    post.serve(30, next_block)
    assert post.chain.sent == [("draw", JOB, [LEASE])]


def test_an_own_lease_that_chance_spares_is_not_drawn_but_where_others_wait_for_what_it_reserves(
    post: Post,
) -> None:
    post.chain.passing, post.chain.block = {LEASE}, 1000
    job = replace(post.chain.jobs[JOB], held=0, audit_pool_fri=10**6)
    post.chain.jobs[JOB] = job
    post.pass_when_drawn()
    post.duties.own(LEASE)

    async def pool_runs_dry() -> None:
        await asyncio.sleep(5 * PASSING_S)
        assert post.sent() == []
        post.chain.jobs[JOB] = replace(job, audit_pool_fri=0)

    post.serve(2 * PASSING_S, pool_runs_dry)
    assert post.chain.sent == [("draw", JOB, [LEASE])]


def test_a_machine_that_has_too_much_to_do_says_that_it_is_busy_and_does_the_rest(post: Post) -> None:
    post.renderer.frame_s = 1000  # of a step of 1800
    others = [join_lease_id(WorkerId(number), 0, 1) for number in (2, 3, 4)]

    async def script() -> None:
        for other in others:
            post.add_other(other)

    post.serve(3 * STEP_S, script)
    sealed = {lease_id for marks in post.chain.of("commit") for lease_id, *_ in marks}
    declined = {lease_id: word for lease_id, _, word in post.chain.of("decline")}
    assert sealed == {others[0]} and declined == dict.fromkeys(others[1:], Vote.BUSY)


def test_a_machine_that_can_not_render_says_so_before_its_step_ends(post: Post) -> None:
    post.renderer.fail("render_tiles", *[RenderFailed("crashed")] * 1000)

    def said() -> None:  # a board keeps the word, and the seat has answered
        post.chain.seats[OTHER] = [replace(one, vote=Vote.BUSY) for one in post.chain.seats[OTHER]]

    async def script() -> None:
        post.chain.after["decline"] = said
        post.add_other()

    post.serve(3 * STEP_S, script)
    assert post.chain.sent == [("decline", OTHER, SEAT, Vote.BUSY)]
