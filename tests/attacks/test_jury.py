"""V: verifiers that are lazy, lie, copy, or do not come."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.case import CasePhase, Trial, Verdict, Vote, mark_of
from renderchain.core.court_errors import NotThatVerifier, NotTheSealedVote
from renderchain.core.manifest import Manifest
from renderchain.core.messages import TilesRendered
from renderchain.core.prints import RECORD_BYTES
from renderchain.ports.court import Reveal
from renderchain.ports.renderer import OnProgress, Renderer, RenderSession

from tests.attacks.arena import OFFER, Arena
from tests.attacks.renderings import HONEST, KeptRenderer
from tests.attacks.trial import Court, Stakes, stakes_of
from tools.cheats.renderer import CheatingRenderer


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

    async def render_tiles(self, frame: int, tiles: Sequence[int], on_progress: OnProgress) -> TilesRendered:
        done = await self.session.render_tiles(frame, tiles, on_progress)
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


async def begun(field: Arena, number: int, renderer: Renderer | None = None) -> tuple[Court, Stakes]:
    """A worker's lease with its first committee."""
    court = Court(field, await field.submitted(field.workers[number], renderer))
    stakes = await stakes_of(field, court.lease_id)
    assert await court.draw() is Trial.IN_COURT
    return court, stakes


async def test_an_echo_of_a_false_answer_costs_its_bond(field: Arena) -> None:
    garbage = CheatingRenderer(await field.renderings.of(HONEST), "garbage")
    court, stakes = await begun(field, 0, garbage)
    friend, *honest = [one.worker_id for one in await court.jurors()]
    before = await field.books()
    shared = Shared(field.workers[0].evidence.prints, court.lease_id, field.renderings.tiles)
    await court.hear({friend: shared})
    assert await court.close() is Verdict.REJECTED
    change = (await field.books()).since(before)
    assert change.stakes == {court.worker.worker_id: -stakes.lock_fri, friend: -stakes.bond_fri()}
    each_fri = stakes.fees_fri[0] + stakes.lock_fri // 10 // 2
    assert change.owed == {one: each_fri for one in honest}


async def test_a_whole_committee_of_friends_is_collusion_which_only_an_appeal_undoes(field: Arena) -> None:
    garbage = CheatingRenderer(await field.renderings.of(HONEST), "garbage")
    court, stakes = await begun(field, 1, garbage)
    friends = [one.worker_id for one in await court.jurors()]
    before = await field.books()
    shared = Shared(field.workers[1].evidence.prints, court.lease_id, field.renderings.tiles)
    assert (await court.hear(dict.fromkeys(friends, shared))).verdict is Verdict.ACCEPTED
    await field.artist.court.appeal(court.lease_id)
    await court.draw()
    seats = [one.worker_id for one in await court.jurors()]
    assert len(seats) == 7
    assert (await court.hear()).verdict is Verdict.REJECTED
    assert await court.close() is Verdict.REJECTED
    change = (await field.books()).since(before)
    lost = {friend: -stakes.bond_fri() for friend in friends}
    assert change.stakes == lost | {court.worker.worker_id: -stakes.lock_fri}
    assert change.owed.pop(0) == 7 * stakes.fees_fri[1], "an appeal that was right costs nothing"
    assert set(change.owed) == set(seats)


@dataclass(frozen=True)
class Shared:
    """A verifier to whom the worker gave its own answer."""

    prints: object
    lease_id: int
    tiles: int

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[RenderSession]:
        """Without rendering."""
        yield _Shared(self, output)  # type: ignore[misc]


@dataclass
class _Shared:
    shared: Shared
    output: Path

    async def render_tiles(self, frame: int, tiles: Sequence[int], on_progress: OnProgress) -> TilesRendered:
        leaves = [(frame - 1) * self.shared.tiles + tile for tile in tiles]
        found = self.shared.prints(self.shared.lease_id, leaves)  # type: ignore[operator]
        name = f"{frame:04d}.tiles"
        (self.output / name).write_bytes(b"".join(one.to_bytes() for one in found))
        return TilesRendered(frame, name, 1)


