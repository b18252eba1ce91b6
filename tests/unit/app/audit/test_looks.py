"""A look at a lease that fails, or ends the agent, each time is given up; its count outlasts the process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from renderchain.app.audit.looks import MOST_LOOKS
from renderchain.core.audit.state import AuditPhase, Vote
from renderchain.core.errors import ChainError, RenderFailed, StoreError
from renderchain.core.ids import WorkerId
from renderchain.core.lease_id import join_lease_id
from renderchain.core.notices.audits import LooksFailed

from devkit.fakes.wire import PowerCut
from tests.unit.app.audit.post import OTHER, Post
from tests.unit.app.audit.seat import ROUND, SEAT, SEED, Seat
from tests.unit.app.bench import LEASE


@pytest.fixture
def seat(disk: Path) -> Seat:
    return Seat(disk)


def look_in_vain(seat: Seat, error: BaseException) -> None:
    """A process begins to look, and comes to no end."""
    seat.renderer.fail("render_tiles", error)
    with pytest.raises(type(error)):
        seat.act(AuditPhase.COMMIT)
    assert seat.chain.sent == []


@pytest.mark.parametrize("error", [PowerCut(), RenderFailed("crashed"), ValueError("not foreseen")])
def test_what_ends_the_agent_or_fails_each_time_is_given_up(seat: Seat, error: BaseException) -> None:
    for _ in range(MOST_LOOKS):
        look_in_vain(seat, error)
    opened = seat.renderer.opened
    seat.act(AuditPhase.COMMIT)
    assert seat.words() == [(SEAT, Vote.BUSY)] and seat.renderer.opened == opened
    assert [one.look_count for one in seat.bench.reporter.heard(LooksFailed)] == [MOST_LOOKS]


def test_a_look_that_comes_to_its_end_counts_anew(seat: Seat) -> None:
    for _ in range(MOST_LOOKS - 1):
        look_in_vain(seat, PowerCut())
    seat.act(AuditPhase.COMMIT)
    assert len(seat.marks()) == 1 and seat.proof_store.looks(LEASE) == 0


@pytest.mark.parametrize(
    "error", [ChainError("away"), StoreError("away"), asyncio.CancelledError()], ids=lambda one: type(one)
)
def test_what_is_missing_or_a_worker_that_stops_is_no_look_in_vain(seat: Seat, error: BaseException) -> None:
    look_in_vain(seat, PowerCut())
    look_in_vain(seat, error)
    assert seat.proof_store.looks(LEASE, SEED) == 1


def test_looks_of_another_draw_do_not_count(seat: Seat) -> None:
    for _ in range(MOST_LOOKS):
        look_in_vain(seat, PowerCut())
    seat.chain.seeds[LEASE, ROUND] = SEED + 1  # after a reorganisation
    seat.act(AuditPhase.COMMIT)
    assert len(seat.marks()) == 1 and seat.words() == []


def test_counts_that_the_disk_damaged_or_can_not_keep_cost_no_vote(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_in_vain(seat, PowerCut())
    (kept,) = seat.proof_store._folder.glob("*.looks")
    kept.write_bytes(b'{"seed": 1')

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(seat.proof_store, "note_looks", full)
    seat.act(AuditPhase.COMMIT)
    assert len(seat.marks()) == 1


def test_one_that_failed_in_an_earlier_process_comes_last(disk: Path) -> None:
    post, third = Post(disk), join_lease_id(WorkerId(3), 0, 1)
    post.proof_store.note_looks(OTHER, 1, 2)

    async def script() -> None:
        post.add_other(OTHER)
        post.add_other(third)

    post.serve(300, script)
    sealed = [lease_id for marks in post.chain.of("commit") for lease_id, *_ in marks]
    assert sealed == [third, OTHER]


def test_one_that_fails_is_tried_again_later_and_later_and_holds_up_nobody(disk: Path) -> None:
    post, times = Post(disk), list[float]()

    async def script() -> None:
        post.add_other(OTHER)
        look = post.duties._verifier.look

        async def noted(*given: object) -> None:
            times.append(asyncio.get_running_loop().time())
            raise RenderFailed("crashed")

        post.duties._verifier.look = noted  # type: ignore[method-assign, assignment]
        await asyncio.sleep(150)
        post.duties._verifier.look = look  # type: ignore[method-assign]

    post.serve(300, script)
    waits = [after - before for before, after in zip(times, times[1:], strict=False)]
    assert waits == sorted(waits) and waits[0] < 10 and waits[-1] == 60
    assert post.sent() == ["commit"]
