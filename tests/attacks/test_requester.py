"""R: requesters who want frames, verifiers or workers for nothing."""

from __future__ import annotations

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.prover import ProverDuties
from renderchain.app.audit.showing import Showing, ShowLimits
from renderchain.core.audit.draw import DRAW_AGE
from renderchain.core.audit.errors import DrawIsAhead
from renderchain.core.audit.state import AuditPhase, DrawOutcome, Verdict
from renderchain.core.contract_errors import WorkerDoesNotOffer
from renderchain.core.ids import NO_WORKER
from renderchain.core.job import Place
from renderchain.core.lifecycle import LeaseState

from tests.attacks.arena import RULES, SILENT, Arena, Worker
from tests.attacks.deliveries import challenged, delivery_audit
from tests.attacks.lease_audit import LeaseAudit, stakes_of
from tests.attacks.money import Bond, check_money


async def test_a_false_challenge_of_a_delivery_loses_its_bond_to_nobody(field: Arena) -> None:
    worker = field.workers[0]
    subject = await delivery_audit(field, worker)
    stakes = await stakes_of(field, subject.lease_id)
    before = await field.books()
    assert await challenged(field, subject) is Verdict.ACCEPTED
    await subject.accept()
    change = (await field.books()).since(before)
    assert change.owed[worker.worker_id] == stakes.pay_fri, "a doubt that pays the worker would be asked for"
    assert change.burned_fri == stakes.challenge_fri - 3 * stakes.fees_fri[0]
    await check_money(before, subject, stakes, bonds={0: Bond(NO_WORKER)}, is_paid=True)


async def test_an_artist_does_not_win_a_lease_because_its_worker_is_away(field: Arena) -> None:
    worker = field.workers[6]
    subject = LeaseAudit(field, await field.submitted(worker))
    stakes = await stakes_of(field, subject.lease_id)
    before = await field.books()
    # It has the worker's evidence, and neither its stake nor its account.
    showing = Showing(field.outsider, SILENT, ShowLimits(0, 0))
    parts = (field.outsider, worker.proof_store, SILENT, hash_many, showing)
    watcher = ProverDuties(*parts, appeals=False)
    await subject.draw()
    await subject.commit()
    await watcher.act(await subject.lease(), await subject.audit())
    assert (await subject.audit()).phase is AuditPhase.REVEAL
    await subject.reveal()
    await subject.count()
    assert await subject.close() is Verdict.ACCEPTED
    await check_money(before, subject, stakes)
    before = await field.books()
    await field.artist.challenge_delivery(subject.lease_id)
    await watcher.act(await subject.lease(), await subject.audit())
    await subject.draw()
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()
    await check_money(before, subject, stakes, bonds={0: Bond(NO_WORKER)}, is_paid=True)


async def test_a_false_challenge_of_pixels_loses_its_bond_to_nobody(field: Arena, veteran: Worker) -> None:
    for _ in range(20):
        subject = LeaseAudit(field, await field.submitted(veteran, audit_floor_exp=1))
        if await subject.draw() is DrawOutcome.PASSED:
            break
        await subject.play_round()
        await subject.close()
        await subject.accept()
    stakes = await stakes_of(field, subject.lease_id, named=8)
    before = await field.books()
    await field.artist.challenge_pixels(subject.lease_id, list(range(8)))
    await subject.draw()
    assert len(await subject.leaves()) == 9
    assert (await subject.play_round()).verdict is Verdict.ACCEPTED
    assert await subject.close() is Verdict.ACCEPTED
    change = (await field.books()).since(before)
    # The named leaves raise fees and bond alike, so what is burned is 3/10 of the pay.
    assert change.burned_fri == -(-stakes.pay_fri * 3 // 10)
    await subject.accept()
    await check_money(before, subject, stakes, bonds={0: Bond(NO_WORKER)}, is_paid=True)


async def test_who_cancels_or_stays_silent_does_not_get_frames_for_nothing(field: Arena) -> None:
    worker = field.workers[1]
    job_id = await field.job(frames=4)
    lease_id = await worker.claim(job_id)
    await worker.render(lease_id)
    subject = LeaseAudit(field, lease_id)
    await field.artist.cancel(job_id)
    assert (await field.artist.job(job_id)).refunded == 2, "the frames that nobody holds"
    before, stakes = await field.books(), await stakes_of(field, lease_id)
    await subject.draw()
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    field.late(RULES.window_s)
    assert await field.outsider.accept_late(job_id, [lease_id]) == []
    await check_money(before, subject, stakes, is_paid=True)


async def test_a_scheduler_can_not_give_what_a_worker_does_not_offer(field: Arena) -> None:
    scheduler, rival = field.outsider, field.workers[5]
    named = {"scheduler": scheduler.address, "scheduler_grace_s": 100}
    job_id = await field.job(**named)
    before = await field.books()
    with pytest.raises(WorkerDoesNotOffer):
        await scheduler.assign(job_id, [Place(rival.worker_id, 5)])
    assert (await field.books()).since(before).locked == {}


async def test_accepting_does_not_cheat_the_draw_or_the_verifiers(field: Arena) -> None:
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(field.workers[6]))
    stakes = await stakes_of(field, subject.lease_id)
    job_id = (await subject.lease()).job_id
    with pytest.raises(DrawIsAhead):
        await field.artist.accept(job_id, [subject.lease_id])
    field.blocks(DRAW_AGE)
    stakes = await stakes_of(field, subject.lease_id)
    assert await field.artist.accept(job_id, [subject.lease_id]) == []
    before = await field.books()
    await subject.draw()
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    assert (await field.artist.lease(subject.lease_id)).state is LeaseState.ACCEPTED
    change = (await field.books()).since(before)
    del change.owed[NO_WORKER]  # the job is over: its pool went back
    assert sum(change.owed.values()) == 3 * stakes.fees_fri[0], "one of them may have two votes"


async def test_ranges_that_reopen_again_and_again_cost_the_same_each_time(
    field: Arena, is_long: bool
) -> None:
    worker, frames = field.workers[7], 150 if is_long else 9
    job_id, before = await field.job(frames=frames, lease=1), await field.books()
    first = await worker.claim(job_id)
    gas = []
    for _ in range(frames):
        held = [await worker.claim(job_id), await worker.claim(job_id)]
        for one in held:
            await worker.chain.give_back(one, "away")
        gas.append(await last_gas(field))
    await worker.chain.give_back(first, "away")
    assert max(gas[-3:]) <= 1.05 * max(gas[:3]), "a stack of ranges, not a list"
    change = (await field.books()).since(before)
    assert (change.stakes, change.locked, change.burned_fri) == ({}, {}, 0)


async def last_gas(field: Arena) -> int:
    """L2 gas of the newest block's transactions."""
    block = await field.artist._account.client.get_block_with_receipts(block_number="latest")
    return sum(int(one.receipt.execution_resources.l2_gas) for one in block.transactions)
