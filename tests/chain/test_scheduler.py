"""A scheduler on a real chain: heartbeats that real accounts sign, and a loop that assigns by real events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from renderchain.adapters.starknet.heartbeat_signatures import is_signed
from renderchain.app.scheduler.intake import Intake
from renderchain.app.scheduler.scheduler import Scheduler
from renderchain.core.job import LeaseResult, StandingOffer
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.scheduling.heartbeat import Heartbeat, HeartbeatRefused, SignedHeartbeat
from renderchain.core.scheduling.plan import PlanRules

from devkit.fakes.reporter import RecordingReporter
from devkit.made_up_job import TERMS
from devkit.network.clients import Views

RESULT = LeaseResult(123, 4, 5, 6)
LOOK_S = 0.2
LONGEST_S = 120.0


def intake_of(net: Views) -> tuple[Scheduler, Intake]:
    """The outsider schedules."""
    chain: Any = net.outsider
    scheduler = Scheduler(chain, RecordingReporter(), PlanRules(lead_s=1.0, load_s=1.0), 0, time.time)
    places = {"chain_id": chain.chain_id, "board": chain.board, "scheduler": chain.address}

    def signed(one: SignedHeartbeat, operator: int, key: int) -> bool:
        return is_signed(one, **places, operator=operator, key=key)

    return scheduler, Intake(chain, scheduler, signed, time.time)


def beat(net: Views, scheduler: int) -> bytes:
    """What the worker says now, signed by its operator's account."""
    heartbeat = Heartbeat(net.worker_id, int(time.time() * 1000), 4096, True, (), ())
    signed: SignedHeartbeat = net.worker.sign_heartbeat(heartbeat, scheduler)
    return signed.to_bytes()


async def render_all(net: Views, done: asyncio.Event) -> None:
    """A worker that submits whatever it is given, and an artist that accepts it once its draw is over."""
    while not done.is_set():
        for lease_id in await net.worker.open_leases():
            lease = await net.artist.lease(lease_id)
            if lease.state is LeaseState.CLAIMED:
                await net.worker.submit(lease_id, lease.count, RESULT)
                net.pass_draw_block()
                await net.artist.accept(lease.job_id, [lease_id])
        await asyncio.sleep(LOOK_S)


def test_by_signed_heartbeats_a_job_is_assigned_to_its_end(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            scheduler, intake = intake_of(net)
            address = net.outsider.address
            await net.owner.set_offer(net.worker_id, StandingOffer(1, 10**6, 4, 2**39))
            terms = replace(TERMS, scheduler=address, scheduler_grace_s=100, tasks=5)
            terms = replace(terms, audit_pool_fri=10 * TERMS.audit_pool_fri)
            with pytest.raises(HeartbeatRefused, match="not signed for this scheduler"):
                await intake.hear(beat(net, address + 1))
            job_id = await net.artist.create_job(terms)
            done = asyncio.Event()
            scheduling = asyncio.create_task(scheduler.run())
            rendering = asyncio.create_task(render_all(net, done))
            try:
                async with asyncio.timeout(LONGEST_S):
                    while (await net.artist.job(job_id)).state is not JobState.COMPLETED:
                        await intake.hear(beat(net, address))
                        await asyncio.sleep(LOOK_S)
            finally:
                scheduling.cancel()
                done.set()
                await rendering
                await asyncio.gather(scheduling, return_exceptions=True)
            assert intake.counts["refused"] == 1
            told = await net.artist.told_of(job_id, 0)
            claims = [one for one in told if type(one).__name__ == "LeaseClaimed"]
            assert claims and all(one.assigned for one in claims)

    asyncio.run(run())
