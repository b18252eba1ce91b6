"""Tasks that a scheduler gives a second time: both leases are paid once, and nothing opens too early."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from renderchain.core.contract_errors import LeaseInOtherState, NothingToClaim
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.job import LeaseResult, Place
from renderchain.core.lifecycle import JobState, LeaseState, Twin
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.schedule_errors import (
    GivenTwice,
    MoreSparesThanTasks,
    NoSparesLeft,
    SpareOfOwnWorker,
    SparesWithoutScheduler,
)

from devkit.audited_lease import AUDIT_TERMS, OFFER, AuditBench
from devkit.made_up_job import FEE_FRI, PAYOUT
from devkit.parties import Board, Networks
from tests.board.opener import Opener

RESULT = LeaseResult(123, 4, 5, 6)
RESERVE_FRI = 3 * FEE_FRI
PAY_FRI = 2 * AUDIT_TERMS.reward_fri
TERMS = replace(AUDIT_TERMS, tasks=2, spare_tasks=2, audit_pool_fri=4 * RESERVE_FRI, scheduler_grace_s=100)


@dataclass
class Twins:
    """A job of one lease, which is held and spared."""

    bench: AuditBench[Any]
    job_id: JobId
    held: LeaseId
    spare: LeaseId
    holder: Board
    other: Board
    others_payout: int

    @classmethod
    async def open(cls, opened: Networks[Any]) -> Twins:
        bench = await AuditBench.open(opened, range(3, 8))  # so that each of two has four others
        net, (number, other) = bench.net, next(iter(bench.verifiers.items()))
        await net.owner.set_offer(net.worker_id, OFFER)
        await bench.owners[number].set_offer(number, OFFER)
        await bench.owners[number].add_stake(number, FRI_PER_STRK)
        job_id = await net.artist.create_job(replace(TERMS, scheduler=net.outsider.address))
        assert await net.outsider.assign(job_id, [Place(net.worker_id, 0)]) == []
        (held,) = await net.worker.open_leases()
        assert await net.outsider.assign(job_id, [Place(number, 0, spare_of=held)]) == []
        (spare,) = await net.worker.leases_of(number)
        return cls(bench, job_id, held, spare, net.worker, other, other.address)

    async def submit(self, chain: Board, lease: LeaseId, tasks: int = 2) -> None:
        await chain.submit(lease, tasks, RESULT)
        self.bench.net.pass_draw_block()

    async def pay(self, lease: LeaseId) -> int:
        """The requester pays it; what its worker got."""
        artist = self.bench.net.artist
        before = [await artist.tokens_fri(one) for one in (PAYOUT, self.others_payout)]
        assert await artist.accept(self.job_id, [lease]) == []
        after = [await artist.tokens_fri(one) for one in (PAYOUT, self.others_payout)]
        return int(sum(after) - sum(before))

    async def twin(self, lease: LeaseId) -> Twin:
        return Twin((await self.bench.net.artist.lease(lease)).twin)

    async def owed_fri(self) -> int:
        artist = self.bench.net.artist
        return int(await artist.balance_fri(artist.address))

    async def counts(self) -> tuple[int, int, int, int, int]:
        """Accepted, refunded, held, pending, open."""
        job = await self.bench.net.artist.job(self.job_id)
        return job.accepted, job.refunded, job.held, job.pending, job.open_tasks


def test_a_spare_is_of_what_another_worker_holds_from_its_first_block_on(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, range(3, 8))
        net, number = bench.net, next(iter(bench.verifiers))
        await net.owner.set_offer(net.worker_id, OFFER)
        await bench.owners[number].set_offer(number, OFFER)
        await bench.owners[number].add_stake(number, FRI_PER_STRK)
        terms = replace(TERMS, tasks=5, spare_tasks=2, scheduler=net.outsider.address)
        job_id = await net.artist.create_job(terms)
        assert await net.artist.tokens_fri(net.artist.board) == terms.escrow_fri
        held = [Place(net.worker_id, slot) for slot in (0, 1, 2)]
        assert await net.outsider.assign(job_id, held) == []
        first, second, third = await net.worker.open_leases()

        async def give(*places: Place) -> list[str]:
            return [type(one).__name__ for one in await net.outsider.assign(job_id, places)]

        with pytest.raises(SpareOfOwnWorker):
            await give(Place(net.worker_id, 5, spare_of=first))
        twice = [Place(number, 0, spare_of=first), Place(number, 1, spare_of=first)]
        assert await give(*twice, Place(number, 2, spare_of=second)) == ["GivenTwice", "NoSparesLeft"]
        job = await net.artist.job(job_id)
        assert (job.spare_tasks, job.held, job.pending) == (0, 5, 1)
        (spare,) = await net.worker.leases_of(number)
        lease = await net.artist.lease(spare)
        assert (lease.first, lease.count, lease.attempt, lease.twin) == (0, 2, 0, Twin.SPARE)
        with pytest.raises(GivenTwice):
            await give(Place(number, 3, spare_of=spare))
        await net.worker.give_back(third, "away")
        with pytest.raises(LeaseInOtherState):
            await give(Place(number, 3, spare_of=third))
        with pytest.raises(NoSparesLeft):
            await give(Place(number, 3, spare_of=second))

    networks.run(story)


def test_spares_need_a_scheduler_and_are_no_more_than_the_tasks(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = (await AuditBench.open(opened)).net
        with pytest.raises(SparesWithoutScheduler):
            await net.artist.create_job(replace(TERMS, scheduler_grace_s=0))
        with pytest.raises(MoreSparesThanTasks):
            await net.artist.create_job(replace(TERMS, scheduler=net.outsider.address, spare_tasks=3))

    networks.run(story)


def test_who_submitted_before_the_spare_was_accepted_earns_all(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        two = await Twins.open(opened)
        await two.submit(two.holder, two.held)
        await two.submit(two.other, two.spare)
        assert await two.pay(two.spare) == PAY_FRI
        assert await two.twin(two.held) is Twin.SPARED
        assert await two.pay(two.held) == PAY_FRI
        assert await two.counts() == (2, 0, 0, 2, 0)
        assert await two.owed_fri() == 0

    networks.run(story)


def test_who_submits_after_the_spare_was_accepted_earns_all(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        two = await Twins.open(opened)
        await two.submit(two.other, two.spare)
        assert await two.pay(two.spare) == PAY_FRI
        assert await two.twin(two.held) is Twin.SPARED
        await two.submit(two.holder, two.held)
        assert await two.pay(two.held) == PAY_FRI
        assert await two.owed_fri() == 0

    networks.run(story)


@pytest.mark.parametrize("expires", [False, True])
def test_a_lease_that_fails_after_its_spare_was_accepted_opens_nothing(
    networks: Opener, expires: bool
) -> None:
    async def story(opened: Networks[Any]) -> None:
        two = await Twins.open(opened)
        await two.submit(two.other, two.spare)
        await two.pay(two.spare)
        if expires:
            two.bench.net.pass_time(TERMS.lease_timeout_s)
            assert await two.bench.net.outsider.expire(two.job_id, [two.held]) == []
        else:
            await two.holder.give_back(two.held, "away")
        assert await two.counts() == (2, 0, 0, 1, 0)
        assert await two.owed_fri() == PAY_FRI
        assert (await two.bench.net.artist.job(two.job_id)).state is JobState.COMPLETED

    networks.run(story)


def test_a_spare_is_paid_also_where_the_lease_was_accepted_first(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        two = await Twins.open(opened)
        await two.submit(two.holder, two.held)
        assert await two.pay(two.held) == PAY_FRI
        await two.submit(two.other, two.spare)
        assert await two.pay(two.spare) == PAY_FRI
        assert await two.counts() == (2, 0, 0, 2, 0)
        assert await two.owed_fri() == 0

    networks.run(story)


def test_a_spare_takes_the_place_of_a_lease_that_fails_and_only_then_the_tasks_open(
    networks: Opener,
) -> None:
    async def story(opened: Networks[Any]) -> None:
        two = await Twins.open(opened)
        await two.holder.give_back(two.held, "away")
        assert await two.twin(two.spare) is Twin.NONE
        assert await two.counts() == (0, 0, 2, 0, 0)
        assert await two.owed_fri() == PAY_FRI, "one pay is enough now"
        with pytest.raises(NothingToClaim):
            await two.bench.net.outsider.assign(two.job_id, [Place(two.bench.net.worker_id, 1)])
        await two.other.give_back(two.spare, "away")
        assert await two.counts() == (0, 0, 0, 0, 2)
        assert await two.bench.net.outsider.assign(two.job_id, [Place(two.bench.net.worker_id, 1)]) == []
        (again,) = await two.holder.open_leases()
        assert (await two.holder.lease(again)).attempt == 1

    networks.run(story)


def test_a_spare_that_fails_leaves_the_lease_alone_and_its_money_goes_back(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        two = await Twins.open(opened)
        await two.other.give_back(two.spare, "away")
        assert (await two.holder.lease(two.spare)).state is LeaseState.GIVEN_BACK
        assert await two.twin(two.held) is Twin.NONE
        assert await two.counts() == (0, 0, 2, 0, 0)
        assert await two.owed_fri() == PAY_FRI
        await two.submit(two.holder, two.held)
        assert await two.pay(two.held) == PAY_FRI

    networks.run(story)


def test_who_submits_a_part_is_paid_for_it_and_the_spare_has_all_alone(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        two = await Twins.open(opened)
        await two.submit(two.holder, two.held, 1)
        assert (await two.twin(two.held), await two.twin(two.spare)) == (Twin.SPARE, Twin.NONE)
        assert await two.owed_fri() == PAY_FRI // 2, "what was set aside for a spare pays the part"
        assert await two.counts() == (0, 0, 2, 1, 0)
        assert await two.pay(two.held) == PAY_FRI // 2
        await two.submit(two.other, two.spare)
        assert await two.pay(two.spare) == PAY_FRI
        assert (await two.bench.net.artist.job(two.job_id)).state is JobState.COMPLETED

    networks.run(story)


def test_all_tasks_open_where_the_spare_of_who_submitted_a_part_fails(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        two = await Twins.open(opened)
        await two.submit(two.holder, two.held, 1)
        await two.other.give_back(two.spare, "away")
        assert await two.counts() == (0, 0, 0, 1, 2)
        assert await two.pay(two.held) == PAY_FRI // 2

    networks.run(story)


def test_a_spare_that_is_submitted_in_part_leaves_the_lease_alone(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        two = await Twins.open(opened)
        await two.submit(two.other, two.spare, 1)
        assert (await two.twin(two.held), await two.twin(two.spare)) == (Twin.NONE, Twin.SPARE)
        assert await two.pay(two.spare) == PAY_FRI // 2
        assert await two.twin(two.held) is Twin.NONE
        await two.submit(two.holder, two.held)
        assert await two.pay(two.held) == PAY_FRI
        assert await two.owed_fri() == PAY_FRI // 2

    networks.run(story)


def test_a_part_that_comes_after_the_spare_was_paid_earns_its_pay(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        two = await Twins.open(opened)
        await two.submit(two.other, two.spare)
        await two.pay(two.spare)
        await two.submit(two.holder, two.held, 1)
        assert await two.pay(two.held) == PAY_FRI // 2
        assert await two.owed_fri() == PAY_FRI // 2
        assert (await two.bench.net.artist.job(two.job_id)).state is JobState.COMPLETED

    networks.run(story)

    networks.run(story)


def test_spares_that_nobody_needed_go_back_at_the_price_of_the_day(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = (await AuditBench.open(opened)).net
        job_id = await net.artist.create_job(replace(TERMS, scheduler=net.outsider.address))
        await net.artist.top_up(job_id, 2 * TERMS.reward_fri, 0)
        held_fri = await net.artist.tokens_fri(net.artist.board)
        assert held_fri == 4 * PAY_FRI + TERMS.audit_pool_fri
        await net.artist.cancel(job_id)
        assert await net.artist.tokens_fri(net.artist.board) == 0

    networks.run(story)
