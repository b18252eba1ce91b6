"""What a verifier does: look for itself, seal before it sends, show exactly what it sealed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.app.audit.verifier import VerifierDuties
from renderchain.core.audit.state import (
    NO,
    NO_AUDIT,
    YES,
    AuditKind,
    AuditPhase,
    Content,
    DrawnLeaf,
    Verdict,
    Verifier,
    Vote,
    answer_of,
    content_of,
    differing,
    mark_of,
)
from renderchain.core.contract_errors import audit_errors
from renderchain.core.errors import ChainError, ContentError, RenderFailed, StoreError
from renderchain.core.ids import WorkerId
from renderchain.core.prints import TilePrint
from renderchain.core.sealed import SECRET_BITS, result_key_of
from renderchain.ports.audit_chain import Opened, Reveal, ShownVote

from devkit.fakes.clock import run
from devkit.fakes.renderer import Look, frame_of
from tests.unit.app.bench import FIRST, JOB, LEASE, SECRET, UseCaseBench

SEED, ROUND, WORKER, SEAT = 4711, 0, WorkerId(9), 2
SINCE_S = 2000
DRAWN = [1, 2]


class Seat:
    """A verifier's machine; ``duties`` is a new process on it."""

    def __init__(self, folder: Path, look: Look | None = None) -> None:
        self.bench = UseCaseBench(folder)
        self.bench.submit()
        self.chain = self.bench.chain
        self.chain.sent.clear()
        self.draw(DRAWN)
        self.chain.seeds[LEASE, ROUND] = SEED
        self.rerender, self.renderer = self.bench.rerender(look)
        self.proof_store = ProofStore(folder / "verifier" / "evidence")
        self._chance = random.Random(5)
        self.now_s = float(SINCE_S)
        self.vote_now(Vote.DRAWN)

    def draw(self, leaves: Sequence[int]) -> None:
        """What chance draws."""
        self.chain.drawn_of[LEASE] = [DrawnLeaf(leaf, 8 + at) for at, leaf in enumerate(leaves)]

    def vote_now(self, vote: Vote, worker: WorkerId = WORKER, **more: Any) -> None:
        """How far our seat is."""
        others = [Verifier(at, WorkerId(77), Vote.DRAWN) for at in range(SEAT)]
        self.chain.seats[LEASE] = [*others, Verifier(SEAT, worker, vote, **more)]

    def now(self) -> float:
        """The machine's clock: what the test says, and the loop's time since."""
        return self.now_s + asyncio.get_running_loop().time()

    def duties(self) -> VerifierDuties:
        """A new process."""
        return VerifierDuties(
            self.chain,
            self.rerender,
            self.proof_store,
            self.bench.reporter,
            hash_many,
            Showing(self.chain, self.bench.reporter, ShowLimits(10**9, 10**18)),
            lambda: self._chance.getrandbits(SECRET_BITS),
            self.now,
            appeals=True,
        )

    def act(
        self,
        phase: AuditPhase,
        kind: AuditKind = AuditKind.PIXELS,
        verdict: Verdict = Verdict.NONE,
        *,
        for_others: bool = False,
    ) -> None:
        """Do what is due."""
        seats: dict[str, Any] = {
            "ends": (len(self.chain.seats[LEASE]), 0, 0),
            "since_s": SINCE_S,
            "since_block": 60,
        }
        audit = replace(NO_AUDIT, kind=kind, phase=phase, round=ROUND, verdict=verdict, **seats)
        lease, duties = self.chain.leases[LEASE], self.duties()
        if phase is AuditPhase.COMMIT:
            run(duties.commit(lease, audit, WORKER))
        else:
            run(duties.act(lease, audit, WORKER, for_others=for_others))

    def words(self) -> list[tuple[int, Vote]]:
        """What was said instead of votes, by seat."""
        return [(seat, word) for _, seat, word in self.chain.of("decline")]

    def contents(self, look: Look) -> list[Content]:
        """What a machine has in the drawn leaves."""
        return [content_of(hash_many, one) for one in self.prints(look)]

    def mark(self, nonce: int, vote: int, seed: int = SEED) -> int:
        """The seal of a vote."""
        place = {"seed": seed, "worker_id": WORKER, "nonce": nonce, "vote": vote}
        return mark_of(hash_many, self.chain.board, LEASE, ROUND, **place)

    def marks(self) -> list[int]:
        """The seals that were sent, all from our seat."""
        sent = [mark for marks in self.chain.of("commit") for mark in marks]
        assert all((lease_id, seat) == (LEASE, SEAT) for lease_id, seat, _ in sent)
        return [mark for _, _, mark in sent]

    def prints(self, look: Look) -> list[TilePrint]:
        """The prints of the drawn leaves."""
        manifest = self.bench.package.manifest
        prints = [one for frame in manifest.frames[FIRST:] for one in frame_of(manifest, frame, look)[1]]
        return [prints[leaf] for leaf in DRAWN]

    def open(self, *looks: Look) -> None:
        """The worker has opened its leaves, which are of these."""
        prints = [self.prints(look)[at] for at, look in enumerate(looks)]
        contents = tuple(content_of(hash_many, one) for one in prints)
        self.chain.answers[LEASE, ROUND] = Opened(contents, tuple(one.felts() for one in prints))
        self.vote_now(Vote.SEALED)


