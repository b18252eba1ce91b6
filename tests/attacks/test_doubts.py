"""D: scenes that nobody can have or finish, and doubts of what verifiers did not look at."""

from __future__ import annotations

from functools import partial

from renderchain.app.audit.workload import last_call_s
from renderchain.core.audit.state import AuditPhase, Verdict, Vote
from renderchain.core.ids import NO_WORKER
from renderchain.core.lifecycle import LeaseState
from renderchain.core.print_limits import MOST
from renderchain.core.prints import all_agree

from devkit.audited_lease import look_and_seal
from devkit.cheats.renderer import CheatingRenderer
from devkit.renderings import HONEST
from tests.attacks.arena import PHASE_S, Arena
from tests.attacks.lease_audit import LeaseAudit, stakes_of
from tests.attacks.money import Bond, check_money

WITHHELD = 30  # frames of a package that is nobody else's


async def test_a_withheld_scene_costs_verifiers_nothing_and_brings_nothing(
    field: Arena,
) -> None:
    """A requester and its own worker: who votes can't look, and says so; the lock burns."""
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(field.workers[0], frames=WITHHELD, lease=1))
    stakes = await stakes_of(field, subject.lease_id)
    field.forget((await field.package(WITHHELD)).cid)
    await subject.draw()
    while (audit := await subject.audit()).phase in (AuditPhase.COMMIT, AuditPhase.DRAW):
        if audit.phase is AuditPhase.DRAW:
            await subject.draw()
            audit = await subject.audit()
        now = partial(last_call_s, audit, PHASE_S - 1)
        for verifier in await subject.verifiers():
            duties = verifier.verifier_duties(now=now)
            await look_and_seal(duties, await subject.lease(), audit, verifier.worker_id)
    assert audit.verdict is Verdict.REJECTED
    assert await subject.close() is Verdict.REJECTED
    change = (await field.books()).since(before)
    assert change.stakes == {subject.worker.worker_id: -stakes.lock_fri}
    assert (change.owed, change.burned_fri) == ({}, stakes.lock_fri)
    await check_money(before, subject, stakes)


async def test_a_scene_that_takes_too_long_is_shared_and_the_rest_of_pay_and_reserve_burns(
    field: Arena,
) -> None:
    """A requester who declares too few seconds."""
    before = await field.books()
    subject = LeaseAudit(field, await field.submitted(field.workers[1]))
    stakes = await stakes_of(field, subject.lease_id)
    await subject.draw()
    await subject.all_say(Vote.OVER_TIME)
    assert (await subject.audit()).verdict is Verdict.UNDECIDED
    change = (await field.books()).since(before)
    assert (change.stakes, change.locked) == ({}, {})
    assert change.owed[subject.worker.worker_id] == stakes.pay_fri // 2
    assert change.burned_fri == stakes.pay_fri // 2 + 3 * stakes.fees_fri[0]
    await check_money(before, subject, stakes)


async def test_a_doubt_of_other_leaves_convicts_the_worker_and_not_who_saw_good_ones(field: Arena) -> None:
    """Half of the tiles are false, and the one that was drawn is not; the artist saw another."""
    honest = await field.renderings.of(HONEST)
    for seed in range(20, 40):
        before = await field.books()
        cheat = CheatingRenderer(honest, "garbage", 0.5, seed)
        subject = LeaseAudit(field, await field.submitted(field.workers[2], cheat))
        stakes = await stakes_of(field, subject.lease_id)
        await subject.draw()
        if (await subject.play_round()).verdict is Verdict.ACCEPTED:
            break
        await subject.close()
    tiles = field.renderings.tiles
    leaves = list(range(2 * tiles))
    shown = subject.worker.proof_store.newest(subject.lease_id).prints(leaves)
    true = [honest.prints(1 + leaf // tiles)[leaf % tiles] for leaf in leaves]
    false = [leaf for leaf in leaves if not all_agree([shown[leaf]], [true[leaf]], MOST)]
    await field.artist.appeal(subject.lease_id, false[:1])
    await subject.draw()
    assert false[0] in await subject.leaves()
    assert (await subject.play_round()).verdict is Verdict.REJECTED
    assert await subject.close() is Verdict.REJECTED
    assert (await subject.lease()).state is LeaseState.REJECTED
    change = (await field.books()).since(before)
    assert change.stakes == {subject.worker.worker_id: -stakes.lock_fri}, "three saw a leaf that was good"
    await check_money(before, subject, stakes, bonds={1: Bond(NO_WORKER)})
