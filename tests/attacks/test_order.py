"""O: who decides when something is called, and chains that take back what they said."""

from __future__ import annotations

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import DRAW_AFTER, DRAW_AGE, seed_of
from renderchain.core.audit.errors import DrawIsAhead, LeafNotUnderRoot, OpenedForAnotherDraw
from renderchain.core.audit.state import AuditPhase, DrawOutcome, Verdict
from renderchain.core.lifecycle import LeaseState

from tests.attacks.arena import Arena, Books
from tests.attacks.lease_audit import LeaseAudit, Stakes, stakes_of
from tests.attacks.money import check_money


async def finish(subject: LeaseAudit, before: Books, stakes: Stakes) -> None:
    """The rest of an honest audit."""
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, is_paid=True)


async def test_one_block_decides_whoever_calls_and_whenever(field: Arena) -> None:
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(field.workers[0]))
    stakes = await stakes_of(field, subject.lease_id)
    lease = await subject.lease()
    with pytest.raises(DrawIsAhead):
        await field.outsider.draw(lease.job_id, [subject.lease_id])
    field.blocks(DRAW_AGE + 17)
    await field.outsider.draw(lease.job_id, [subject.lease_id])
    client = field.artist._account.client
    block = await client.get_block_with_tx_hashes(block_number=lease.since_block + DRAW_AFTER)
    seed = seed_of(hash_many, block.block_hash, field.deployed.board, subject.lease_id, 0, 0)
    assert await field.artist.seed(subject.lease_id, 0) == seed
    await finish(subject, before, stakes)


async def test_a_draw_that_was_held_back_for_days_is_made_all_the_same(field: Arena) -> None:
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(field.workers[1]))
    stakes = await stakes_of(field, subject.lease_id)
    field.late(3 * 86400)
    assert await subject.draw() is DrawOutcome.IN_AUDIT
    await finish(subject, before, stakes)


async def test_another_workers_root_can_not_be_opened(field: Arena) -> None:
    honest = LeaseAudit(field, await field.submitted(field.workers[2]))
    thief = field.workers[3]
    stolen = await thief.claim(await field.job())
    result = field.workers[2].proof_store.newest(honest.lease_id).result
    await thief.chain.submit(stolen, 2, result)
    subject = LeaseAudit(field, stolen)
    before, stakes = await field.books(), await stakes_of(field, stolen)
    for one in (honest, subject):
        await one.draw()
        await one.commit()
    leaves = await subject.leaves()
    openings, siblings, _ = await honest.opening(leaves)
    prints = await honest.prints(leaves)
    seed = await field.artist.seed(stolen, 0)
    with pytest.raises(LeafNotUnderRoot):
        await thief.chain.open_leaves(stolen, seed, result, openings, siblings, prints)
    await subject.advance(late=True)
    assert (await subject.lease()).state is LeaseState.REJECTED
    await check_money(before, subject, stakes)
    before, stakes = await field.books(), await stakes_of(field, honest.lease_id)
    await honest.prove()
    await honest.reveal()
    await honest.count()
    assert await honest.close() is Verdict.ACCEPTED
    await honest.accept()
    await check_money(before, honest, stakes, is_paid=True)


async def test_a_good_leaf_opens_no_other_position_and_no_other_draw(field: Arena) -> None:
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(field.workers[4]))
    stakes = await stakes_of(field, subject.lease_id)
    await subject.draw()
    await subject.commit()
    (drawn,) = await subject.leaves()
    worker, result = subject.worker, subject.worker.proof_store.newest(subject.lease_id).result
    openings, siblings, seed = await subject.opening([(drawn + 1) % 16])
    prints = await subject.prints([drawn])
    with pytest.raises(LeafNotUnderRoot):
        await worker.chain.open_leaves(subject.lease_id, seed, result, openings, siblings, prints)
    openings, siblings, seed = await subject.opening()
    with pytest.raises(OpenedForAnotherDraw):
        await worker.chain.open_leaves(subject.lease_id, seed + 1, result, openings, siblings, prints)
    await subject.prove()
    assert (await subject.audit()).phase is AuditPhase.REVEAL
    await subject.reveal()
    await subject.count()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, is_paid=True)


@pytest.mark.parametrize("state", ["drawn", "sealed", "opened", "revealed"])
async def test_a_reorganisation_makes_another_draw_and_harms_nobody(field: Arena, state: str) -> None:
    """The submission comes again, so another block decides; what was shown before is worth nothing."""
    worker = field.workers[5]
    subject = LeaseAudit(field, await field.submitted(worker))
    since = (await subject.lease()).since_block
    before, stakes = await field.books(), await stakes_of(field, subject.lease_id)
    await subject.draw()
    first_seed = await field.artist.seed(subject.lease_id, 0)
    if state != "drawn":
        await subject.commit()
    old, old_prints = await subject.opening(), await subject.prints(await subject.leaves())
    if state in ("opened", "revealed"):
        await subject.prove()
    if state == "revealed":
        await subject.reveal()
    field.drop_blocks(since)
    assert (await subject.lease()).state is LeaseState.CLAIMED
    await field.job()  # something else comes first
    result = worker.proof_store.newest(subject.lease_id).result
    await worker.chain.submit(subject.lease_id, 2, result)
    assert await subject.draw() is DrawOutcome.IN_AUDIT
    assert await field.artist.seed(subject.lease_id, 0) != first_seed
    await subject.commit()
    with pytest.raises(OpenedForAnotherDraw):
        await worker.chain.open_leaves(subject.lease_id, first_seed, result, *old[:2], old_prints)
    await subject.prove()
    await subject.reveal()
    assert not (await subject.audit()).prints, "nobody voted by what it had seen before"
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, is_paid=True)