@pytest.fixture
def seat(disk: Path) -> Seat:
    return Seat(disk)


def test_a_vote_is_sealed_from_what_was_rendered_here(seat: Seat) -> None:
    seat.act(AuditPhase.COMMIT)
    vote = seat.proof_store.vote(LEASE, ROUND, SEED)
    assert vote is not None and vote.vote == answer_of(hash_many, seat.contents(Look()))
    assert seat.marks() == [seat.mark(vote.nonce, vote.vote)]
    assert seat.renderer.opened == 1 and seat.renderer.rendered == []  # tiles, no frames


def test_who_agrees_reveals(seat: Seat) -> None:
    seat.act(AuditPhase.COMMIT)
    seat.open(Look(), Look())
    seat.act(AuditPhase.REVEAL)
    ((reveal,),) = seat.chain.of("reveal")
    assert isinstance(reveal, Reveal) and (reveal.lease_id, reveal.seat) == (LEASE, SEAT)
    assert seat.marks() == [seat.mark(reveal.nonce, reveal.vote)]
    assert seat.chain.of("reveal_prints") == []


@pytest.mark.parametrize(
    ("other", "differs", "mean"), [(Look(machine=1), 0, False), (Look(scene=1), 1 << 9, True)]
)
def test_who_has_other_bits_shows_their_prints_and_where_they_are_too_far(
    seat: Seat, other: Look, differs: int, mean: bool
) -> None:
    seat.act(AuditPhase.COMMIT)
    mine = seat.contents(Look())
    seat.open(Look(), other)
    seat.act(AuditPhase.REVEAL)
    ((reveal, contents, answered, prints, *masks),) = seat.chain.of("reveal_prints")
    assert (contents, answered) == (mine, [mine[0], seat.contents(other)[1]])
    assert seat.marks() == [seat.mark(reveal.nonce, answer_of(hash_many, contents))]
    assert [hash_many(one) for one in prints] == [mine[1].print_hash]
    assert masks == [differs, mean] and seat.chain.of("reveal") == []


def test_who_was_drawn_twice_renders_once_and_has_two_votes(seat: Seat) -> None:
    twice = [Verifier(at, WORKER, Vote.DRAWN) for at in (0, 1)]
    seat.chain.seats[LEASE] = [*twice, Verifier(SEAT, WorkerId(77), Vote.DRAWN)]
    seat.act(AuditPhase.COMMIT)
    ((first, second),) = seat.chain.of("commit")
    assert (first[1], second[1]) == (0, 1) and seat.renderer.opened == 1
    seat.open(Look(), Look())
    seat.chain.seats[LEASE][:2] = [replace(one, vote=Vote.SEALED) for one in twice]
    seat.chain.seats[LEASE][SEAT] = Verifier(SEAT, WorkerId(77), Vote.SEALED)
    seat.act(AuditPhase.REVEAL)
    assert [one.seat for reveals in seat.chain.of("reveal") for one in reveals] == [0, 1]


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
            await duties.commit(lease, audit, WORKER)
            seat.proof_store.drop(LEASE)
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
        Verifier(at, WORKER if at == own else WorkerId(70 + at), Vote.COUNTED, claims[at], claims[at] != 0)
        for at in range(3)
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


def test_a_crash_between_sealing_and_sending_seals_the_same(seat: Seat) -> None:
    seat.chain.fail("commit", ChainError("gone"))
    with pytest.raises(ChainError):
        seat.act(AuditPhase.COMMIT)
    vote = seat.proof_store.vote(LEASE, ROUND, SEED)
    assert vote is not None
    seat.act(AuditPhase.COMMIT)
    assert seat.marks() == [seat.mark(vote.nonce, vote.vote)]
    assert seat.renderer.opened == 1


def test_a_restart_between_seal_and_reveal_reveals_what_was_sealed(seat: Seat) -> None:
    seat.act(AuditPhase.COMMIT)
    seat.proof_store = ProofStore(seat.bench.folder / "verifier" / "evidence")
    seat.open(Look(), Look())
    seat.act(AuditPhase.REVEAL)
    ((reveal,),) = seat.chain.of("reveal")
    assert seat.marks() == [seat.mark(reveal.nonce, reveal.vote)]


def test_after_a_reorganisation_the_new_draw_is_looked_at(seat: Seat) -> None:
    seat.act(AuditPhase.COMMIT)
    seat.chain.seeds[LEASE, ROUND] = SEED + 1
    seat.draw([0, 3])
    seat.act(AuditPhase.COMMIT)
    assert seat.proof_store.vote(LEASE, ROUND, SEED) is None
    vote = seat.proof_store.vote(LEASE, ROUND, SEED + 1)
    assert vote is not None
    assert seat.marks()[1] == seat.mark(vote.nonce, vote.vote, SEED + 1)
    assert seat.renderer.opened == 2


