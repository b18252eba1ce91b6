"""W6, after all others: a clean record, and then one big theft. Its worker's record is gone afterwards."""

from __future__ import annotations

from renderchain.core.audit.state import DrawOutcome, Verdict

from devkit.cheats.renderer import CheatingRenderer
from devkit.renderings import HONEST
from tests.attacks.arena import FAMILY, Arena, Worker
from tests.attacks.lease_audit import LeaseAudit, stakes_of
from tests.attacks.money import check_money


async def test_a_long_con_locks_what_the_low_rate_may_steal_and_a_loss_ends_it(
    field: Arena, veteran: Worker
) -> None:
    leases = [await veteran.claim(await field.job(audit_floor_exp=1)) for _ in range(6)]
    stakes = await stakes_of(field, leases[0])
    assert {(await field.artist.lease(one)).audit_exp for one in leases} == {1}
    assert stakes.lock_fri == 2 * stakes.pay_fri
    garbage = CheatingRenderer(await field.renderings.of(HONEST), "garbage")
    caught = 0
    for lease_id in leases:
        await veteran.render(lease_id, garbage)
        subject = LeaseAudit(field, lease_id)
        before = await field.books()
        if await subject.draw() is DrawOutcome.IN_AUDIT:
            await subject.play_round()
            assert await subject.close() is Verdict.REJECTED
            await check_money(before, subject, stakes)
            assert (await field.artist.record(veteran.worker_id, FAMILY)).audited == 0
            caught += 1
        else:
            await subject.accept()
        # The rate was frozen at the claim: the loss of one lease changes no other.
        assert {(await field.artist.lease(one)).audit_exp for one in leases} == {1}
    later = await veteran.claim(await field.job(audit_floor_exp=1))
    assert (await field.artist.lease(later)).audit_exp == (0 if caught else 1)
    await veteran.chain.give_back(later, "away")
