"""What a worker does for its own leases, in every phase of an audit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.prover import ProverDuties
from renderchain.core.audit.state import (
    AuditInfo,
    AuditKind,
    AuditPhase,
    Content,
    Verdict,
    Verifier,
    Vote,
    content_of,
)
from renderchain.core.cid import join_digest
from renderchain.core.errors import JournalError
from renderchain.core.ids import WorkerId
from renderchain.core.merkle import TILE_DOMAIN, root_from_proof
from renderchain.core.notices.audits import AppealUnaffordable
from renderchain.core.sealed import key_hash_of

from devkit.fakes.clock import run
from devkit.fakes.package import TILES
from devkit.fakes.renderer import Look, frame_of
from tests.unit.app.bench import FIRST, LEASE, UseCaseBench

SEED, ROUND = 4711, 1
DRAWN = [1, 2]  # the last tile of the first frame, the first of the second


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    made = UseCaseBench(disk)
    made.submit()
    made.chain.sent.clear()
    made.chain.seeds[LEASE, ROUND] = SEED
    made.chain.drawn_of[LEASE] = DRAWN
    return made


def audit_in(phase: AuditPhase, kind: AuditKind = AuditKind.PIXELS) -> AuditInfo:
    return AuditInfo(kind, phase, ROUND, Verdict.NONE, 3, 0, 0, 0, 2000, 60)


def duties(bench: UseCaseBench, *, appeals: bool = True) -> ProverDuties:
    return ProverDuties(bench.chain, bench.proof_store, bench.reporter, hash_many, appeals=appeals)


def act(bench: UseCaseBench, audit: AuditInfo, *, appeals: bool = True) -> None:
    run(duties(bench, appeals=appeals).act(bench.chain.leases[LEASE], audit))


def drawn_prints(bench: UseCaseBench, look: Look) -> list[tuple[int, ...]]:
    frames = bench.package.manifest.frames[FIRST:]
    prints = [one for frame in frames for one in frame_of(bench.package.manifest, frame, look)[1]]
    return [prints[leaf].felts() for leaf in DRAWN]


def contents(bench: UseCaseBench, look: Look) -> list[Content]:
    frames = bench.package.manifest.frames[FIRST:]
    prints = [one for frame in frames for one in frame_of(bench.package.manifest, frame, look)[1]]
    return [content_of(hash_many, prints[leaf]) for leaf in DRAWN]


def test_drawn_leaves_are_opened_under_the_root(bench: UseCaseBench) -> None:
    act(bench, audit_in(AuditPhase.OPEN))
    ((lease_id, seed, result, openings, siblings),) = bench.chain.of("open_leaves")
    assert (lease_id, seed, result) == (LEASE, SEED, bench.chain.results[LEASE])
    assert [content for _, content in openings] == contents(bench, Look())
    depth = len(siblings) // len(DRAWN)
    for number, (leaf, (salt, content)) in enumerate(zip(DRAWN, openings, strict=True)):
        task, tile = divmod(leaf, TILES)
        place = (FIRST + task, tile, salt, *content.digest)
        hashed = hash_many((TILE_DOMAIN, *bench.identity.felts(), *place, content.print_hash))
        proof = siblings[number * depth : (number + 1) * depth]
        assert root_from_proof(hash_many, hashed, task * (TILES + 1) + tile, proof) == result.root


def test_the_key_of_the_results_is_revealed_when_their_delivery_is_doubted(bench: UseCaseBench) -> None:
    act(bench, audit_in(AuditPhase.KEY, AuditKind.DELIVERY))
    ((lease_id, result, key),) = bench.chain.of("reveal_key")
    assert lease_id == LEASE and key_hash_of(hash_many, key) == result.key_hash


def test_each_verifier_that_differs_is_compared_and_no_other(bench: UseCaseBench) -> None:
    votes = (Vote.AGREES, Vote.SHOWN, Vote.COMMITTED, Vote.SHOWN)
    bench.chain.seats[LEASE, ROUND] = [Verifier(at, WorkerId(at + 10), vote) for at, vote in enumerate(votes)]
    bench.chain.answers[LEASE, ROUND] = answer = contents(bench, Look())
    all_off = contents(bench, Look(machine=1))
    theirs = drawn_prints(bench, Look(machine=1))
    one_off = [answer[0], all_off[1]]
    bench.chain.shown_by[LEASE, ROUND, 1] = all_off, dict(enumerate(theirs))
    bench.chain.shown_by[LEASE, ROUND, 3] = one_off, {1: theirs[1]}
    act(bench, replace(audit_in(AuditPhase.REVEAL), shown=2))
    mine = drawn_prints(bench, Look())
    assert bench.chain.of("compare") == [
        (LEASE, 1, all_off, answer, theirs, mine),
        (LEASE, 3, one_off, answer, [theirs[1]], [mine[1]]),
    ]


REJECTED = replace(audit_in(AuditPhase.APPEAL), verdict=Verdict.REJECTED)


@pytest.mark.parametrize(
    ("audit", "tokens", "appeals", "wanted"),
    [
        (REJECTED, 10, True, True),
        (replace(REJECTED, verdict=Verdict.UNDECIDED), 10, True, True),
        (replace(REJECTED, verdict=Verdict.ACCEPTED), 10, True, False),
        (REJECTED, 10, False, False),
        (REJECTED, 9, True, False),
        (replace(REJECTED, round=2), 10, True, False),  # there is no larger committee
    ],
)
def test_a_lost_round_is_appealed_where_it_can_be(
    bench: UseCaseBench, audit: AuditInfo, tokens: int, appeals: bool, wanted: bool
) -> None:
    bench.chain.tokens[bench.chain.address] = tokens
    act(bench, audit, appeals=appeals)
    assert bench.chain.of("appeal") == ([(LEASE,)] if wanted else [])
    short = tokens < bench.chain.bond_fri
    assert len(bench.reporter.heard(AppealUnaffordable)) == int(short)


@pytest.mark.parametrize(
    "phase", [AuditPhase.DRAW, AuditPhase.COMMIT, AuditPhase.REVEAL, AuditPhase.OVER, AuditPhase.NONE]
)
def test_nothing_is_done_where_others_have_to_act(bench: UseCaseBench, phase: AuditPhase) -> None:
    act(bench, audit_in(phase))
    assert bench.chain.sent == []


def test_opening_is_the_same_after_a_restart(bench: UseCaseBench) -> None:
    act(bench, audit_in(AuditPhase.OPEN))
    bench.proof_store = ProofStore(bench.folder / "evidence")
    act(bench, audit_in(AuditPhase.OPEN))
    first, second = bench.chain.of("open_leaves")
    assert first == second


@pytest.mark.parametrize("phase", [AuditPhase.KEY, AuditPhase.OPEN])
def test_a_lease_of_another_machine_says_what_is_missing(bench: UseCaseBench, phase: AuditPhase) -> None:
    bench.proof_store = ProofStore(bench.folder / "other" / "evidence")
    with pytest.raises(JournalError, match="evidence of lease"):
        act(bench, audit_in(phase))
    assert bench.chain.sent == []


def test_of_several_submissions_the_one_on_the_chain_is_opened(bench: UseCaseBench) -> None:
    kept = bench.proof_store.newest(LEASE)
    other = replace(kept, result=replace(kept.result, root=7), salt_key=kept.salt_key + 1)
    bench.proof_store.save(LEASE, other)
    act(bench, audit_in(AuditPhase.OPEN))
    ((_, _, result, _, _),) = bench.chain.of("open_leaves")
    assert result == kept.result and bench.proof_store.newest(LEASE) == other


def test_the_digests_are_those_of_the_pixels(bench: UseCaseBench) -> None:
    noisy = frame_of(bench.package.manifest, bench.package.manifest.frames[FIRST])[1]
    content = content_of(hash_many, noisy[1])
    assert join_digest(*content.digest) == noisy[1].digest
    assert content == contents(bench, Look())[0]
