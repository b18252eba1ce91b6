"""G: workers that claim what they do not finish: to hold it up, to close it, to choose the cheap frames."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.core.audit.state import Verdict
from renderchain.core.contract_errors import WrongSignature
from renderchain.core.job import LeaseResult
from renderchain.core.lifecycle import JobState, LeaseState

from tests.attacks.arena import REWARD_FRI, TIMEOUT_S, Arena
from tests.attacks.lease_audit import LeaseAudit

RESULT = LeaseResult(123, 4, 5, 6)


async def accepted(field: Arena, subject: LeaseAudit) -> None:
    """Audit an honest lease and have it paid."""
    await subject.draw()
    await subject.play_round()
    assert await subject.close() is Verdict.ACCEPTED
    await subject.accept()


async def test_nobody_closes_a_range_by_giving_it_back_or_letting_it_expire(field: Arena) -> None:
    rival, honest = field.workers[:2]
    before, job_id = await field.books(), await field.job()
    for turn in range(4):
        lease_id = await rival.claim(job_id)
        if turn == 3:
            field.late(TIMEOUT_S + 1)
            assert await field.outsider.expire(job_id, [lease_id]) == []
        else:
            await rival.chain.give_back(lease_id, "can't render")
    late_fri = 2 * REWARD_FRI * 5 // 100
    change = (await field.books()).since(before)
    assert (change.stakes, change.burned_fri) == ({rival.worker_id: -late_fri}, late_fri)
    lease_id = await honest.claim(job_id)
    assert (await field.artist.lease(lease_id)).attempt == 4
    await honest.render(lease_id)
    await accepted(field, LeaseAudit(field, lease_id))
    assert (await field.artist.job(job_id)).state is JobState.COMPLETED


async def test_to_say_that_a_scene_can_not_be_rendered_pays_nobody(field: Arena) -> None:
    worker, before = field.workers[2], await field.books()
    await worker.chain.give_back(await worker.claim(await field.job()), "can't render")
    change = (await field.books()).since(before)
    assert (change.stakes, change.locked, change.burned_fri) == ({}, {}, 0)
    late = await worker.claim(await field.job())
    field.late(TIMEOUT_S // 10 + 1)
    await worker.chain.give_back(late, "can't render")
    burned_fri = 2 * REWARD_FRI * 2 // 100
    change = (await field.books()).since(before)
    assert (change.stakes, change.burned_fri) == ({worker.worker_id: -burned_fri}, burned_fri)
    assert (change.locked, change.owed) == ({}, {})


async def test_who_keeps_the_cheap_frames_pays_for_having_held_the_others(field: Arena) -> None:
    chooser, other = field.workers[3:5]
    before, job_id = await field.books(), await field.job()
    first = await chooser.claim(job_id)
    info = await field.artist.lease(first)
    field.late(TIMEOUT_S // 10 + 1)
    await chooser.render(first, frames=1)
    kept = await field.artist.lease(first)
    assert (kept.state, kept.first, kept.count) == (LeaseState.SUBMITTED, info.first, 1)
    burned_fri = REWARD_FRI * 2 // 100
    change = (await field.books()).since(before)
    assert (change.stakes, change.burned_fri) == ({chooser.worker_id: -burned_fri}, burned_fri)
    rest = await other.claim(job_id)
    assert ((await field.artist.lease(rest)).first, (await field.artist.lease(rest)).count) == (1, 1)
    await other.render(rest)
    for lease_id in (first, rest):
        await accepted(field, LeaseAudit(field, lease_id))
    change = (await field.books()).since(before)
    assert change.owed[chooser.worker_id] >= REWARD_FRI <= change.owed[other.worker_id]
    assert (await field.artist.job(job_id)).state is JobState.COMPLETED


async def test_a_signature_for_other_tasks_is_refused_when_a_reorganisation_gives_its_number_to_them(
    field: Arena,
) -> None:
    worker = field.workers[5]
    job_id, other = await field.job(), await field.job()
    before = await field.artist.block_number()
    lease_id = await worker.claim(job_id)
    signature = worker.chain.sign_result(await field.artist.lease(lease_id), RESULT)
    field.drop_blocks(before + 1)
    assert await worker.claim(other) == lease_id, "the same number, for tasks of another job"
    with pytest.raises(WrongSignature):
        await field.outsider.submit_signed([(lease_id, 2, RESULT, signature)])
    part = replace(await field.artist.lease(lease_id), count=1)
    signature = worker.chain.sign_result(part, RESULT)
    with pytest.raises(WrongSignature):
        await field.outsider.submit_signed([(lease_id, 2, RESULT, signature)])
    await worker.chain.give_back(lease_id, "away")
