"""Seats and families count once they are old enough, and judged leases earn so much at once at most."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.audit.errors import FamilyAtCap, LeaseMustBeJudged
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.job import LeaseResult, Place, StandingOffer
from renderchain.core.lifecycle import LeaseState
from renderchain.core.money import FRI_PER_STRK

from devkit.audited_lease import AUDIT_TERMS, RULES, WILLING, AuditBench
from devkit.made_up_job import FAMILY, TERMS
from devkit.made_up_pixels import Rendering
from devkit.parties import Network, Networks
from tests.board.opener import Opener

AGED = replace(RULES, seat_age_epochs=3, family_age_epochs=5)
JUDGED = replace(AUDIT_TERMS, takes_unjudged=False)
RARE = 0x1234  # a family of which there is nothing yet
PAY_FRI = AUDIT_TERMS.tasks * AUDIT_TERMS.reward_fri
# Four verifiers have two units each, of which a quarter may be open.
CAP_FRI = 8 * RULES.seat_unit_fri // 4
RESULT = LeaseResult(123, 4, 5, 6)


async def pass_epochs(net: Network, epoch: int) -> None:
    """Go some blocks into an epoch."""
    net.pass_time(1, epoch * RULES.epoch_blocks + 2 - await net.artist.block_number())


async def open_fri(net: Network) -> int:
    return (await net.artist.family(FAMILY)).open_pay_fri


def test_a_family_has_verifiers_once_it_is_old_enough(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(3, 8), rules=AGED)
        net = bench.net
        young = await net.artist.family(FAMILY)
        assert young.units == 10 and young.from_epoch > young.epoch and not young.is_old_enough
        job_id = await net.artist.create_job(JUDGED)
        await pass_epochs(net, young.from_epoch - 1)
        assert not await net.artist.has_verifiers(JUDGED)
        with pytest.raises(LeaseMustBeJudged):
            await net.worker.claim_lease(job_id, 0)
        await pass_epochs(net, young.from_epoch)
        old = await net.artist.family(FAMILY)
        assert old.is_old_enough and old.mature_units == 10
        assert await net.artist.has_verifiers(JUDGED)
        await net.worker.claim_lease(job_id, 0)
        assert (await net.artist.family(RARE)).from_epoch == 0

    networks.run(story)


def test_one_seat_held_for_an_epoch_does_not_start_a_familys_age(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(4, 8), rules=AGED)
        net, (number, owner) = bench.net, next(iter(bench.owners.items()))
        epoch = (await net.artist.family(FAMILY)).epoch
        await owner.add_stake(number, 5 * FRI_PER_STRK)
        await owner.stake_seats(number, 5 * FRI_PER_STRK)
        for units in (1, 0, 3):
            await pass_epochs(net, epoch := epoch + 1)
            await owner.set_seats(number, RARE, units)
            assert (await net.artist.family(RARE)).from_epoch == 0
        for units in (4, 3, 5):
            await pass_epochs(net, epoch := epoch + 2)
            await owner.set_seats(number, RARE, units)
            # From the next epoch on it has so many, and a draw is over the one before.
            since = epoch + 1 + AGED.family_age_epochs + 1
            assert (await net.artist.family(RARE)).from_epoch == (since if units > 3 else 0)

    networks.run(story)


def test_stake_bought_today_neither_lifts_the_cap_nor_is_drawn(networks: Opener) -> None:
    """An attacker with ten times the others' stake waits as long as they did."""

    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(4, 8), rules=AGED)
        net = bench.net
        await pass_epochs(net, (await net.artist.family(FAMILY)).from_epoch)
        before = await net.artist.family(FAMILY)
        assert before.most_pay_fri == CAP_FRI
        chain, owner = await net.person(3)
        units = 80
        stake_fri = units * RULES.seat_unit_fri
        rich = await owner.register(chain.address, chain.address, [FAMILY], stake_fri)
        await owner.stake_seats(rich, stake_fri)
        await owner.set_seats(rich, FAMILY, units)
        await owner.set_offer(rich, WILLING)
        bench.verifiers[rich], bench.owners[rich] = chain, owner
        after = await net.artist.family(FAMILY)
        assert (after.units, after.mature_units, after.most_pay_fri) == (88, 8, CAP_FRI)
        dear = replace(JUDGED, reward_fri=CAP_FRI, audit_pool_fri=4 * JUDGED.audit_pool_fri)
        with pytest.raises(FamilyAtCap, match="wait until others end"):
            await bench.lease(terms=dear)
        await pass_epochs(net, after.epoch + AGED.seat_age_epochs)
        lease = await bench.lease(slot=1, terms=JUDGED)
        await lease.submit()
        assert rich not in [one.worker_id for one in await lease.verifiers()]
        await lease.vote(*[Rendering.SAME] * 3)
        await pass_epochs(net, after.epoch + 2 * AGED.seat_age_epochs + 1)
        assert (await net.artist.family(FAMILY)).mature_units == 88

    networks.run(story)


