"""F: verifiers in league with a worker or against it, who are silent, differ for show, or were bribed."""

from __future__ import annotations

from dataclasses import replace

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.state import AuditPhase, Verdict, Vote, answer_of, content_of, mark_of
from renderchain.core.ids import NO_WORKER, WorkerId
from renderchain.core.lifecycle import LeaseState
from renderchain.core.prints import TilePrint
from renderchain.ports.audit_chain import Reveal

from devkit.renderings import HONEST
from tests.attacks.arena import Arena
from tests.attacks.friends import begun, garbage, liar, told_by
from tests.attacks.lease_audit import LeaseAudit, Renderers
from tests.attacks.money import Bond, check_money

NONCE = 7


async def holders(subject: LeaseAudit) -> list[WorkerId]:
    """Of the present draw's votes, in their order."""
    return [one.worker_id for one in await subject.verifiers()]


async def test_a_silent_friend_does_not_turn_a_rejection_into_half_of_the_pay(field: Arena) -> None:
    subject, stakes = await begun(field, 0, await garbage(field))
    silent, *_ = await holders(subject)
    before = await field.books()
    await subject.commit()
    await subject.prove()
    await subject.reveal(absent=[silent])
    await subject.count()
    assert await subject.close() is Verdict.REJECTED
    change = (await field.books()).since(before)
    assert change.stakes == {subject.worker.worker_id: -stakes.lock_fri, silent: -stakes.bond_fri()}
    await check_money(before, subject, stakes)


async def test_two_silent_friends_pay_for_the_seven_who_convict(field: Arena) -> None:
    subject, stakes = await begun(field, 1, await garbage(field))
    friends = (await holders(subject))[:2]
    before = await field.books()
    await subject.commit()
    await subject.prove()
    await subject.reveal(absent=friends)
    await subject.count()
    audit = await subject.audit()
    assert (audit.phase, audit.round) == (AuditPhase.DRAW, 1), "silence decides nothing"
    await subject.draw()
    assert (await subject.play_round()).verdict is Verdict.REJECTED
    assert await subject.close() is Verdict.REJECTED
    change = (await field.books()).since(before)
    lost = dict.fromkeys(friends, -stakes.bond_fri())
    assert change.stakes == lost | {subject.worker.worker_id: -stakes.lock_fri}
    await check_money(before, subject, stakes)


async def test_a_friend_who_objects_otherwise_makes_no_rejection_undecided(field: Arena) -> None:
    subject, stakes = await begun(field, 2, await garbage(field))
    *_, friend = await holders(subject)
    before = await field.books()
    await subject.play_round({friend: await liar(field)})
    assert await subject.close() is Verdict.REJECTED, "the two others are near each other"
    await check_money(before, subject, stakes)


async def test_chaos_among_objectors_pays_nobody_who_could_have_caused_it(field: Arena) -> None:
    """Each says something else, so that nothing is shown: half of the pay burns, as nothing goes back."""
    subject, stakes = await begun(field, 3)
    one, two, _ = await holders(subject)
    lies, before = await liar(field), await field.books()
    views: Renderers = {one: lies, two: replace(lies, turned=True)}
    assert (await subject.play_round(views)).verdict is Verdict.UNDECIDED
    assert await subject.close() is Verdict.UNDECIDED
    assert (await subject.lease()).state is LeaseState.REJECTED
    change = (await field.books()).since(before)
    assert change.stakes == {}
    assert change.owed[subject.worker.worker_id] == stakes.pay_fri // 2
    assert change.owed[NO_WORKER] == stakes.pool_fri, "its frames are not refunded"
    assert change.burned_fri == stakes.pay_fri // 2
    await check_money(before, subject, stakes)


async def test_the_worker_asks_seven_where_chaos_would_take_half_of_its_pay(field: Arena) -> None:
    subject, stakes = await begun(field, 4)
    one, two, _ = await holders(subject)
    lies, before = await liar(field), await field.books()
    views: Renderers = {one: lies, two: replace(lies, turned=True)}
    assert (await subject.play_round(views)).verdict is Verdict.UNDECIDED
    await subject.prove()
    await subject.draw()
    assert (await subject.play_round()).verdict is Verdict.ACCEPTED
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    worker_id = subject.worker.worker_id
    known = {"wrong": {0: [one, two]}, "bonds": {1: Bond(worker_id, Verdict.UNDECIDED)}}
    await check_money(before, subject, stakes, is_paid=True, **known)
    assert (await field.books()).since(before).operators[worker_id] > stakes.appeal_fri(1)


