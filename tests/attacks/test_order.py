"""O: who decides when something is called, and chains that take back what they said."""

from __future__ import annotations

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.case import CasePhase, Trial, Verdict
from renderchain.core.court_errors import DrawIsAhead, LeafNotUnderRoot, OpenedForAnotherDraw
from renderchain.core.draw import DRAW_AFTER, seed_of
from renderchain.core.lifecycle import LeaseState

from tests.attacks.arena import DRAW_AGE, Arena
from tests.attacks.trial import Court


async def finish(court: Court) -> None:
    """The rest of an honest case."""
    await court.hear()
    assert await court.close() is Verdict.ACCEPTED
    await court.accept()


async def test_one_block_decides_whoever_calls_and_whenever(field: Arena) -> None:
    court = Court(field, await field.submitted(field.workers[0]))
    lease = await court.lease()
    with pytest.raises(DrawIsAhead):
        await field.stranger.court.draw(lease.job_id, [court.lease_id])
    field.blocks(DRAW_AGE + 17)
    await field.stranger.court.draw(lease.job_id, [court.lease_id])
    client = field.artist._account.client
    block = await client.get_block_with_tx_hashes(block_number=lease.since_block + DRAW_AFTER)
    seed = seed_of(hash_many, block.block_hash, field.deployed.board, court.lease_id, 0, 0)
    assert await field.artist.court.seed(court.lease_id, 0) == seed
    await finish(court)


async def test_a_draw_that_was_held_back_for_days_is_made_all_the_same(field: Arena) -> None:
    court = Court(field, await field.submitted(field.workers[1]))
    field.late(3 * 86400)
    assert await court.draw() is Trial.IN_COURT
    await finish(court)


async def test_another_workers_root_can_not_be_opened(field: Arena) -> None:
    honest = Court(field, await field.submitted(field.workers[2]))
    thief = field.workers[3]
    stolen = await thief.claim(await field.job())
    result = field.workers[2].evidence.result(honest.lease_id)
    await thief.chain.submit(stolen, result)
    court = Court(field, stolen)
    for one in (honest, court):
        await one.draw()
        await one.commit()
    openings, siblings, _ = await honest.opening(await field.artist.court.leaves(stolen))
    seed = await field.artist.court.seed(stolen, 0)
    with pytest.raises(LeafNotUnderRoot):
        await thief.chain.court.open(stolen, seed, result, openings, siblings)
    await court.advance(late=True)
    assert (await court.lease()).state is LeaseState.REJECTED
    await honest.defend()
    await honest.reveal()
    await honest.advance()
    assert await honest.close() is Verdict.ACCEPTED
    await honest.accept()


async def test_a_good_leaf_opens_no_other_position_and_no_other_draw(field: Arena) -> None:
    court = Court(field, await field.submitted(field.workers[4]))
    await court.draw()
    await court.commit()
    (drawn,) = await field.artist.court.leaves(court.lease_id)
    worker, result = court.worker, court.worker.evidence.result(court.lease_id)
    openings, siblings, seed = await court.opening([(drawn + 1) % 16])
    with pytest.raises(LeafNotUnderRoot):
        await worker.chain.court.open(court.lease_id, seed, result, openings, siblings)
    openings, siblings, seed = await court.opening()
    with pytest.raises(OpenedForAnotherDraw):
        await worker.chain.court.open(court.lease_id, seed + 1, result, openings, siblings)
    await court.defend()
    assert (await court.case()).phase is CasePhase.REVEAL
    await court.reveal()
    await court.advance()
    assert await court.close() is Verdict.ACCEPTED
    await court.accept()


@pytest.mark.parametrize("state", ["drawn", "sealed", "opened", "revealed"])
async def test_a_reorganisation_makes_another_draw_and_harms_nobody(field: Arena, state: str) -> None:
    """The submission comes again, so another block decides; what was shown before is worth nothing."""
    worker = field.workers[5]
    court = Court(field, await field.submitted(worker))
    since = (await court.lease()).since_block
    before = await field.books()
    await court.draw()
    first_seed = await field.artist.court.seed(court.lease_id, 0)
    if state != "drawn":
        await court.commit()
    old = await court.opening()
    if state in ("opened", "revealed"):
        await court.defend()
    if state == "revealed":
        await court.reveal()
    field.drop_blocks(since)
    assert (await court.lease()).state is LeaseState.CLAIMED
    await field.job()  # something else comes first
    result = worker.evidence.result(court.lease_id)
    await worker.chain.submit(court.lease_id, result)
    assert await court.draw() is Trial.IN_COURT
    assert await field.artist.court.seed(court.lease_id, 0) != first_seed
    await court.commit()
    with pytest.raises(OpenedForAnotherDraw):
        await worker.chain.court.open(court.lease_id, first_seed, result, *old[:2])
    await court.defend()
    await court.reveal()
    assert (await court.case()).shown == 0, "nobody voted by what it had seen before"
    await court.advance()
    assert await court.close() is Verdict.ACCEPTED
    await court.accept()
    assert (await field.books()).since(before).stakes == {}