def test_a_claim_beyond_the_cap_waits_until_others_end(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        await net.owner.add_stake(net.worker_id, 20 * FRI_PER_STRK)
        dear = replace(JUDGED, reward_fri=3 * CAP_FRI // 8)
        first = await bench.lease(terms=dear)
        stands = await net.artist.family(FAMILY)
        assert (stands.open_pay_fri, stands.room_fri) == (3 * CAP_FRI // 4, CAP_FRI // 4)
        job_id = await net.artist.create_job(dear)
        with pytest.raises(FamilyAtCap):
            await net.worker.claim_lease(job_id, 1)
        burned_fri = await net.artist.burned_fri()
        await net.worker.give_back(first.lease_id, "heat")
        assert await open_fri(net) == 0
        lost_fri = await net.artist.burned_fri() - burned_fri
        assert lost_fri == 3 * CAP_FRI // 4 // 50, "there was no room for as much again"
        await net.worker.claim_lease(job_id, 1)
        assert await open_fri(net) == 3 * CAP_FRI // 4

    networks.run(story)


def test_giving_back_early_is_free_while_half_of_the_cap_is(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        await net.owner.add_stake(net.worker_id, 20 * FRI_PER_STRK)
        lease = await bench.lease(terms=replace(JUDGED, reward_fri=CAP_FRI // 4))
        burned_fri = await net.artist.burned_fri()
        assert await open_fri(net) == CAP_FRI // 2
        await net.worker.give_back(lease.lease_id, "heat")
        assert await net.artist.burned_fri() == burned_fri

    networks.run(story)


def test_an_assignment_beyond_the_cap_is_refused_alone(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(3, 8))
        net = bench.net
        await net.owner.add_stake(net.worker_id, 20 * FRI_PER_STRK)
        await net.owner.set_offer(net.worker_id, StandingOffer(1, 10**6, 16, 2**39))
        dear = replace(JUDGED, reward_fri=3 * CAP_FRI // 8, tasks=4, longest_lease=2)
        dear = replace(dear, scheduler=net.outsider.address, scheduler_grace_s=100)
        job_id = await net.artist.create_job(dear)
        places = [Place(net.worker_id, slot) for slot in (0, 1)]
        (refusal,) = await net.outsider.assign(job_id, places)
        assert isinstance(refusal, FamilyAtCap)
        assert (await net.artist.job(job_id)).held == 2 and await open_fri(net) == 3 * CAP_FRI // 4

    networks.run(story)


def test_leases_that_nobody_judges_count_for_no_cap(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(4, 7), units=1)  # too few for a family
        net = bench.net
        lease = await bench.lease()
        assert (await net.artist.lease(lease.lease_id)).draw_outcome is DrawOutcome.UNJUDGED
        assert await open_fri(net) == 0
        await net.worker.submit(lease.lease_id, 1, RESULT)  # which gives a part of it back
        await net.artist.accept(lease.job_id, [lease.lease_id])
        assert await open_fri(net) == 0

    networks.run(story)


def test_a_part_that_comes_back_and_what_expires_count_no_longer(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net, pool_fri = bench.net, 3 * AUDIT_TERMS.audit_pool_fri
        part = await bench.lease(terms=replace(JUDGED, audit_pool_fri=pool_fri))
        late = await bench.lease(slot=1, terms=JUDGED)
        assert await open_fri(net) == 2 * PAY_FRI
        await net.worker.submit(part.lease_id, 1, RESULT)
        assert await open_fri(net) == PAY_FRI + PAY_FRI // 2
        net.pass_time(JUDGED.lease_timeout_s)
        assert await net.outsider.expire(late.job_id, [late.lease_id]) == []
        assert await open_fri(net) == PAY_FRI // 2

    networks.run(story)


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize(("votes", "state"), [("SAME", LeaseState.ACCEPTED), ("OTHER", LeaseState.REJECTED)])
def test_an_audited_lease_counts_until_its_end_also_where_it_was_paid_before(
    networks: Opener, votes: str, state: LeaseState, early: bool
) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        lease = await bench.lease(terms=JUDGED)
        await lease.submit()
        if early:
            await net.artist.accept(lease.job_id, [lease.lease_id])
            assert (await net.artist.lease(lease.lease_id)).paid
        assert await open_fri(net) == PAY_FRI
        await lease.vote(*[Rendering[votes]] * 3)
        assert await open_fri(net) == PAY_FRI
        await lease.advance_late()
        if votes == "SAME" and not early:
            await net.artist.accept(lease.job_id, [lease.lease_id])
        assert (await net.artist.lease(lease.lease_id)).state is state
        assert await open_fri(net) == 0

    networks.run(story)


def test_a_lease_that_nobody_could_judge_counts_until_it_is_shared(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        lease = await bench.lease(terms=JUDGED)
        await bench.let_audit(False)
        await lease.submit()
        assert await open_fri(net) == PAY_FRI
        await lease.advance_late(24)
        assert (await net.artist.lease(lease.lease_id)).state is LeaseState.REJECTED
        assert await open_fri(net) == 0

    networks.run(story)


def test_tasks_that_were_given_twice_count_twice(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(3, 8))
        net, (number, other) = bench.net, next(iter(bench.verifiers.items()))
        for worker, owner in ((net.worker_id, net.owner), (number, bench.owners[number])):
            await owner.add_stake(worker, FRI_PER_STRK)
            await owner.set_offer(worker, replace(WILLING, least_reward_fri=1, slots=16))
        terms = replace(JUDGED, spare_tasks=2, scheduler=net.outsider.address, scheduler_grace_s=100)
        terms = replace(terms, audit_pool_fri=2 * TERMS.audit_pool_fri)
        job_id = await net.artist.create_job(terms)
        assert await net.outsider.assign(job_id, [Place(net.worker_id, 0)]) == []
        (held,) = await net.worker.open_leases()
        assert await net.outsider.assign(job_id, [Place(number, 0, spare_of=held)]) == []
        (spare,) = await net.worker.leases_of(number)
        assert await open_fri(net) == 2 * PAY_FRI
        await net.worker.give_back(held, "heat")
        assert await open_fri(net) == PAY_FRI
        await other.give_back(spare, "heat")
        assert await open_fri(net) == 0

    networks.run(story)