async def test_a_lazy_vote_that_its_own_prints_contradict_is_struck(field: Arena) -> None:
    """It found what the others found, and says that it agrees with the worker: who shows that gets a fee."""
    subject, stakes = await begun(field, 5, await garbage(field))
    lazy, striker, _ = await subject.verifiers()
    before = await field.books()
    honest, tiles = await field.renderings.of(HONEST), field.renderings.tiles
    prints = [honest.prints(1 + leaf // tiles)[leaf % tiles] for leaf in await subject.leaves()]
    await seal(subject, lazy.worker_id, prints)
    await subject.commit()
    await subject.prove()
    await reveal_as_equal(subject, lazy.worker_id, prints)
    await subject.reveal(absent=[lazy.worker_id])
    await subject.count()
    assert await subject.close() is Verdict.REJECTED
    votes = {one.worker_id: one.vote for one in await field.artist.verifiers(subject.lease_id)}
    assert votes[lazy.worker_id] is Vote.STRUCK
    change = (await field.books()).since(before)
    assert change.stakes[lazy.worker_id] == -stakes.bond_fri()
    await check_money(before, subject, stakes, struck_by=striker.worker_id)


async def seal(subject: LeaseAudit, worker_id: WorkerId, prints: list[TilePrint]) -> None:
    """That verifier seals these prints, by hand."""
    field, vote = subject.arena, answer_of(hash_many, [content_of(hash_many, one) for one in prints])
    seed = await field.artist.seed(subject.lease_id, 0)
    named = {"seed": seed, "worker_id": worker_id, "nonce": NONCE, "vote": vote}
    mark = mark_of(hash_many, field.deployed.board, subject.lease_id, 0, **named)
    seat = await seat_of(subject, worker_id)
    assert await field.worker(worker_id).chain.commit([(subject.lease_id, seat, mark)]) == []


async def seat_of(subject: LeaseAudit, worker_id: WorkerId) -> int:
    """The first of its votes."""
    found = await subject.arena.artist.verifiers(subject.lease_id)
    return next(one.seat for one in found if one.worker_id == worker_id)


async def reveal_as_equal(subject: LeaseAudit, worker_id: WorkerId, prints: list[TilePrint]) -> None:
    """It shows these prints, and says that they are as near to the worker's as they may be."""
    chain, contents = subject.arena.worker(worker_id).chain, [content_of(hash_many, one) for one in prints]
    audit = await subject.audit()
    answer = await chain.opened(subject.lease_id, 0, audit.since_block)
    assert answer is not None
    seat = await seat_of(subject, worker_id)
    reveal = Reveal(subject.lease_id, seat, NONCE, answer_of(hash_many, contents))
    felts = [one.felts() for one in prints]
    await chain.reveal_prints(reveal, contents, answer.contents, felts, differs=0, mean=False)


async def test_an_outvoted_verifier_appeals_and_gets_its_bond_and_a_reward(field: Arena) -> None:
    """Nobody else looks: the artist is away, and two of three were bribed."""
    subject, stakes = await begun(field, 6, await garbage(field))
    one, two, honest = await holders(subject)
    before, friend = await field.books(), told_by(subject)
    assert (await subject.play_round({one: friend, two: friend})).verdict is Verdict.ACCEPTED
    duties = field.worker(honest).verifier_duties()
    await duties.act(await subject.lease(), await subject.audit(), honest)
    await subject.draw()
    assert (await subject.play_round()).verdict is Verdict.REJECTED
    assert await subject.close() is Verdict.REJECTED
    change = (await field.books()).since(before)
    assert change.operators[honest] > stakes.appeal_fri(1)
    known = {"wrong": {0: [one, two]}, "bonds": {1: Bond(honest)}}
    await check_money(before, subject, stakes, **known)


async def test_half_of_what_was_bribed_through_is_looked_at_again(field: Arena) -> None:
    """All three were bribed, so nobody appeals: chance has seven more look, who are paid for beforehand."""
    is_seen = {True: False, False: False}
    for _ in range(12):
        looked = await second_look(field)
        is_seen[looked] = True
        if all(is_seen.values()):
            return
    raise AssertionError(f"of twelve all went one way: {is_seen}")


async def second_look(field: Arena) -> bool:
    """A lease of pure garbage, cleared by its friends; whether it was looked at again."""
    fees = {"audit_pool_fri": (await field.terms()).audit_pool_fri * 10, "second_look": True}
    subject, stakes = await begun(field, 7, await garbage(field), **fees)
    friends, before, friend = await holders(subject), await field.books(), told_by(subject)
    assert (await subject.play_round(dict.fromkeys(friends, friend))).verdict is Verdict.ACCEPTED
    await subject.close()
    assert (await subject.audit()).phase is AuditPhase.LOOK
    field.blocks(12)
    assert await field.outsider.draw((await subject.lease()).job_id, [subject.lease_id]) == []
    if (await subject.audit()).phase is AuditPhase.OVER:
        await subject.accept()
        await check_money(before, subject, stakes, is_paid=True, is_reserved_twice=True)
        return False
    await subject.draw()
    assert (await subject.play_round()).verdict is Verdict.REJECTED, "they look at the same leaves too"
    assert await subject.close() is Verdict.REJECTED
    await check_money(before, subject, stakes, wrong={0: friends}, is_reserved_twice=True)
    return True
