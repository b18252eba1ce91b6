"""V: verifiers that are lazy, lie, copy, or do not come."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.economics import SEATS
from renderchain.core.audit.errors import NotThatVerifier, NotTheSealedVote
from renderchain.core.audit.state import AuditPhase, DrawOutcome, Verdict, Vote, mark_of
from renderchain.core.ids import NO_WORKER
from renderchain.core.manifest import Manifest
from renderchain.core.messages import TilesRendered
from renderchain.core.prints import RECORD_BYTES, TilePrint
from renderchain.ports.audit_chain import Reveal
from renderchain.ports.renderer import OnProgress, Renderer, RenderSession

from devkit.cheats.renderer import CheatingRenderer
from devkit.renderings import HONEST, KeptRenderer
from tests.attacks.arena import OFFER, Arena
from tests.attacks.lease_audit import LeaseAudit, Stakes, stakes_of


@dataclass(frozen=True)
class Lying:
    """Gives prints of another frame instead of the tiles asked for, but for those that it could copy."""

    honest: KeptRenderer
    copied: frozenset[tuple[int, int]] = frozenset()

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        """As the honest one."""
        async with self.honest.open(package, manifest, output) as session:
            yield _Lying(session, self, output)  # type: ignore[misc]


@dataclass
class _Lying:
    session: RenderSession
    liar: Lying
    output: Path

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        done = await self.session.render_tiles(frame, tiles, on_progress, shared=shared)
        true = (self.output / done.leaves).read_bytes()
        other = [self.liar.honest.prints(frame + 1)[tile].to_bytes() for tile in tiles]
        records = [
            true[at * RECORD_BYTES : (at + 1) * RECORD_BYTES] if (frame, tile) in self.liar.copied else false
            for at, (tile, false) in enumerate(zip(tiles, other, strict=True))
        ]
        (self.output / done.leaves).write_bytes(b"".join(records))
        return done


async def liar(field: Arena) -> Lying:
    """One that answers without looking."""
    return Lying(await field.renderings.of(HONEST))


async def begun(field: Arena, number: int, renderer: Renderer | None = None) -> tuple[LeaseAudit, Stakes]:
    """A worker's lease whose first votes three different verifiers have."""
    while True:
        subject = LeaseAudit(field, await field.submitted(field.workers[number], renderer))
        stakes = await stakes_of(field, subject.lease_id)
        assert await subject.draw() is DrawOutcome.IN_AUDIT
        if len(await subject.verifiers()) == SEATS[0]:
            return subject, stakes
        await subject.play_round()  # somebody was drawn twice
        await subject.close()


async def test_an_echo_of_a_false_answer_costs_its_bond(field: Arena) -> None:
    garbage = CheatingRenderer(await field.renderings.of(HONEST), "garbage")
    subject, stakes = await begun(field, 0, garbage)
    friend, *honest = [one.worker_id for one in await subject.verifiers()]
    before = await field.books()
    shared = Shared(field.workers[0].proof_store.newest(subject.lease_id).prints, field.renderings.tiles)
    await subject.play_round({friend: shared})
    assert await subject.close() is Verdict.REJECTED
    change = (await field.books()).since(before)
    assert change.stakes == {subject.worker.worker_id: -stakes.lock_fri, friend: -stakes.bond_fri()}
    each_fri = stakes.fees_fri[0] + stakes.lock_fri // 10 // 2
    assert change.owed == {one: each_fri for one in honest}


async def test_a_whole_committee_of_friends_is_collusion_which_only_an_appeal_undoes(field: Arena) -> None:
    garbage = CheatingRenderer(await field.renderings.of(HONEST), "garbage")
    subject, stakes = await begun(field, 1, garbage)
    friends = [one.worker_id for one in await subject.verifiers()]
    before = await field.books()
    shared = Shared(field.workers[1].proof_store.newest(subject.lease_id).prints, field.renderings.tiles)
    assert (await subject.play_round(dict.fromkeys(friends, shared))).verdict is Verdict.ACCEPTED
    await field.artist.appeal(subject.lease_id)
    await subject.draw()
    seats = [one.worker_id for one in await subject.verifiers()]
    assert len(seats) == 7
    assert (await subject.play_round()).verdict is Verdict.REJECTED
    assert await subject.close() is Verdict.REJECTED
    change = (await field.books()).since(before)
    lost = {friend: -stakes.bond_fri() for friend in friends}
    assert change.stakes == lost | {subject.worker.worker_id: -stakes.lock_fri}
    assert change.owed.pop(NO_WORKER) == 7 * stakes.fees_fri[1], "an appeal that was right costs nothing"
    assert set(change.owed) == set(seats)


