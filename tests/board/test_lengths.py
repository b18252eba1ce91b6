"""A scheduler names the tasks of a lease, a worker may take fewer than it could."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.contract_errors import NothingToClaim, SplitNotFunded
from renderchain.core.ids import LeaseId
from renderchain.core.job import Place, StandingOffer
from renderchain.core.schedule_errors import LongerThanLease, TasksNotOpen

from devkit.audited_lease import AuditBench
from devkit.made_up_job import FEE_FRI, RULES, TERMS
from devkit.parties import Network, Networks
from tests.board.opener import Opener

RESERVE_FRI = 3 * FEE_FRI


async def scheduled(opened: Networks[Any], tasks: int, longest: int) -> tuple[Network, Any]:
    """A network, and a job of the outsider's to schedule."""
    net = await opened.network(RULES)
    await net.owner.set_offer(net.worker_id, StandingOffer(1, 10**6, 16, 2**39))
    terms = replace(TERMS, tasks=tasks, longest_lease=longest, audit_pool_fri=20 * RESERVE_FRI)
    terms = replace(terms, scheduler=net.outsider.address, scheduler_grace_s=100)
    return net, await net.artist.create_job(terms)


async def held(net: Network) -> list[tuple[int, int, int]]:
    """First, count and attempt of what the worker holds, by slot."""
    leases = [await net.worker.lease(one) for one in await net.worker.open_leases()]
    return [(one.first, one.count, one.attempt) for one in leases]


def test_a_scheduler_assigns_any_length_at_any_open_task(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net, job_id = await scheduled(opened, tasks=12, longest=4)
        worker = net.worker_id
        wanted = [Place(worker, 0, 5, 3), Place(worker, 1, 1, 1), Place(worker, 2, 11, 1)]
        assert await net.outsider.assign(job_id, wanted) == []
        assert await held(net) == [(5, 3, 0), (1, 1, 0), (11, 1, 0)]
        # Open are 0, then 2 to 4 and 8 to 10: whoever does not name tasks gets these.
        chosen = [Place(worker, slot) for slot in (3, 4, 5)]
        assert await net.outsider.assign(job_id, chosen) == []
        assert sorted(await held(net)) == [(0, 1, 0), (1, 1, 0), (2, 3, 0), (5, 3, 0), (8, 3, 0), (11, 1, 0)]
        with pytest.raises(NothingToClaim):
            await net.outsider.assign(job_id, [Place(worker, 6)])
        assert (await net.artist.job(job_id)).held == 12

    networks.run(story)


def test_a_range_that_came_back_is_split_and_its_parts_keep_its_attempt(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net, job_id = await scheduled(opened, tasks=8, longest=6)
        worker = net.worker_id
        assert await net.outsider.assign(job_id, [Place(worker, 0, 0, 6), Place(worker, 1, 6, 1)]) == []
        whole, part = await net.worker.open_leases()
        await net.worker.give_back(whole, "away")
        await net.worker.give_back(part, "away")
        wanted = [Place(worker, 0, 2, 2), Place(worker, 1, 4, 2), Place(worker, 2, 6, 1)]
        assert await net.outsider.assign(job_id, wanted) == []
        assert await held(net) == [(2, 2, 1), (4, 2, 1), (6, 1, 1)]
        assert await net.outsider.assign(job_id, [Place(worker, 3, 0, 1), Place(worker, 4, 7, 1)]) == []
        assert (await held(net))[3:] == [(0, 1, 1), (7, 1, 0)]

    networks.run(story)


def test_a_scheduler_names_only_what_is_open_in_one_range(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net, job_id = await scheduled(opened, tasks=8, longest=4)
        worker = net.worker_id
        assert await net.outsider.assign(job_id, [Place(worker, 0, 2, 2)]) == []
        for first, count in ((2, 1), (1, 2), (3, 3), (0, 3), (7, 2), (8, 1), (2**32 - 1, 4)):
            with pytest.raises(TasksNotOpen, match="name tasks of one"):
                await net.outsider.assign(job_id, [Place(worker, 1, first, count)])
        with pytest.raises(LongerThanLease):
            await net.outsider.assign(job_id, [Place(worker, 1, 0, 5)])
        (refused,) = await net.outsider.assign(job_id, [Place(worker, 1, 3, 1), Place(worker, 2, 4, 4)])
        assert isinstance(refused, TasksNotOpen)
        assert await held(net) == [(2, 2, 0), (4, 4, 0)]

    networks.run(story)


def test_a_worker_claims_fewer_tasks_than_there_are(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        job_id = await net.artist.create_job(replace(TERMS, tasks=6, audit_pool_fri=9 * RESERVE_FRI))
        leases = [await net.worker.claim_lease(job_id, slot, most) for slot, most in enumerate((1, 9, 2))]
        assert await held(net) == [(0, 1, 0), (1, 2, 0), (3, 2, 0)]
        await net.worker.give_back(LeaseId(leases[1]), "away")
        again = [await net.worker.claim_lease(job_id, slot, 1) for slot in (1, 3, 4)]
        counts = [await net.worker.lease(one) for one in again]
        assert [(one.first, one.count, one.attempt) for one in counts] == [(1, 1, 1), (2, 1, 1), (5, 1, 0)]

    networks.run(story)


def test_a_worker_takes_less_only_where_the_pool_pays_for_the_audits_of_the_rest(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = (await AuditBench.open(opened)).net
        job_id = await net.artist.create_job(replace(TERMS, tasks=4, audit_pool_fri=2 * RESERVE_FRI))
        with pytest.raises(SplitNotFunded):
            await net.worker.claim_lease(job_id, 0, 1)
        await net.artist.top_up(job_id, TERMS.reward_fri, RESERVE_FRI)
        for slot, most in enumerate((1, 2)):
            await net.worker.claim_lease(job_id, slot, most)
        assert await held(net) == [(0, 1, 0), (1, 2, 0)]
        assert (await net.worker.lease(await net.worker.claim_lease(job_id, 2, 1))).first == 3

    networks.run(story)


def test_what_a_scheduler_passed_over_counts_as_the_leases_that_it_falls_into(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = (await AuditBench.open(opened)).net
        await net.owner.set_offer(net.worker_id, StandingOffer(1, 10**6, 16, 2**39))
        terms = replace(TERMS, tasks=10, longest_lease=2, audit_pool_fri=5 * RESERVE_FRI)
        terms = replace(terms, scheduler=net.outsider.address, scheduler_grace_s=1)
        job_id = await net.artist.create_job(terms)
        assert await net.outsider.assign(job_id, [Place(net.worker_id, 0, 9, 1)]) == []
        net.pass_time(RULES.slowest_block_s)  # nine tasks are left, of which the pool pays for four leases
        with pytest.raises(SplitNotFunded):
            await net.worker.claim_lease(job_id, 1, 1)
        await net.worker.claim_lease(job_id, 1, 2)
        assert await held(net) == [(9, 1, 0), (0, 2, 0)]

    networks.run(story)
