"""When a worker does what: draws, steps in time, verifying beside, in any order of events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.duties import AuditDuties
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.prover import ProverDuties
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.app.audit.verifier import VerifierDuties
from renderchain.core.audit.draw import DRAW_AFTER, READABLE_AFTER
from renderchain.core.audit.events import LeaseDrawn, VotesDrawn, VotesSealed
from renderchain.core.audit.state import (
    NO_AUDIT,
    AuditKind,
    AuditPhase,
    DrawnLeaf,
    DrawOutcome,
    Verifier,
    Vote,
    content_of,
)
from renderchain.core.board_events import LeaseAccepted, LeaseEnded, Reorganised
from renderchain.core.contract_errors import audit_errors
from renderchain.core.errors import ChainError, RenderFailed, StoreError
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.audits import AuditHindered
from renderchain.ports.audit_chain import Opened

from devkit.fakes.clock import run
from devkit.fakes.renderer import FRAME_S, frame_of
from tests.unit.app.bench import FIRST, JOB, LEASE, UseCaseBench

STARTED_S, SEED, SEAT, ME, STEP_S = 5000.0, 4711, 0, WorkerId(9), 600
EIGHT, SEVEN, SIX = WorkerId(8), WorkerId(7), WorkerId(6)
OTHER = join_lease_id(WorkerId(2), 0, 1)


class Post:
    """A worker on duty; ``own`` is its lease ``LEASE``, others' leases have other workers."""

    def __init__(self, folder: Path) -> None:
        self.bench = UseCaseBench(folder)
        self.bench.submit()
        self.chain = self.bench.chain
        self.chain.sent.clear()
        self.chain.own_id = ME
        self.chain.jobs[JOB] = replace(self.chain.jobs[JOB], lease_timeout_s=10**5)
        rerender, self.renderer = self.bench.rerender()
        self.proof_store = ProofStore(folder / "verifier" / "evidence")
        reporter = self.bench.reporter
        showing = Showing(self.chain, reporter, ShowLimits(10**9, 10**18))
        parts = (self.chain, self.bench.journal, self.bench.proof_store, reporter, hash_many, showing)
        prover = ProverDuties(*parts, appeals=True)
        looks = (self.chain, rerender, self.proof_store, reporter, hash_many, showing, lambda: 77, self.now)
        verifier = VerifierDuties(*looks, appeals=True)
        self.chain.after["commit"] = self._committed
        self.duties = AuditDuties(self.chain, prover, verifier, self.bench.reporter, self.now)

    def _committed(self) -> None:
        _, (lease_id, *_) = self.chain.sent[-1]
        seats = self.chain.seats[lease_id]
        self.chain.seats[lease_id] = [replace(seat, vote=Vote.SEALED) for seat in seats]

    def now(self) -> float:
        """The machine's clock."""
        return STARTED_S + asyncio.get_running_loop().time()

    def set_audit(self, phase: AuditPhase, lease_id: LeaseId = LEASE, **more: Any) -> None:
        """Put an audit there, which began as the test did."""
        times = {"since_s": int(STARTED_S), "since_block": 60, "draw_block": 10**6}
        begun: dict[str, Any] = {"ends": (3, 0, 0), "sealed": 3, **times}
        audit = replace(NO_AUDIT, kind=AuditKind.PIXELS, phase=phase, **{**begun, **more})
        self.chain.audits[lease_id] = audit
        self.chain.leases[lease_id] = replace(self.chain.leases[lease_id], draw_outcome=DrawOutcome.IN_AUDIT)
        self.chain.drawn_of[lease_id] = [DrawnLeaf(1, 8)]
        self.chain.seeds[lease_id, 0] = SEED

    def add_other(self, lease_id: LeaseId = OTHER, vote: Vote = Vote.DRAWN) -> None:
        """Another worker's lease, for which we have a seat."""
        self.bench.set_lease(lease_id, LeaseState.SUBMITTED)
        self.set_audit(AuditPhase.COMMIT, lease_id)
        self.chain.seats[lease_id] = [Verifier(SEAT, ME, vote)]
        self.duties.note(VotesDrawn(60, JOB, lease_id, 0, AuditKind.PIXELS, SEED, 0, (ME, EIGHT, SEVEN)))

    def pass_when_drawn(self) -> None:
        """Chance will spare all leases."""

        def spare() -> None:
            for lease_id in self.chain.sent[-1][2]:
                self.bench.change_lease(lease_id, DrawOutcome.PASSED, LeaseState.SUBMITTED)

        self.chain.after["draw"] = spare

    def hindered(self) -> list[AuditHindered]:
        """What was told of trouble."""
        return self.bench.reporter.heard(AuditHindered)

    def sent(self) -> list[str]:
        """The names of all writes."""
        return [name for name, *_ in self.chain.sent]

    def serve(self, seconds: float, script: Callable[[], Awaitable[None]] | None = None) -> None:
        """Be on duty for so long, while the script goes on beside."""

        async def serve() -> None:
            await self.duties.begin()
            parts = [asyncio.create_task(part) for part in (self.duties.run(), self.duties.verify())]
            if script:
                await script()
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*parts), seconds)

        run(serve())


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

    async def script() -> None:
        post.add_other()

    post.serve(3 * STEP_S, script)
    assert post.chain.sent == [("decline", OTHER, SEAT, Vote.BUSY)]


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
def test_a_settled_lease_is_forgotten_with_its_evidence(post: Post, how: str) -> None:
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


def test_a_store_that_is_away_is_asked_again_later(post: Post) -> None:
    post.bench.store.fail("fetch_folder", StoreError("away"))

    async def script() -> None:
        post.add_other()

    post.serve(2 * FRAME_S, script)
    assert [(one.lease_id, one.reason) for one in post.hindered()] == [(OTHER, "away")]
    assert post.sent()[0] == "commit"
