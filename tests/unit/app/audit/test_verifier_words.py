"""What a verifier says instead of a vote, what it shows of others' votes, and when it appeals."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.core.audit.state import (
    NO_AUDIT,
    AuditKind,
    AuditPhase,
    Verdict,
    Verifier,
    Vote,
    differing,
)
from renderchain.core.errors import ContentError, DeviceBroken, StoreError
from renderchain.core.gate import GateLimits
from renderchain.core.ids import WorkerId
from renderchain.core.notices.jobs import PackageDamaged
from renderchain.core.notices.leases import PackageRefused
from renderchain.ports.audit_chain import ShownVote

from devkit.audited_lease import look_and_seal
from devkit.fakes.clock import run
from devkit.fakes.package import TILES
from devkit.fakes.renderer import Look
from tests.unit.app.audit.seat import ROUND, SEAT, SINCE_S, WORKER, Seat
from tests.unit.app.bench import COUNT, JOB, LEASE


@pytest.fixture
def seat(disk: Path) -> Seat:
    return Seat(disk)


STEP_S = 600  # commit: three of them


def test_a_package_that_is_away_is_asked_for_again_and_after_half_of_the_step_is_not_to_be_had(
    seat: Seat,
) -> None:
    away = StoreError("away")
    seat.bench.store.fail("fetch_folder", away, away)
    with pytest.raises(StoreError):
        seat.act(AuditPhase.COMMIT)
    assert seat.chain.sent == []
    seat.now_s += 1.5 * STEP_S + 1
    seat.act(AuditPhase.COMMIT)
    assert seat.words() == [(SEAT, Vote.NO_PACKAGE)] and seat.renderer.opened == 0


def test_a_package_that_never_comes_is_waited_for_until_half_of_the_step(seat: Seat) -> None:
    async def forever(*_: object, **__: object) -> None:
        await asyncio.sleep(10**6)

    seat.bench.store.fetch_folder = forever  # type: ignore[method-assign]
    seat.act(AuditPhase.COMMIT)
    assert seat.words() == [(SEAT, Vote.NO_PACKAGE)]


def test_a_package_that_contradicts_its_job_is_said_to_be_none_at_once(seat: Seat) -> None:
    seat.chain.jobs[JOB] = replace(seat.chain.jobs[JOB], tiles=1000)
    seat.act(AuditPhase.COMMIT)
    assert seat.words() == [(SEAT, Vote.NO_PACKAGE)] and seat.renderer.opened == 0
    (refused,) = seat.bench.reporter.heard(PackageRefused)
    assert "2 leaves a frame, the job says 1000" in refused.reason


def test_what_is_only_too_much_for_this_machine_is_not_held_against_the_worker(seat: Seat) -> None:
    seat.rerender, seat.renderer = seat.bench.rerender(limits=GateLimits(package_bytes=1))
    seat.act(AuditPhase.COMMIT)
    assert seat.words() == [(SEAT, Vote.BUSY)] and seat.renderer.opened == 0


def test_a_package_that_is_here_is_rendered_even_after_the_last_call(seat: Seat) -> None:
    run(seat.rerender.fetch(seat.chain.jobs[JOB]))
    seat.now_s += 3 * STEP_S
    seat.act(AuditPhase.COMMIT)
    assert seat.words() == [] and len(seat.chain.of("commit")) == 1


def test_a_package_that_the_disk_damaged_is_fetched_again_before_a_vote(seat: Seat) -> None:
    run(seat.rerender.fetch(seat.chain.jobs[JOB]))
    (scene,) = (seat.bench.folder / "verifier" / "packages").glob("*/main.blend")
    scene.write_bytes(b"A scene")
    seat.act(AuditPhase.COMMIT)
    assert scene.read_bytes() == b"a scene" and len(seat.chain.of("commit")) == 1
    assert len(seat.bench.reporter.heard(PackageDamaged)) == 1


def test_leaves_that_a_lease_does_not_have_are_no_vote(seat: Seat) -> None:
    seat.draw([1, COUNT * TILES])
    with pytest.raises(ContentError, match="that lease .* does not have"):
        seat.act(AuditPhase.COMMIT)
    assert seat.chain.sent == [] and seat.renderer.opened == 0


def test_who_takes_over_four_times_what_the_job_declares_says_so(seat: Seat) -> None:
    job = seat.chain.jobs[JOB]
    declared_s = job.lease_timeout_s / 4 / job.longest_lease
    seat.renderer.frame_s = 4 * declared_s + 1  # two frames are drawn from: it has as much for each
    seat.act(AuditPhase.COMMIT)
    assert seat.words() == [(SEAT, Vote.OVER_TIME)] and seat.chain.of("commit") == []
    seat.renderer.frame_s = 4 * declared_s - 1
    seat.act(AuditPhase.COMMIT)
    assert len(seat.chain.of("commit")) == 1


def clock(seat: Seat, at_s: float, before: int = 0, look_s: float = 0.0) -> list[tuple[int, Vote]]:
    """What is said at that time after the step's begin, by a machine whose looks take so long."""
    audit = replace(NO_AUDIT, kind=AuditKind.PIXELS, phase=AuditPhase.COMMIT, ends=(3, 0, 0), since_s=SINCE_S)
    duties, lease = seat.duties(), seat.chain.leases[LEASE]

    async def ask() -> None:
        if look_s:
            seat.renderer.frame_s = look_s / 2
            await look_and_seal(duties, lease, audit, WORKER)
            for sealed in (seat.bench.folder / "verifier").rglob("*.vote"):
                sealed.unlink()  # as if it had looked at another lease
        seat.now_s = SINCE_S + at_s - asyncio.get_running_loop().time()
        await duties.look_at_clock(lease, audit, WORKER, before)

    run(ask())
    return seat.words()


