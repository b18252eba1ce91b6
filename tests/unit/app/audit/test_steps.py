"""Which steps of audits a worker ends, and when; what it draws, and what it has no time for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.core.audit.draw import DRAW_AFTER, READABLE_AFTER
from renderchain.core.audit.state import (
    AuditPhase,
    DrawOutcome,
    Vote,
)
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
