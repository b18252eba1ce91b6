"""V: verifiers that are lazy, lie, copy, or do not come."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.errors import NotThatVerifier, NotTheSealedVote
from renderchain.core.audit.state import AuditPhase, DrawOutcome, Verdict, Vote, mark_of
from renderchain.core.ids import NO_WORKER
from renderchain.ports.audit_chain import Reveal

from devkit.audited_lease import look_and_seal
from tests.attacks.arena import FAMILY, OFFER, RULES, Arena
from tests.attacks.friends import begun, garbage, liar, majority, told_by
from tests.attacks.lease_audit import LeaseAudit, stakes_of
from tests.attacks.money import Bond, check_money


async def test_an_echo_of_a_false_answer_costs_its_bond(field: Arena) -> None:
    subject, stakes = await begun(field, 0, await garbage(field))
    friend, *honest = [one.worker_id for one in await subject.verifiers()]
    before = await field.books()
    await subject.play_round({friend: told_by(subject)})
    assert await subject.close() is Verdict.REJECTED
    change = (await field.books()).since(before)
    assert change.stakes == {subject.worker.worker_id: -stakes.lock_fri, friend: -stakes.bond_fri()}
    purse_fri = stakes.lock_fri + stakes.bond_fri() - stakes.fees_fri[0]  # less who showed the rejection
    each_fri = stakes.fees_fri[0] + purse_fri // 10 // 2
    assert change.owed == {one: each_fri for one in honest}
    await check_money(before, subject, stakes, wrong={0: [friend]})


async def test_a_whole_committee_of_friends_is_collusion_which_only_an_appeal_undoes(field: Arena) -> None:
    subject, stakes = await begun(field, 1, await garbage(field))
    friends = [one.worker_id for one in await subject.verifiers()]
    before = await field.books()
    seen = await subject.leaves()
    assert (await subject.play_round(dict.fromkeys(friends, told_by(subject)))).verdict is Verdict.ACCEPTED
    # Named, or nobody would look at what the friends said of it, and they would keep their bonds.
    await field.artist.appeal(subject.lease_id, seen)
    await subject.draw()
    assert len((await subject.audit()).seats) == 7
    assert (await subject.play_round()).verdict is Verdict.REJECTED
    assert await subject.close() is Verdict.REJECTED
    change = (await field.books()).since(before)
    lost = {friend: -stakes.bond_fri() for friend in friends}
    assert change.stakes == lost | {subject.worker.worker_id: -stakes.lock_fri}
    purse_fri = stakes.lock_fri + 3 * stakes.bond_fri() - 8 * stakes.fees_fri[1]  # the round, the showing
    assert change.owed[NO_WORKER] == stakes.appeal_fri(1) + purse_fri // 10 // 2, "in full, and a reward"
    known = {"wrong": {0: friends}, "bonds": {1: Bond(NO_WORKER)}}
    await check_money(before, subject, stakes, **known)


async def test_who_copies_the_first_round_in_the_second_fails_on_fresh_leaves(field: Arena) -> None:
    subject, stakes = await begun(field, 2)
    first, before = await subject.leaves(), await field.books()
    await subject.play_round()
    await field.artist.appeal(subject.lease_id)
    await subject.draw()
    drawn = await subject.leaves()
    fresh = drawn[len(first) :]
    assert drawn[: len(first)] == first and len(fresh) == len(first), "seen before, and fresh"
    lazy, *_ = [one.worker_id for one in await subject.verifiers()]
    copied = frozenset((1 + leaf // 8, leaf % 8) for leaf in first)
    await subject.play_round({lazy: replace(await liar(field), copied=copied)})
    is_known = set(fresh) <= set(first)  # a fresh leaf may by chance be the one before
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    wrong = {} if is_known else {1: [lazy]}
    known = {"wrong": wrong, "bonds": {1: Bond(NO_WORKER)}}
    await check_money(before, subject, stakes, is_paid=True, **known)


async def test_a_copied_commitment_can_not_be_revealed(field: Arena) -> None:
    subject, stakes = await begun(field, 3)
    author, copier, third = await subject.verifiers()
    lease, audit = await subject.lease(), await subject.audit()
    await look_and_seal(author.verifier_duties(), lease, audit, author.worker_id)
    seed = await field.artist.seed(subject.lease_id, 0)
    vote = author.proof_store.vote(subject.lease_id, 0, seed)
    assert vote is not None
    named = {"seed": seed, "worker_id": author.worker_id, "nonce": vote.nonce, "vote": vote.vote}
    mark = mark_of(hash_many, field.deployed.board, subject.lease_id, 0, **named)
    verifiers = await field.artist.verifiers(subject.lease_id)
    (seat,) = [one.seat for one in verifiers if one.worker_id == copier.worker_id]
    before = await field.books()
    assert await copier.chain.commit([(subject.lease_id, seat, mark)]) == []
    await look_and_seal(third.verifier_duties(), lease, audit, third.worker_id)
    await subject.prove()
    with pytest.raises(NotTheSealedVote):
        await copier.chain.reveal([Reveal(subject.lease_id, seat, vote.nonce, vote.vote)])
    await subject.reveal(absent=[copier.worker_id])
    await subject.count()
    assert await subject.close() is Verdict.ACCEPTED, "the other two are a majority"
    await subject.accept()
    assert (await field.books()).since(before).stakes == {copier.worker_id: -stakes.bond_fri()}
    await check_money(before, subject, stakes, is_paid=True)


async def test_a_false_slash_is_reversed_by_an_appeal_and_costs_its_authors_their_bonds(
    field: Arena,
) -> None:
    subject, stakes = await begun(field, 4)
    record = (await field.artist.record(subject.worker.worker_id, FAMILY)).audited
    one, two, _ = [verifier.worker_id for verifier in await subject.verifiers()]
    before = await field.books()
    lies = await liar(field)
    assert (await subject.play_round({one: lies, two: lies})).verdict is Verdict.REJECTED
    await subject.prove()
    await subject.draw()
    assert (await subject.play_round()).verdict is Verdict.ACCEPTED
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    change = (await field.books()).since(before)
    assert change.stakes == {one: -stakes.bond_fri(), two: -stakes.bond_fri()}
    worker_id = subject.worker.worker_id
    assert change.owed[worker_id] == stakes.pay_fri, "nobody judges its own lease"
    purse_fri = 2 * stakes.bond_fri() - 7 * stakes.fees_fri[1]  # their bonds pay the round
    assert change.operators == {worker_id: stakes.appeal_fri(1) + purse_fri // 10 // 2}
    assert (await field.artist.record(worker_id, FAMILY)).audited == record + 1
    known = {"wrong": {0: [one, two]}, "bonds": {1: Bond(worker_id, Verdict.REJECTED)}}
    await check_money(before, subject, stakes, is_paid=True, **known)


async def test_who_does_not_reveal_loses_what_the_wrong_lose(field: Arena) -> None:
    subject, stakes = await begun(field, 5)
    silent = (await subject.verifiers())[0].worker_id
    before = await field.books()
    await subject.commit()
    await subject.prove()
    await subject.reveal(absent=[silent])
    await subject.count()
    assert await subject.close() is Verdict.ACCEPTED, "the other two are a majority"
    await subject.accept()
    assert (await field.books()).since(before).stakes == {silent: -stakes.bond_fri()}
    await check_money(before, subject, stakes, is_paid=True)


async def test_who_blocks_a_quorum_by_silence_is_replaced_and_pays(field: Arena) -> None:
    subject, stakes = await begun(field, 6)
    silent = (await subject.verifiers())[1].worker_id
    before = await field.books()
    await subject.commit(absent=[silent])
    await subject.advance(late=True)
    assert (await subject.audit()).phase is AuditPhase.DRAW
    await subject.draw()
    audit = await subject.audit()
    assert (audit.batches, len(audit.seats)) == (1, 7), "what it lost pays four votes"
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    change = (await field.books()).since(before)
    assert change.stakes == {silent: -stakes.bond_fri()}
    assert change.owed[subject.worker.worker_id] == stakes.pay_fri
    await check_money(before, subject, stakes, is_paid=True)


@pytest.mark.parametrize("limit", ["package", "fee"])
async def test_nobody_is_drawn_for_more_than_it_offers(field: Arena, limit: str) -> None:
    changes = {"largest_package_bytes": 1} if limit == "package" else {"audit_fee_fri": 10**20}
    # More than half of the units stay willing: with fewer no draw stands.
    unwilling, worker, before = field.workers[:3], field.workers[-1], await field.books()
    lease_id = await worker.claim(await field.job())
    for one in unwilling:
        await one.registry.set_offer(one.worker_id, replace(OFFER, **changes))
    field.blocks(2 * RULES.epoch_blocks)
    await worker.render(lease_id)
    subject = LeaseAudit(field, lease_id)
    stakes = await stakes_of(field, subject.lease_id)
    willing = {one.worker_id for one in field.workers[3:-1]}  # the last is the worker itself
    assert await subject.draw() is DrawOutcome.IN_AUDIT
    assert {one.worker_id for one in await subject.verifiers()} <= willing
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    for one in unwilling:
        await one.registry.set_offer(one.worker_id, OFFER)
    field.blocks(2 * RULES.epoch_blocks)
    await check_money(before, subject, stakes, is_paid=True)


@pytest.mark.long
async def test_the_last_appeal_goes_to_fifteen(field: Arena) -> None:
    subject, stakes = await begun(field, 0)
    lies = await liar(field)
    one, two, _ = [verifier.worker_id for verifier in await subject.verifiers()]
    before = await field.books()
    assert (await subject.play_round({one: lies, two: lies})).verdict is Verdict.REJECTED
    await subject.prove()
    await subject.draw()
    four = await majority(subject)
    assert (await subject.play_round(dict.fromkeys(four, lies))).verdict is Verdict.REJECTED
    await subject.prove()
    await subject.draw()
    assert len((await subject.audit()).seats) == 15
    last = await subject.play_round()
    assert (last.phase, last.verdict) == (AuditPhase.OVER, Verdict.ACCEPTED)
    await subject.accept()
    bond = Bond(subject.worker.worker_id, Verdict.REJECTED)
    known = {"wrong": {0: [one, two], 1: four}, "bonds": {1: bond, 2: bond}}
    await check_money(before, subject, stakes, is_paid=True, **known)


async def test_votes_are_bound_to_who_has_the_seat(field: Arena) -> None:
    subject, stakes = await begun(field, 7)
    before = await field.books()
    verifiers = await field.artist.verifiers(subject.lease_id)
    outsider = next(one for one in field.workers if one.worker_id not in [m.worker_id for m in verifiers])
    with pytest.raises(NotThatVerifier):
        await outsider.chain.commit([(subject.lease_id, 0, 1)])
    assert subject.worker.worker_id not in [one.worker_id for one in verifiers]
    assert {one.vote for one in verifiers} == {Vote.DRAWN}
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, is_paid=True)