@pytest.mark.parametrize(
    ("at_s", "before", "look_s", "busy"),
    [
        (0, 100, 0, False),  # nothing was measured
        (0, 5, 299, False),
        (0, 5, 301, True),
        (1200, 1, 299, False),
        (1200, 1, 301, True),
        (1500, 0, 0, False),
        (1700, 0, 0, True),  # the last call
    ],
)
def test_who_can_not_be_done_in_time_says_that_it_is_busy(
    seat: Seat, at_s: float, before: int, look_s: float, busy: bool
) -> None:
    seat.chain.jobs[JOB] = replace(seat.chain.jobs[JOB], lease_timeout_s=10**5)
    assert clock(seat, at_s, before, look_s) == ([(SEAT, Vote.BUSY)] if busy else [])


def test_who_has_found_its_vote_is_not_busy(seat: Seat) -> None:
    seat.act(AuditPhase.COMMIT)
    assert clock(seat, 1799) == []


def show(seat: Seat, looks: dict[int, Look], claims: dict[int, int], own: int) -> None:
    """Three votes of these looks, which claim to differ there; the worker's leaves are of the first scene."""
    seat.open(Look(), Look())
    answer = seat.chain.answers[LEASE, ROUND]
    seat.chain.seats[LEASE] = [
        Verifier(at, WORKER if at == own else WorkerId(70 + at), Vote.COUNTED, claims[at]) for at in range(3)
    ]
    shown = []
    for at, look in looks.items():
        contents = seat.contents(look)
        leaves = differing(contents, list(answer.contents))
        shown.append(ShownVote(at, contents, [seat.prints(look)[leaf].felts() for leaf in leaves]))
    seat.chain.shown_in[LEASE, ROUND] = shown


FALSE, OTHER_BITS, BOTH = Look(scene=1), Look(scene=1, machine=1), 3 << 8


def test_a_verifier_that_objects_shows_who_agrees_with_it(seat: Seat) -> None:
    show(seat, {0: FALSE, SEAT: OTHER_BITS}, {0: BOTH, 1: 0, SEAT: BOTH}, SEAT)
    seat.act(AuditPhase.SHOW)
    ((_, leaf, votes, answer, by_levels),) = seat.chain.of("show")
    assert (leaf, [one.seat for one in votes], by_levels) == (0, [0, SEAT], False) and not answer.prints
    assert seat.chain.of("strike") == []