def test_a_vote_of_the_draw_before_is_never_revealed(seat: Seat) -> None:
    seat.act(AuditPhase.COMMIT)
    seat.chain.seeds[LEASE, ROUND] = SEED + 1
    seat.open(Look(), Look())
    with pytest.raises(ContentError, match="another machine"):
        seat.act(AuditPhase.REVEAL)
    assert seat.chain.of("reveal") == []


@pytest.mark.parametrize(
    ("phase", "vote", "worker"),
    [
        (AuditPhase.COMMIT, Vote.SEALED, WORKER),
        (AuditPhase.COMMIT, Vote.ABSENT, WORKER),
        (AuditPhase.COMMIT, Vote.BUSY, WORKER),
        (AuditPhase.COMMIT, Vote.DRAWN, WorkerId(WORKER + 1)),
        (AuditPhase.REVEAL, Vote.COUNTED, WORKER),
        (AuditPhase.REVEAL, Vote.SPARE, WORKER),
        (AuditPhase.REVEAL, Vote.ABSENT, WORKER),
        (AuditPhase.SHOW, Vote.STRUCK, WORKER),
        (AuditPhase.OPEN, Vote.SEALED, WORKER),
        (AuditPhase.APPEAL, Vote.SILENT, WORKER),
    ],
)
def test_nothing_is_done_twice_or_for_others(
    seat: Seat, phase: AuditPhase, vote: Vote, worker: WorkerId
) -> None:
    seat.vote_now(vote, worker)
    seat.act(phase)
    assert seat.chain.sent == [] and seat.renderer.opened == 0


@pytest.mark.parametrize(
    ("place", "method", "error"),
    [
        ("renderer", "render_tiles", RenderFailed("crashed")),
        ("store", "fetch_folder", StoreError("away")),
    ],
)
def test_who_can_not_look_does_not_vote(seat: Seat, place: str, method: str, error: Exception) -> None:
    source = {"renderer": seat.renderer, "store": seat.bench.store}[place]
    source.fail(method, error)
    with pytest.raises(type(error)):
        seat.act(AuditPhase.COMMIT)
    assert seat.chain.sent == [] and seat.proof_store.vote(LEASE, ROUND, SEED) is None


def sealed_vote(seat: Seat, kind: AuditKind) -> int:
    seat.act(AuditPhase.COMMIT, kind)
    vote = seat.proof_store.vote(LEASE, ROUND, SEED)
    assert vote is not None and seat.marks() == [seat.mark(vote.nonce, vote.vote)]
    return vote.vote


def test_results_that_can_be_had_are_delivered_and_pinned(seat: Seat) -> None:
    seat.chain.keys[LEASE] = result_key_of(SECRET)
    cid = seat.chain.results[LEASE].results_cid
    seat.bench.store.pinned.clear()
    assert sealed_vote(seat, AuditKind.DELIVERY) == YES
    assert cid in seat.bench.store.pinned


def test_results_are_fetched_again_before_they_are_called_lost(seat: Seat) -> None:
    seat.chain.keys[LEASE] = result_key_of(SECRET)
    away = StoreError("away")
    seat.bench.store.fail("fetch_folder", None, away, away)  # None: the package
    assert sealed_vote(seat, AuditKind.DELIVERY) == YES


@pytest.mark.parametrize("how", ["lost", "no key", "wrong key", "never submitted", "other root"])
def test_results_that_can_not_be_had_are_not_delivered(seat: Seat, how: str) -> None:
    seat.chain.keys[LEASE] = result_key_of(SECRET if how != "wrong key" else SECRET + 1)
    if how == "lost":
        seat.bench.store.lose(seat.chain.results[LEASE].results_cid)
    elif how == "no key":
        del seat.chain.keys[LEASE]
    elif how == "never submitted":
        del seat.chain.results[LEASE]
    elif how == "other root":
        seat.chain.results[LEASE] = replace(seat.chain.results[LEASE], root=1)
    assert sealed_vote(seat, AuditKind.DELIVERY) == NO


def test_yes_or_no_is_revealed_without_pixels(seat: Seat) -> None:
    seat.chain.keys[LEASE] = result_key_of(SECRET)
    sealed_vote(seat, AuditKind.DELIVERY)
    seat.vote_now(Vote.SEALED)
    seat.act(AuditPhase.REVEAL, AuditKind.DELIVERY)
    ((reveal,),) = seat.chain.of("reveal")
    assert reveal.vote == YES


def test_a_refused_seal_is_an_error_that_names_it(seat: Seat) -> None:
    seat.chain.fail("commit", audit_errors.SeatHasVoted("Sealing"))
    with pytest.raises(audit_errors.SeatHasVoted):
        seat.act(AuditPhase.COMMIT)