async def test_who_copies_the_first_round_in_the_second_fails_on_fresh_leaves(field: Arena) -> None:
    court, stakes = await begun(field, 2)
    first = await field.artist.court.leaves(court.lease_id)
    await court.hear()
    before = await field.books()
    await field.artist.court.appeal(court.lease_id)
    await court.draw()
    drawn = await field.artist.court.leaves(court.lease_id)
    assert drawn[: len(first)] == first
    assert len(drawn) == 2 * len(first)
    lazy, *others = [one.worker_id for one in await court.jurors()]
    copied = frozenset((1 + leaf // 8, leaf % 8) for leaf in first)
    await court.hear({lazy: replace(await liar(field), copied=copied)})
    is_known = set(drawn) <= set(first)  # a fresh leaf may by chance be the one before
    assert await court.close() is Verdict.ACCEPTED
    change = (await field.books()).since(before)
    assert change.stakes == ({} if is_known else {lazy: -stakes.bond_fri(1)})
    assert 0 not in change.owed, "the bond of an appeal that was wrong pays the verifiers"
    assert set(others) <= set(change.owed)
    await court.accept()


async def test_a_copied_commitment_can_not_be_revealed(field: Arena) -> None:
    court, stakes = await begun(field, 3)
    author, copier, third = await court.jurors()
    lease, case = await court.lease(), await court.case()
    await author.jury().act(lease, case, author.worker_id)
    seed = await field.artist.court.seed(court.lease_id, 0)
    vote = author.evidence.vote(court.lease_id, 0, seed)
    assert vote is not None
    named = {"seed": seed, "worker_id": author.worker_id, "nonce": vote.nonce, "vote": vote.vote}
    mark = mark_of(hash_many, field.deployed.board, court.lease_id, 0, **named)
    members = await field.artist.court.members(court.lease_id, 0)
    (seat,) = [one.seat for one in members if one.worker_id == copier.worker_id]
    before = await field.books()
    assert await copier.chain.court.commit([(court.lease_id, seat, mark)]) == []
    await third.jury().act(lease, case, third.worker_id)
    await court.defend()
    with pytest.raises(NotTheSealedVote):
        await copier.chain.court.reveal([Reveal(court.lease_id, seat, vote.nonce, vote.vote)])
    await court.reveal(absent=[copier.worker_id])
    await court.advance(late=True)
    await settle_undecided(field, court)
    change = (await field.books()).since(before)
    assert change.stakes == {copier.worker_id: -stakes.bond_fri()}


async def settle_undecided(field: Arena, court: Court) -> None:
    """Two of three votes are no verdict; the worker asks seven, who find it good, and is paid."""
    assert (await court.case()).verdict is Verdict.UNDECIDED
    await court.defend()
    assert (await court.case()).phase is CasePhase.DRAW
    await court.draw()
    await court.hear()
    assert await court.close() is Verdict.ACCEPTED
    await court.accept()


async def test_a_false_slash_is_reversed_by_an_appeal_and_costs_its_authors_their_bonds(
    field: Arena,
) -> None:
    court, stakes = await begun(field, 4)
    audited = (await field.artist.worker(court.worker.worker_id)).audited
    one, two, honest = [juror.worker_id for juror in await court.jurors()]
    before = await field.books()
    lies = await liar(field)
    assert (await court.hear({one: lies, two: lies})).verdict is Verdict.REJECTED
    await court.defend()
    await court.draw()
    seats = [juror.worker_id for juror in await court.jurors()]
    assert (await court.hear()).verdict is Verdict.ACCEPTED
    assert await court.close() is Verdict.ACCEPTED
    await court.accept()
    change = (await field.books()).since(before)
    assert change.stakes == {one: -stakes.bond_fri(), two: -stakes.bond_fri()}
    paid_fri = stakes.pay_fri + (stakes.fees_fri[1] if court.worker.worker_id in seats else 0)
    assert change.owed[court.worker.worker_id] == paid_fri
    assert change.owed[honest] == stakes.fees_fri[0] + (stakes.fees_fri[1] if honest in seats else 0)
    assert (await field.artist.worker(court.worker.worker_id)).audited == audited + 1
    spent_fri = 2 * stakes.bond_fri()
    assert change.burned_fri == spent_fri - spent_fri // 10


async def test_who_does_not_reveal_loses_what_the_wrong_lose(field: Arena) -> None:
    court, stakes = await begun(field, 5)
    silent = (await court.jurors())[0].worker_id
    before = await field.books()
    await court.commit()
    await court.defend()
    await court.reveal(absent=[silent])
    await court.advance(late=True)
    await settle_undecided(field, court)
    assert (await field.books()).since(before).stakes == {silent: -stakes.bond_fri()}


async def test_who_blocks_a_quorum_by_silence_is_replaced_and_pays(field: Arena) -> None:
    court, stakes = await begun(field, 6)
    silent = (await court.jurors())[1].worker_id
    before = await field.books()
    await court.commit(absent=[silent])
    await court.advance(late=True)
    assert silent not in [one.worker_id for one in await court.jurors()]
    await court.hear()
    assert await court.close() is Verdict.ACCEPTED
    await court.accept()
    change = (await field.books()).since(before)
    assert change.stakes == {silent: -stakes.bond_fri()}
    assert change.owed[court.worker.worker_id] == stakes.pay_fri


@pytest.mark.parametrize("limit", ["package", "fee"])
async def test_nobody_is_drawn_for_more_than_it_offers(field: Arena, limit: str) -> None:
    changes = {"largest_package_bytes": 1} if limit == "package" else {"audit_fee_fri": 10**20}
    unwilling = field.workers[:-3]
    for one in unwilling:
        await one.registry.set_offer(one.worker_id, replace(OFFER, **changes))
    before = await field.books()
    court = Court(field, await field.submitted(field.workers[-1]))
    assert await court.draw() is Trial.UNSEATED, "two willing ones are no committee"
    await court.accept()
    for one in unwilling:
        await one.registry.set_offer(one.worker_id, OFFER)
    change = (await field.books()).since(before)
    assert change.stakes == {}
    assert change.owed[field.workers[-1].worker_id] > 0


@pytest.mark.long
async def test_the_last_appeal_goes_to_fifteen(field: Arena) -> None:
    court, stakes = await begun(field, 0)
    lies = await liar(field)
    one, two, _ = [juror.worker_id for juror in await court.jurors()]
    before = await field.books()
    assert (await court.hear({one: lies, two: lies})).verdict is Verdict.REJECTED
    await court.defend()
    await court.draw()
    seven = [juror.worker_id for juror in await court.jurors()]
    assert (await court.hear(dict.fromkeys(seven[:4], lies))).verdict is Verdict.REJECTED
    await court.defend()
    await court.draw()
    assert len(await court.jurors()) == 15
    last = await court.hear()
    assert (last.phase, last.verdict) == (CasePhase.OVER, Verdict.ACCEPTED)
    await court.accept()
    stakes_lost = (await field.books()).since(before).stakes
    wanted: dict[int, int] = {}
    for juror, fri in [(one, 0), (two, 0), *((number, 1) for number in seven[:4])]:
        wanted[juror] = wanted.get(juror, 0) - stakes.bond_fri(fri)
    assert stakes_lost == wanted


async def test_votes_are_bound_to_who_has_the_seat(field: Arena) -> None:
    court, _ = await begun(field, 7)
    members = await field.artist.court.members(court.lease_id, 0)
    outsider = next(one for one in field.workers if one.worker_id not in [m.worker_id for m in members])
    with pytest.raises(NotThatVerifier):
        await outsider.chain.court.commit([(court.lease_id, 0, 1)])
    assert court.worker.worker_id not in [one.worker_id for one in members]
    assert {one.vote for one in members} == {Vote.DRAWN}
    await court.hear()
    assert await court.close() is Verdict.ACCEPTED
    await court.accept()