def test_objectors_that_do_not_agree_are_not_shown(seat: Seat) -> None:
    show(seat, {0: FALSE, SEAT: Look(scene=2)}, {0: BOTH, 1: 0, SEAT: BOTH}, SEAT)
    seat.act(AuditPhase.SHOW, for_others=True)
    assert seat.chain.sent == []


def test_a_verifier_strikes_at_once_what_stands_against_it_and_the_rest_for_others(seat: Seat) -> None:
    claims = {0: BOTH, 1: 0, SEAT: 0}
    show(seat, {0: Look(machine=1), 1: FALSE}, claims, SEAT)  # it agrees, like the second, who should not
    seat.act(AuditPhase.SHOW)
    assert [vote.seat for _, _, vote, _ in seat.chain.of("strike")] == [0]
    seat.chain.sent.clear()
    seat.act(AuditPhase.SHOW, for_others=True)
    assert [vote.seat for _, _, vote, _ in seat.chain.of("strike")] == [0, 1]


def test_votes_that_are_struck_are_not_part_of_what_is_shown(seat: Seat) -> None:
    show(seat, {0: FALSE, 1: FALSE, SEAT: FALSE}, {0: BOTH, 1: 1 << 8, SEAT: BOTH}, SEAT)
    seat.act(AuditPhase.SHOW, for_others=True)
    assert [vote.seat for _, _, vote, _ in seat.chain.of("strike")] == [1]
    ((_, _, votes, *_),) = seat.chain.of("show")
    assert [one.seat for one in votes] == [0, SEAT]


@pytest.mark.parametrize(
    ("verdict", "differs", "for_others", "appeals"),
    [
        (Verdict.ACCEPTED, BOTH, False, True),
        (Verdict.ACCEPTED, 0, True, False),
        (Verdict.REJECTED, 0, False, False),  # the worker may
        (Verdict.REJECTED, 0, True, True),
        (Verdict.REJECTED, BOTH, True, False),
        (Verdict.UNDECIDED, BOTH, True, False),
    ],
)
def test_who_was_outvoted_appeals(
    seat: Seat, verdict: Verdict, differs: int, for_others: bool, appeals: bool
) -> None:
    seat.act(AuditPhase.COMMIT)
    seat.chain.tokens[seat.chain.address] = seat.chain.bond_fri
    seat.vote_now(Vote.COUNTED, differs=differs)
    seat.act(AuditPhase.APPEAL, verdict=verdict, for_others=for_others)
    assert seat.chain.of("appeal") == ([(LEASE, ())] if appeals else [])


def test_who_has_not_what_it_found_does_not_appeal(seat: Seat) -> None:
    seat.chain.tokens[seat.chain.address] = seat.chain.bond_fri
    seat.vote_now(Vote.COUNTED, differs=BOTH)
    seat.act(AuditPhase.APPEAL, verdict=Verdict.ACCEPTED)
    assert seat.chain.sent == []


def test_a_look_ends_once_nobody_can_want_it_whatever_the_job_declares(seat: Seat) -> None:
    """A job may declare that a frame takes for ever; the machine is needed for others' votes meanwhile."""
    job = seat.chain.jobs[JOB]
    seat.chain.jobs[JOB] = replace(job, lease_timeout_s=10**9)
    seat.renderer.frame_s = 10**8
    seat.act(AuditPhase.COMMIT)
    assert seat.chain.sent == []  # the word was said by the clock, in time


def test_a_seat_of_another_blender_than_runs_here_is_not_voted_for(seat: Seat) -> None:
    """Its vote would be against everybody else's, and cost twenty fees."""
    seat.renderer.loaded = replace(seat.renderer.loaded, blender_version="5.2.0 LTS")
    seat.act(AuditPhase.COMMIT)
    assert seat.words() == [(SEAT, Vote.BUSY)] and not seat.renderer.alone_rendered


def test_a_verifier_whose_device_is_out_of_order_says_that_it_is_busy(seat: Seat) -> None:
    seat.renderer.fail("open", DeviceBroken("It makes noise."))
    seat.act(AuditPhase.COMMIT)
    assert seat.words() == [(SEAT, Vote.BUSY)]
    (refused,) = seat.bench.reporter.heard(PackageRefused)
    assert "noise" in refused.reason
