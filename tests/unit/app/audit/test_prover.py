"""What a worker does for its own leases, in every phase of an audit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.fee_budget_file import FeeBudgetFile
from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.appeals import NO_LIMITS, AppealLimits
from renderchain.app.audit.proof_store import ProofStore
from renderchain.app.audit.prover import ProverDuties
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.core.audit.gas import SHOW_GAS
from renderchain.core.audit.state import (
    MEAN,
    NO_AUDIT,
    AuditInfo,
    AuditKind,
    AuditPhase,
    Content,
    DrawnLeaf,
    Verdict,
    Verifier,
    Vote,
    content_of,
)
from renderchain.core.cid import join_digest
from renderchain.core.contract_errors import audit_errors
from renderchain.core.errors import FeeTooHigh, JournalError, NodeAway
from renderchain.core.ids import WorkerId
from renderchain.core.merkle import TILE_DOMAIN, root_from_proof
from renderchain.core.notices.appeals import AppealTooDear, AppealUnaffordable
from renderchain.core.notices.audits import ShowingTooDear
from renderchain.core.sealed import key_hash_of
from renderchain.ports.audit_chain import Opened, ShownVote

from devkit.fakes.clock import run
from devkit.fakes.package import TILES
from devkit.fakes.renderer import Look, frame_of
from tests.unit.app.bench import FIRST, JOB, LEASE, UseCaseBench

SEED, ROUND = 4711, 1
LIMITS = ShowLimits(gas=10**9, fee_fri=10**18)
DRAWN = [1, 2]  # the last tile of the first frame, the first of the second


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    made = UseCaseBench(disk)
    made.submit()
    made.chain.sent.clear()
    made.chain.seeds[LEASE, ROUND] = SEED
    made.chain.drawn_of[LEASE] = [DrawnLeaf(leaf, 8 + at) for at, leaf in enumerate(DRAWN)]
    return made


def audit_in(phase: AuditPhase, kind: AuditKind = AuditKind.PIXELS) -> AuditInfo:
    seats: dict[str, Any] = {"first": 3, "ends": (3, 7, 0), "since_s": 2000, "since_block": 60}
    return replace(NO_AUDIT, kind=kind, phase=phase, round=ROUND, **seats)


def duties(bench: UseCaseBench, *, appeals: bool = True, limits: AppealLimits = NO_LIMITS) -> ProverDuties:
    showing = Showing(bench.chain, bench.reporter, LIMITS)
    parts = (bench.chain, bench.proof_store, bench.reporter, hash_many, showing)
    return ProverDuties(*parts, appeals=appeals, appeal_limits=limits)


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
    ((lease_id, seed, result, openings, siblings, prints),) = bench.chain.of("open_leaves")
    assert prints == drawn_prints(bench, Look())
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


def reveal_prints(bench: UseCaseBench, claims: dict[int, Verifier], look: Look) -> None:
    """Votes of that look were revealed with prints, and say this of themselves."""
    bench.chain.seats[LEASE] = [claims.get(at, Verifier(at, WorkerId(9), Vote.COUNTED)) for at in range(7)]
    answer = Opened(tuple(contents(bench, Look())), tuple(drawn_prints(bench, Look())))
    bench.chain.answers[LEASE, ROUND] = answer
    shown = (contents(bench, look), drawn_prints(bench, look))
    bench.chain.shown_in[LEASE, ROUND] = [ShownVote(seat, *shown) for seat in claims]


def test_only_votes_that_claim_a_false_difference_are_struck(bench: UseCaseBench) -> None:
    honest = Verifier(4, WorkerId(14), Vote.COUNTED)
    liar, mean = replace(honest, seat=3, differs=1 << 9), replace(honest, seat=5, mean=True)
    reveal_prints(bench, {3: liar, 4: honest, 5: mean}, Look(machine=1))
    act(bench, audit_in(AuditPhase.SHOW))
    struck = bench.chain.of("strike")
    assert [(leaf, vote.seat, len(vote.prints)) for _, leaf, vote, _ in struck] == [(1, 3, 1), (MEAN, 5, 2)]
    for _, _, vote, answer in struck:
        assert [hash_many(one) for one in vote.prints][-1] == vote.contents[1].print_hash
        assert [hash_many(one) for one in answer.prints][-1] == answer.contents[1].print_hash


def test_a_false_agreement_is_left_to_the_verifiers(bench: UseCaseBench) -> None:
    reveal_prints(bench, {3: Verifier(3, WorkerId(14), Vote.COUNTED)}, Look(scene=1))
    act(bench, audit_in(AuditPhase.SHOW))
    assert bench.chain.sent == []


def test_seats_of_rounds_before_are_not_struck_again(bench: UseCaseBench) -> None:
    reveal_prints(bench, {2: Verifier(2, WorkerId(14), Vote.COUNTED, differs=1 << 8)}, Look(machine=1))
    act(bench, audit_in(AuditPhase.SHOW))
    assert bench.chain.sent == []


@pytest.mark.parametrize("limits", [ShowLimits(SHOW_GAS, 10**18), ShowLimits(10**9, SHOW_GAS * 10)])
def test_strikes_end_where_the_settings_say(
    bench: UseCaseBench, monkeypatch: pytest.MonkeyPatch, limits: ShowLimits
) -> None:
    monkeypatch.setitem(globals(), "LIMITS", limits)
    bench.chain.price_fri = 10
    liars = {seat: Verifier(seat, WorkerId(14), Vote.COUNTED, differs=1 << 8) for seat in (3, 4)}
    reveal_prints(bench, liars, Look(machine=1))
    act(bench, audit_in(AuditPhase.SHOW))
    assert len(bench.chain.of("strike")) == 1
    (told,) = bench.reporter.heard(ShowingTooDear)
    assert told.gas == 2 * SHOW_GAS and told.fee_fri == 20 * SHOW_GAS


def test_who_was_faster_is_no_trouble(bench: UseCaseBench) -> None:
    liars = {seat: Verifier(seat, WorkerId(14), Vote.COUNTED, differs=1 << 8) for seat in (3, 4)}
    reveal_prints(bench, liars, Look(machine=1))
    bench.chain.fail("strike", audit_errors.VoteNotContradicted("Striking"))
    act(bench, audit_in(AuditPhase.SHOW))
    assert [vote.seat for _, _, vote, _ in bench.chain.of("strike")] == [4]


REJECTED = replace(audit_in(AuditPhase.APPEAL), verdict=Verdict.REJECTED)


@pytest.mark.parametrize(
    ("audit", "tokens", "appeals", "wanted"),
    [
        (REJECTED, 10, True, True),
        (replace(REJECTED, verdict=Verdict.UNDECIDED), 10, True, True),
        (replace(REJECTED, verdict=Verdict.UNDECIDED), 1000, True, True),
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
    assert bench.chain.of("appeal") == ([(LEASE, ())] if wanted else [])
    short = tokens < bench.chain.bond_fri
    assert len(bench.reporter.heard(AppealUnaffordable)) == int(short)


def test_no_verdict_is_not_appealed_for_more_than_it_takes(bench: UseCaseBench) -> None:
    bench.chain.tokens[bench.chain.address] = 10**6
    pay_fri = bench.chain.leases[LEASE].count * bench.chain.jobs[JOB].reward_fri
    bench.chain.bond_fri = pay_fri // 2 + 1
    act(bench, replace(REJECTED, verdict=Verdict.UNDECIDED))
    assert bench.chain.sent == []
    act(bench, REJECTED)
    assert bench.chain.of("appeal") == [(LEASE, ())]


@pytest.mark.parametrize(("largest_fri", "wanted"), [(0, True), (10, True), (9, False)])
def test_a_bond_over_the_providers_limit_is_not_paid(
    bench: UseCaseBench, largest_fri: int, wanted: bool
) -> None:
    bench.chain.tokens[bench.chain.address] = 1000
    limits = AppealLimits(largest_fri)
    run(duties(bench, limits=limits).act(bench.chain.leases[LEASE], REJECTED))
    assert bench.chain.of("appeal") == ([(LEASE, ())] if wanted else [])
    assert len(bench.reporter.heard(AppealTooDear)) == int(not wanted)


def test_the_bonds_of_a_day_have_a_limit_that_a_restart_does_not_begin_anew(
    bench: UseCaseBench, tmp_path: Path
) -> None:
    bench.chain.tokens[bench.chain.address] = 1000
    now_s = 86400.0 * 20000
    names = {"what": "bonds", "setting": "daily_appeals_fri"}

    def appeal() -> int:
        daily = FeeBudgetFile(tmp_path / "appeals.json", 25, lambda: now_s, **names)
        work = duties(bench, limits=AppealLimits(daily=daily))
        run(work.act(bench.chain.leases[LEASE], REJECTED))
        return len(bench.chain.of("appeal"))

    bench.chain.fail("appeal", audit_errors.StepIsOver("Appealing"))
    assert [appeal() for _ in range(5)] == [0, 1, 2, 2, 2]  # one that was refused costs nothing
    told = bench.reporter.heard(AppealTooDear)
    assert len(told) == 2 and "in bonds" in told[0].reason and "raise daily_appeals_fri" in told[0].reason
    now_s += 86400
    assert appeal() == 3


def test_an_appeal_that_is_tried_again_takes_its_bond_from_the_day_once(
    bench: UseCaseBench, tmp_path: Path
) -> None:
    """A node that went away in it took the whole day's bonds, and then the verdict stood."""
    bench.chain.tokens[bench.chain.address] = 1000
    daily = FeeBudgetFile(tmp_path / "bonds.json", 10, lambda: 86400.0)
    work = duties(bench, limits=AppealLimits(daily=daily))
    bench.chain.fail("appeal", NodeAway("away"), FeeTooHigh("dear"), NodeAway("away"))
    for kind in (NodeAway, FeeTooHigh, NodeAway):
        with pytest.raises(kind):
            run(work.act(bench.chain.leases[LEASE], REJECTED))
    run(work.act(bench.chain.leases[LEASE], REJECTED))
    assert len(bench.chain.of("appeal")) == 1 and not bench.reporter.heard(AppealTooDear)


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
    ((_, _, result, *_),) = bench.chain.of("open_leaves")
    assert result == kept.result and bench.proof_store.newest(LEASE) == other


def test_the_digests_are_those_of_the_pixels(bench: UseCaseBench) -> None:
    noisy = frame_of(bench.package.manifest, bench.package.manifest.frames[FIRST])[1]
    content = content_of(hash_many, noisy[1])
    assert join_digest(*content.digest) == noisy[1].digest
    assert content == contents(bench, Look())[0]
