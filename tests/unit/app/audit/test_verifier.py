"""What a verifier does: look for itself, seal before it sends, show exactly what it sealed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.proof_store import ProofStore
from renderchain.core.audit.state import (
    NO,
    YES,
    AuditKind,
    AuditPhase,
    Verifier,
    Vote,
    answer_of,
)
from renderchain.core.contract_errors import ContractError, audit_errors
from renderchain.core.errors import ChainError, ContentError, RenderFailed, StoreError
from renderchain.core.ids import WorkerId
from renderchain.core.sealed import result_key_of
from renderchain.ports.audit_chain import Reveal

from devkit.fakes.renderer import Look
from tests.unit.app.audit.seat import ROUND, SEAT, SEED, WORKER, Seat
from tests.unit.app.bench import LEASE, SECRET


@pytest.fixture
def seat(disk: Path) -> Seat:
    return Seat(disk)


def test_a_vote_is_sealed_from_what_was_rendered_here(seat: Seat) -> None:
    seat.act(AuditPhase.COMMIT)
    vote = seat.proof_store.vote(LEASE, ROUND, SEED)
    assert vote is not None and vote.vote == answer_of(hash_many, seat.contents(Look()))
    assert seat.marks() == [seat.mark(vote.nonce, vote.vote)]
    assert seat.renderer.opened == 1 and seat.renderer.rendered == []  # tiles, no frames


def test_a_vote_that_waited_when_its_process_was_killed_is_sealed_by_the_next(seat: Seat) -> None:
    commit = seat.chain.commit

    async def wait(*_: object) -> list[ContractError]:
        await asyncio.Event().wait()
        return []

    seat.chain.commit = wait  # type: ignore[method-assign]
    with pytest.raises(TimeoutError):
        seat.act(AuditPhase.COMMIT)
    seat.chain.commit = commit  # type: ignore[method-assign]
    seat.act(AuditPhase.COMMIT)
    assert len(seat.marks()) == 1 and seat.renderer.opened == 1


def test_who_agrees_reveals(seat: Seat) -> None:
    seat.act(AuditPhase.COMMIT)
    seat.open(Look(), Look())
    seat.act(AuditPhase.REVEAL)
    ((reveal,),) = seat.chain.of("reveal")
    assert isinstance(reveal, Reveal) and (reveal.lease_id, reveal.seat) == (LEASE, SEAT)
    assert seat.marks() == [seat.mark(reveal.nonce, reveal.vote)]
    assert seat.chain.of("reveal_prints") == []


@pytest.mark.parametrize(
    ("other", "differs", "mean"), [(Look(machine=1), 0, False), (Look(scene=1), 1 << 9, False)]
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
