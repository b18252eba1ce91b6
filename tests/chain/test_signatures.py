"""What only a real chain can check: signatures on results, by accounts and by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.contract_errors import NotScheduler
from renderchain.core.ids import LeaseId
from renderchain.core.job import LeaseResult, Place, StandingOffer
from renderchain.core.lifecycle import LeaseState
from starknet_py.net.signer.stark_curve_signer import KeyPair

from devkit.made_up_job import TERMS
from devkit.network.clients import Views

Signed = tuple[LeaseId, int, LeaseResult, list[int]]  # lease, tasks, result, signature
RESULT = LeaseResult(123, 4, 5, 6)


def test_a_scheduler_assigns_and_an_aggregator_posts_what_operators_signed(
    chains: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            scheduler = net.outsider
            terms = type(TERMS)(
                **{**TERMS.as_dict(), "scheduler": scheduler.address, "scheduler_grace_s": 100}
            )
            job_id = await net.artist.create_job(terms)
            await net.owner.set_offer(net.worker_id, StandingOffer(1, 10**6, 2, 2**39))
            wanted = [Place(net.worker_id, slot) for slot in (0, 1)]
            assert await scheduler.assign(job_id, wanted) == []
            with pytest.raises(NotScheduler):
                await net.artist.assign(job_id, wanted)
            leases = await net.worker.open_leases()
            signed = [await sign(net, one) for one in leases]
            await check_signatures(net, signed[:1])
            operator = opened.accounts[2]
            key = KeyPair.from_private_key(operator.private_key).public_key
            await net.owner.set_signer(net.worker_id, key)
            await check_signatures(net, signed[1:])
            assert await net.artist.accept(job_id, leases) == []

    asyncio.run(run())


async def sign(net: Views, lease_id: LeaseId) -> Signed:
    """The result of a lease's first task alone."""
    part = replace(await net.artist.lease(lease_id), count=1)
    return lease_id, 1, RESULT, net.worker.sign_result(part, RESULT)


async def check_signatures(net: Views, signed: list[Signed]) -> None:
    """Of three entries for each lease only the one with the signed result and tasks is taken."""
    broken = [(lease, count, LeaseResult(9, 4, 5, 6), signature) for lease, count, _, signature in signed]
    longer = [(lease, count + 1, result, signature) for lease, count, result, signature in signed]
    refused = await net.outsider.submit_signed([*broken, *longer, *signed])
    assert [one.code for one in refused] == ["RC: wrong signature"] * 2 * len(signed)
    for lease, count, _, _ in signed:
        assert (await net.artist.lease(lease)).count == count
        assert (await net.artist.lease(lease)).state is LeaseState.SUBMITTED