@dataclass(frozen=True)
class Shared:
    """A verifier to whom the worker gave its own answer."""

    prints: Callable[[list[int]], list[TilePrint]]
    tiles: int

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        """Without rendering."""
        yield _Shared(self, output)  # type: ignore[misc]


@dataclass
class _Shared:
    shared: Shared
    output: Path

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        leaves = [(frame - 1) * self.shared.tiles + tile for tile in tiles]
        found = self.shared.prints(leaves)
        name = f"{frame:04d}.tiles"
        (self.output / name).write_bytes(b"".join(one.to_bytes() for one in found))
        return TilesRendered(frame, name, 1)


async def test_who_copies_the_first_round_in_the_second_fails_on_fresh_leaves(field: Arena) -> None:
    subject, stakes = await begun(field, 2)
    first = await subject.leaves()
    await subject.play_round()
    before = await field.books()
    await field.artist.appeal(subject.lease_id)
    await subject.draw()
    drawn = await subject.leaves()
    assert len(drawn) == len(first), "nothing is in dispute, so all is fresh"
    lazy, *others = [one.worker_id for one in await subject.verifiers()]
    copied = frozenset((1 + leaf // 8, leaf % 8) for leaf in first)
    await subject.play_round({lazy: replace(await liar(field), copied=copied)})
    is_known = set(drawn) <= set(first)  # a fresh leaf may by chance be the one before
    assert await subject.close() is Verdict.ACCEPTED
    change = (await field.books()).since(before)
    assert change.stakes == ({} if is_known else {lazy: -stakes.bond_fri(1)})
    assert 0 not in change.owed, "the bond of an appeal that was wrong pays the verifiers"
    assert set(others) <= set(change.owed)
    await subject.accept()


async def test_a_copied_commitment_can_not_be_revealed(field: Arena) -> None:
    subject, stakes = await begun(field, 3)
    author, copier, third = await subject.verifiers()
    lease, audit = await subject.lease(), await subject.audit()
    await author.verifier_duties().commit(lease, audit, author.worker_id)
    seed = await field.artist.seed(subject.lease_id, 0)
    vote = author.proof_store.vote(subject.lease_id, 0, seed)
    assert vote is not None
    named = {"seed": seed, "worker_id": author.worker_id, "nonce": vote.nonce, "vote": vote.vote}
    mark = mark_of(hash_many, field.deployed.board, subject.lease_id, 0, **named)
    verifiers = await field.artist.verifiers(subject.lease_id)
    (seat,) = [one.seat for one in verifiers if one.worker_id == copier.worker_id]
    before = await field.books()
    assert await copier.chain.commit([(subject.lease_id, seat, mark)]) == []
    await third.verifier_duties().commit(lease, audit, third.worker_id)
    await subject.prove()
    with pytest.raises(NotTheSealedVote):
        await copier.chain.reveal([Reveal(subject.lease_id, seat, vote.nonce, vote.vote)])
    await subject.reveal(absent=[copier.worker_id])
    await subject.count()
    await settle_undecided(field, subject)
    change = (await field.books()).since(before)
    assert change.stakes == {copier.worker_id: -stakes.bond_fri()}


async def settle_undecided(field: Arena, subject: LeaseAudit) -> None:
    """Two of three votes are no verdict; the worker asks seven, who find it good, and is paid."""
    assert (await subject.audit()).verdict is Verdict.UNDECIDED
    await subject.prove()
    assert (await subject.audit()).phase is AuditPhase.DRAW
    await subject.draw()
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()


async def test_a_false_slash_is_reversed_by_an_appeal_and_costs_its_authors_their_bonds(
    field: Arena,
) -> None:
    subject, stakes = await begun(field, 4)
    record = (await field.artist.worker(subject.worker.worker_id)).audited
    one, two, honest = [verifier.worker_id for verifier in await subject.verifiers()]
    before = await field.books()
    lies = await liar(field)
    assert (await subject.play_round({one: lies, two: lies})).verdict is Verdict.REJECTED
    await subject.prove()
    await subject.draw()
    seats = [verifier.worker_id for verifier in await subject.verifiers()]
    assert (await subject.play_round()).verdict is Verdict.ACCEPTED
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    change = (await field.books()).since(before)
    assert change.stakes == {one: -stakes.bond_fri(), two: -stakes.bond_fri()}
    paid_fri = stakes.pay_fri + (stakes.fees_fri[1] if subject.worker.worker_id in seats else 0)
    assert change.owed[subject.worker.worker_id] == paid_fri
    assert change.owed[honest] == stakes.fees_fri[0] + (stakes.fees_fri[1] if honest in seats else 0)
    assert (await field.artist.worker(subject.worker.worker_id)).audited == record + 1
    spent_fri = 2 * stakes.bond_fri()
    assert change.burned_fri == spent_fri - spent_fri // 10


async def test_who_does_not_reveal_loses_what_the_wrong_lose(field: Arena) -> None:
    subject, stakes = await begun(field, 5)
    silent = (await subject.verifiers())[0].worker_id
    before = await field.books()
    await subject.commit()
    await subject.prove()
    await subject.reveal(absent=[silent])
    await subject.count()
    await settle_undecided(field, subject)
    assert (await field.books()).since(before).stakes == {silent: -stakes.bond_fri()}


async def test_who_blocks_a_quorum_by_silence_is_replaced_and_pays(field: Arena) -> None:
    subject, stakes = await begun(field, 6)
    silent = (await subject.verifiers())[1].worker_id
    before = await field.books()
    await subject.commit(absent=[silent])
    await subject.advance(late=True)
    assert silent not in [one.worker_id for one in await subject.verifiers()]
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    change = (await field.books()).since(before)
    assert change.stakes == {silent: -stakes.bond_fri()}
    assert change.owed[subject.worker.worker_id] == stakes.pay_fri


@pytest.mark.parametrize("limit", ["package", "fee"])
async def test_nobody_is_drawn_for_more_than_it_offers(field: Arena, limit: str) -> None:
    changes = {"largest_package_bytes": 1} if limit == "package" else {"audit_fee_fri": 10**20}
    unwilling = field.workers[:-3]
    for one in unwilling:
        await one.registry.set_offer(one.worker_id, replace(OFFER, **changes))
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(field.workers[-1]))
    willing = {one.worker_id for one in field.workers[-3:-1]}  # the third is the worker itself
    assert await subject.draw() is DrawOutcome.IN_AUDIT
    assert {one.worker_id for one in await subject.verifiers()} <= willing
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    for one in unwilling:
        await one.registry.set_offer(one.worker_id, OFFER)
    change = (await field.books()).since(before)
    assert change.stakes == {}
    assert change.owed[field.workers[-1].worker_id] > 0


@pytest.mark.long
async def test_the_last_appeal_goes_to_fifteen(field: Arena) -> None:
    subject, stakes = await begun(field, 0)
    lies = await liar(field)
    one, two, _ = [verifier.worker_id for verifier in await subject.verifiers()]
    before = await field.books()
    assert (await subject.play_round({one: lies, two: lies})).verdict is Verdict.REJECTED
    await subject.prove()
    await subject.draw()
    seven = [verifier.worker_id for verifier in await subject.verifiers()]
    assert (await subject.play_round(dict.fromkeys(seven[:4], lies))).verdict is Verdict.REJECTED
    await subject.prove()
    await subject.draw()
    assert len(await subject.verifiers()) == 15
    last = await subject.play_round()
    assert (last.phase, last.verdict) == (AuditPhase.OVER, Verdict.ACCEPTED)
    await subject.accept()
    stakes_lost = (await field.books()).since(before).stakes
    wanted: dict[int, int] = {}
    for verifier, fri in [(one, 0), (two, 0), *((number, 1) for number in seven[:4])]:
        wanted[verifier] = wanted.get(verifier, 0) - stakes.bond_fri(fri)
    assert stakes_lost == wanted


async def test_votes_are_bound_to_who_has_the_seat(field: Arena) -> None:
    subject, _ = await begun(field, 7)
    verifiers = await field.artist.verifiers(subject.lease_id)
    outsider = next(one for one in field.workers if one.worker_id not in [m.worker_id for m in verifiers])
    with pytest.raises(NotThatVerifier):
        await outsider.chain.commit([(subject.lease_id, 0, 1)])
    assert subject.worker.worker_id not in [one.worker_id for one in verifiers]
    assert {one.vote for one in verifiers} == {Vote.DRAWN}
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
