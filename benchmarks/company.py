"""An audited lease whose votes and closing go with other transactions of those who send them.

Its verifiers and its worker claim and submit leases of another job meanwhile, as they do where there is work;
what waits goes along by the clients' own code. A vote then takes what a claim or a submission takes more with
it than without it, of the same worker.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.core.ids import JobId, LeaseId

from benchmarks.audit_steps import Ballot, Held, audit, close, hold, opened, seats_of
from benchmarks.meter import Meter
from devkit.made_up_pixels import Rendering
from devkit.network.devnet import pass_draw_block, pass_time
from devkit.network.many_workers import PHASE_S, ManyWorkers

COMPANY_S = 600.0  # what waits waits so long at most, by this machine's clock
FIRST, ALONE, WITH = 5, 6, 7  # slots of leases that are claimed for new cells, without company, and with it
WORKER = 1  # whose lease is audited
COMMIT, REVEAL, CLOSE = (
    "commit, with a claim",
    "reveal, with a submission",
    "advance: close the audit, with a claim",
)


class Companions:
    """Workers that have leases of another job to claim and to submit."""

    def __init__(self, net: ManyWorkers, meter: Meter, job_id: JobId) -> None:
        self._net = net
        self._meter = meter
        self._job_id = job_id
        self._alone: dict[tuple[int, str], int] = {}
        self._held: dict[int, LeaseId] = {}

    async def go_alone(self, chain: StarknetChain) -> None:
        """Claim and submit without company, once; and before, for the cells that a first lease here takes."""
        if (chain.address, "claim") not in self._alone:
            await self._submit(chain, await chain.claim_lease(self._job_id, FIRST))
            lease_id, self._alone[chain.address, "claim"] = await self._claim(chain, ALONE)
            submitting = self._submit(chain, lease_id)
            _, self._alone[chain.address, "submit"] = await self._meter.of("submit alone", submitting)

    async def claim_with(self, chain: StarknetChain, waiting: Awaitable[Any]) -> int:
        """Claim while that waits; the gas that it took more."""
        going = await _begun(waiting)
        self._held[chain.address], gas = await self._claim(chain, WITH)
        return await self._more(chain, "claim", gas, going)

    async def submit_with(self, chain: StarknetChain, waiting: Awaitable[Any]) -> int:
        """The same of a submission."""
        going = await _begun(waiting)
        submitting = self._submit(chain, self._held[chain.address])
        _, gas = await self._meter.of("submit with company", submitting)
        return await self._more(chain, "submit", gas, going)

    async def _more(self, chain: StarknetChain, call: str, gas: int, going: Awaitable[Any]) -> int:
        more = gas - self._alone[chain.address, call]
        assert await going == [] and more > 0  # else it did not go along, and is not in the figure
        return more

    async def _claim(self, chain: StarknetChain, slot: int) -> tuple[LeaseId, int]:
        name = "claim alone" if slot == ALONE else "claim with company"
        return await self._meter.of(name, chain.claim_lease(self._job_id, slot))

    async def _submit(self, chain: StarknetChain, lease_id: LeaseId) -> None:
        held = await hold(chain, lease_id)
        await chain.submit(lease_id, held.info.count, held.pixels.result)


async def _begun(waiting: Awaitable[Any]) -> asyncio.Future[Any]:
    going = asyncio.ensure_future(waiting)
    await asyncio.sleep(0.1)  # it has joined what waits
    assert not going.done()
    return going


def until_s() -> float:
    """Until when what waits may wait."""
    return time.time() + COMPANY_S


async def in_company(net: ManyWorkers, meter: Meter, frames: int = 10) -> list[tuple[str, int]]:
    """Gas of each transaction of such a lease, from the claim to its pay."""
    others = Companions(net, meter, await net.artist.create_job(net.terms(64, 1, scheduled=False)))
    held, rows, ballots = await _drawn(net, meter, frames)
    for client in (*(ballot.client for ballot in ballots), held.worker):
        await others.go_alone(client)
    for one in ballots:
        place = (one.reveal.lease_id, one.reveal.seat, one.mark)
        rows.append((COMMIT, await others.claim_with(one.client, one.client.commit([place], until_s()))))
    rows.append(("open", (await meter.of("open", opened(held, 0)))[1]))
    for one in ballots:
        revealing = one.client.reveal([one.reveal], until_s())
        rows.append((REVEAL, await others.submit_with(one.client, revealing)))
    pass_time(net.node.rpc_url, PHASE_S, 2)
    closing = held.worker.advance(held.info.job_id, [held.lease_id], until_s())
    rows.append((CLOSE, await others.claim_with(held.worker, closing)))
    accepting = net.artist.accept(held.info.job_id, [held.lease_id])
    return [*rows, ("accept and pay", (await meter.of("accept and pay", accepting))[1])]


async def _drawn(
    net: ManyWorkers, meter: Meter, frames: int
) -> tuple[Held, list[tuple[str, int]], list[Ballot]]:
    """A lease that was submitted and drawn, what that took, and its votes, each of another holder."""
    worker = net.workers[WORKER]
    while True:
        first = len(meter.rows)
        job_id = await net.artist.create_job(net.terms(frames, frames, scheduled=False))
        lease_id = await meter.step("claim_lease", worker.claim_lease(job_id, 0))
        held = await hold(worker, lease_id)
        await meter.step("submit", worker.submit(lease_id, held.info.count, held.pixels.result))
        pass_draw_block(net.node.rpc_url)
        assert await meter.step("draw", worker.draw(job_id, [lease_id])) == []
        ballots = await seats_of(net, held, 0, 0, Rendering.SAME)
        if len({one.client.address for one in ballots}) == len(ballots):
            return held, meter.rows[first:], ballots
        quiet = Meter(net.artist_account.client)
        await audit(net, [held], quiet.step, is_drawn=True)
        await close(net, [held], quiet.step)
        await net.artist.accept(job_id, [lease_id])
