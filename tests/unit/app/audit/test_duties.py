"""When a worker does what: draws, steps in time, verifying beside, in any order of events."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.proof_store import KEEP_S
from renderchain.core.audit.draw import DRAW_AFTER, READABLE_AFTER
from renderchain.core.audit.events import LeaseDrawn, LeaseSlashed, Voted, VotesDrawn, VotesSealed
from renderchain.core.audit.state import (
    AuditKind,
    AuditPhase,
    DrawOutcome,
    Verifier,
    Vote,
    content_of,
)
from renderchain.core.board_events import LeaseAccepted, LeaseEnded, Reorganised
from renderchain.core.contract_errors import audit_errors
from renderchain.core.errors import ChainError, RenderFailed, StoreError
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.audits import StakeLost, VoteLost
from renderchain.ports.audit_chain import Opened

from devkit.fakes.renderer import FRAME_S, frame_of
from tests.unit.app.audit.post import EIGHT, ME, OTHER, SEAT, SEED, SEVEN, SIX, STARTED_S, Post
from tests.unit.app.bench import FIRST, JOB, LEASE


@pytest.fixture
def post(disk: Path) -> Post:
    return Post(disk)


def test_a_lease_is_drawn_when_its_block_can_be_read_and_not_before(post: Post) -> None:
    post.duties.own(LEASE)
    post.chain.block = 50 + DRAW_AFTER + READABLE_AFTER - 1
    post.pass_when_drawn()

    async def next_block() -> None:
        await asyncio.sleep(30)
        assert post.sent() == []
        post.chain.block += 1

    post.serve(30, next_block)
    assert post.chain.sent == [("draw", JOB, [LEASE])]


def test_who_was_drawn_and_passed_has_nothing_to_do(post: Post) -> None:
    post.bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
    post.chain.block = 1000
    post.duties.own(LEASE)
    post.serve(5000)
    assert post.chain.sent == []


def test_a_draw_that_another_made_first_is_no_trouble_for_long(post: Post) -> None:
    post.chain.block = 1000
    post.chain.fail("draw", audit_errors.NothingToDraw("Drawing"))
    post.duties.own(LEASE)

    async def drawn_by_another() -> None:
        await asyncio.sleep(1)
        post.bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)

    post.serve(60, drawn_by_another)
    assert post.chain.sent == [] and [one.lease_id for one in post.hindered()] == [LEASE]


def test_own_leaves_are_opened_while_we_still_verify_for_others(post: Post) -> None:
    post.renderer.frame_s = 300
    post.duties.own(LEASE)
    post.bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
    post.chain.after["open_leaves"] = lambda: post.set_audit(AuditPhase.REVEAL)

    async def script() -> None:
        post.add_other()
        await asyncio.sleep(100)
        post.set_audit(AuditPhase.OPEN)
        post.duties.note(VotesSealed(70, JOB, LEASE, 0))
        await asyncio.sleep(1)
        assert post.sent() == ["open_leaves"]

    post.serve(300, script)
    assert post.sent() == ["open_leaves", "commit"]


def test_a_seat_is_taken_only_where_it_is_ours(post: Post) -> None:
    async def script() -> None:
        post.bench.set_lease(OTHER, LeaseState.SUBMITTED)
        post.set_audit(AuditPhase.COMMIT, OTHER)
        post.chain.seats[OTHER] = [Verifier(SEAT, EIGHT, Vote.DRAWN)]
        post.duties.note(VotesDrawn(60, JOB, OTHER, 0, AuditKind.PIXELS, SEED, 0, (EIGHT, SEVEN, SIX)))

    post.serve(5000, script)
    assert post.chain.sent == [] and post.renderer.opened == 0


def test_a_seat_that_is_told_of_often_seals_once(post: Post) -> None:
    drawn = VotesDrawn(60, JOB, OTHER, 0, AuditKind.PIXELS, SEED, 0, (ME, EIGHT, SEVEN))

    async def script() -> None:
        post.add_other()
        for _ in range(5):
            await asyncio.sleep(FRAME_S / 2)
            post.duties.note(drawn)

    post.serve(1.5 * FRAME_S, script)
    assert post.sent() == ["commit"] and post.renderer.opened == 1


def test_a_vote_is_sealed_then_revealed_when_the_worker_has_opened(post: Post) -> None:
    async def script() -> None:
        post.add_other()
        await asyncio.sleep(2 * FRAME_S)
        assert post.sent() == ["commit"]
        print_ = frame_of(post.bench.package.manifest, FIRST + 1)[1][1]
        post.chain.answers[OTHER, 0] = Opened((content_of(hash_many, print_),), (print_.felts(),))
        post.set_audit(AuditPhase.REVEAL, OTHER)
        post.duties.note(VotesSealed(70, JOB, OTHER, 0))

    post.serve(10, script)
    assert post.sent() == ["commit", "reveal"]


def test_trouble_with_one_lease_does_not_hold_up_another(post: Post) -> None:
    second = join_lease_id(ME, 1, 1)
    post.bench.set_lease(second, LeaseState.SUBMITTED)
    post.chain.block = 1000
    post.chain.fail("draw", audit_errors.DrawIsAhead("Drawing"))  # the first of the two
    post.pass_when_drawn()
    post.duties.own(LEASE)
    post.duties.own(second)
    post.serve(10)
    assert post.chain.of("draw") == [(JOB, [second]), (JOB, [LEASE])]


def test_those_that_failed_come_last_and_are_tried_again(post: Post) -> None:
    third = join_lease_id(WorkerId(3), 0, 1)
    post.renderer.fail("render_tiles", RenderFailed("crashed"))

    async def script() -> None:
        post.add_other(OTHER)
        post.add_other(third)

    post.serve(10 * FRAME_S, script)
    sealed = [lease_id for marks in post.chain.of("commit") for lease_id, *_ in marks]
    assert list(dict.fromkeys(sealed)) == [third, OTHER]


def test_those_whose_scene_is_here_come_first(post: Post) -> None:
    third, other_job = join_lease_id(WorkerId(3), 0, 1), JobId(JOB + 1)
    job = post.chain.jobs[JOB]
    post.chain.jobs[other_job] = replace(job, job_id=other_job, package_lo=job.package_lo ^ 1)

    async def script() -> None:
        post.add_other()  # brings the scene
        await asyncio.sleep(2 * FRAME_S)
        first = join_lease_id(WorkerId(1), 1, 1)  # lower, but of another scene
        post.add_other(first)
        post.chain.leases[first] = replace(post.chain.leases[first], job_id=other_job)
        post.add_other(third)

    post.serve(4 * FRAME_S, script)
    sealed = [lease_id for marks in post.chain.of("commit") for lease_id, *_ in marks]
    assert list(dict.fromkeys(sealed)) == [OTHER, third]
    assert "Nobody has" in post.hindered()[-1].reason


@pytest.mark.parametrize("how", ["accepted", "ended"])
def test_a_settled_lease_is_left_alone_and_its_evidence_kept_for_a_day(post: Post, how: str) -> None:
    post.bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
    post.duties.own(LEASE)
    evidence = post.bench.folder / "evidence"

    async def script() -> None:
        await asyncio.sleep(10)
        assert list(evidence.glob(f"{LEASE}.*"))
        if how == "accepted":
            post.bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.ACCEPTED)
            post.duties.note(LeaseAccepted(90, JOB, LEASE, 1, 1))
        else:
            post.bench.change_lease(LEASE, DrawOutcome.IN_AUDIT, LeaseState.REJECTED)
            post.duties.note(LeaseEnded(90, JOB, LEASE, LeaseState.REJECTED, True))

    post.serve(10, script)
    assert post.bench.proof_store.newest(LEASE)
    post.bench.proof_store.prune(STARTED_S + KEEP_S + 60)
    assert not list(evidence.glob(f"{LEASE}.*"))


def test_after_a_reorganisation_everything_is_looked_at_again(post: Post) -> None:
    post.bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
    post.duties.own(LEASE)
    post.chain.block = 1000

    async def script() -> None:
        await asyncio.sleep(10)
        assert post.sent() == []
        post.bench.change_lease(LEASE, DrawOutcome.NOT_DRAWN, LeaseState.SUBMITTED)  # the draw was dropped
        post.pass_when_drawn()
        post.duties.note(Reorganised(51))

    post.serve(10, script)
    assert post.chain.of("draw") == [(JOB, [LEASE])]


def test_news_of_others_leases_wake_nobody(post: Post) -> None:
    post.bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
    post.duties.own(LEASE)

    async def script() -> None:
        await asyncio.sleep(10)
        post.chain.fail("lease", ChainError("asked"))
        post.duties.note(LeaseDrawn(90, JOB, OTHER, 0, DrawOutcome.PASSED))

    post.serve(10, script)  # a question would have ended it with the ChainError


def test_what_a_lease_and_votes_of_ours_lost_is_told_and_others_is_not(post: Post) -> None:
    post.duties.own(LEASE)

    async def hear() -> None:
        post.add_other()
        for lease_id in (LEASE, OTHER):
            post.duties.note(LeaseSlashed(70, JOB, lease_id, 7, 1))
        for worker_id in (ME, EIGHT):
            for vote in (Vote.SEALED, Vote.COUNTED, Vote.BUSY, Vote.ABSENT, Vote.SILENT, Vote.STRUCK):
                post.duties.note(Voted(71, JOB, OTHER, 0, 2, worker_id, vote))

    post.serve(5, hear)
    assert post.bench.reporter.heard(StakeLost) == [StakeLost(JOB, LEASE, 7)]
    assert post.bench.reporter.heard(VoteLost) == [
        VoteLost(JOB, OTHER, 0, 2, word) for word in (Vote.ABSENT, Vote.SILENT, Vote.STRUCK)
    ]


def test_a_store_that_is_away_is_asked_again_later(post: Post) -> None:
    post.bench.store.fail("fetch_folder", StoreError("away"))

    async def script() -> None:
        post.add_other()

    post.serve(2 * FRAME_S, script)
    assert [(one.lease_id, one.reason) for one in post.hindered()] == [(OTHER, "away")]
    assert post.sent()[0] == "commit"
