"""What narrow subscriptions save a worker: events and bytes that it hears, against all that is told.

    make bench-subscriptions        or        python -m benchmarks.subscriptions [--jobs 8]

A devnet on which eight workers of one family render jobs: each lease is claimed, submitted, drawn, audited by
the votes of three, accepted. As many jobs again are of another family and wait. Meanwhile three listen, each
by a connection of its own whose bytes are counted: one as services do, to all events; one of the eight
workers; and one that renders the other family and holds no lease.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from renderchain.adapters.journal_sqlite import SqliteJournal
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.adapters.starknet.sender import Sender
from renderchain.core.board_events import BoardEvent, CaughtUp, JobCreated
from renderchain.core.ids import JobId
from renderchain.core.job import family_of

from benchmarks.audit_steps import audit, close, drawn, hold
from devkit.network.local import Account
from devkit.network.many_workers import FAMILY, ManyWorkers, many_workers

WORKERS = 8
OTHER_FAMILY = family_of((5, 2), "CYCLES", "CPU")
FRAMES, LEASE = 8, 2
PIECE = 2**16
LAST_S = 60.0  # that the last event may take
Events = Callable[[StarknetChain, int], AsyncGenerator[BoardEvent, None]]


@dataclass
class Listener:
    """Somebody who listens; ``last`` is the job after which there is nothing more to hear."""

    name: str
    chain: StarknetChain
    hear: Events
    received: list[int]  # bytes of all its connections
    events: int = 0
    last: JobId | None = None

    async def listen(self, from_block: int, ready: asyncio.Event) -> None:
        """Until the last job is told of."""
        async with aclosing(self.hear(self.chain, from_block)) as events:
            async for event in events:
                if isinstance(event, CaughtUp):
                    self.received[0] = 0  # what it took to begin is another question
                    ready.set()
                    continue
                self.events += 1
                if isinstance(event, JobCreated) and event.job_id == self.last:
                    return


@asynccontextmanager
async def counted(node: Node) -> AsyncIterator[tuple[Node, list[int]]]:
    """The same node by a port of its own, and how many bytes it sent there."""
    received = [0]
    host, port = "127.0.0.1", int(node.rpc_url.split(":")[2].split("/")[0])

    async def pump(near: asyncio.StreamReader, far: asyncio.StreamWriter, counts: bool) -> None:
        with suppress(OSError):
            while piece := await near.read(PIECE):
                received[0] += len(piece) if counts else 0
                far.write(piece)
                await far.drain()
        far.close()

    async def connected(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, out = await asyncio.open_connection(host, port)
        await asyncio.gather(pump(near, out, counts=False), pump(far, back, counts=True))

    server = await asyncio.start_server(connected, host, 0)
    own = server.sockets[0].getsockname()[1]
    try:
        yield Node(f"http://{host}:{own}/rpc", f"ws://{host}:{own}/ws"), received
    finally:
        server.close()


async def connect(
    net: ManyWorkers, one: Account, folder: Path, stack: AsyncExitStack
) -> tuple[StarknetChain, list[int]]:
    """An account's client, by a connection that is counted."""
    node, received = await stack.enter_async_context(counted(net.node))
    account = await open_account(node, one.address, one.private_key)
    stack.push_async_callback(close_account, account)
    sender = Sender(account, SqliteJournal(folder / f"{len(received)}-{one.address:#x}.sqlite"), 0)
    return await StarknetChain.connect(account, sender, net.deployed.directory), received


def everything(chain: StarknetChain, from_block: int) -> AsyncGenerator[BoardEvent, None]:
    """As services hear it."""
    return chain.events(from_block)


def of_family(family: int) -> Events:
    """As a worker hears it."""
    return lambda chain, from_block: chain.news(from_block, {family}, 0.0)


async def plain(_: str, work: Awaitable[Any]) -> Any:
    """A step that is not measured."""
    return await work


async def work_on(net: ManyWorkers, job_id: JobId) -> None:
    """The workers take a job's leases in turn, until all are paid."""
    for first in range(0, FRAMES // LEASE, WORKERS):
        held = []
        for worker in net.workers[: min(WORKERS, FRAMES // LEASE - first)]:
            held.append(await hold(worker, await worker.claim_lease(job_id, 0)))
        for one in held:
            await one.worker.submit(one.lease_id, one.info.count, one.pixels.result)
        if audited := await drawn(net, held):
            await audit(net, audited, plain)
            await close(net, audited, plain)
        await net.artist.accept(job_id, [one.lease_id for one in held])
    net.workers.append(net.workers.pop(0))  # another one is the first of the next job


async def measure(net: ManyWorkers, jobs: int, folder: Path) -> list[Listener]:
    """What each heard of so many jobs of each family."""
    terms = net.terms(FRAMES, LEASE, scheduled=False)
    other = replace(terms, family=OTHER_FAMILY, takes_unjudged=True)
    async with AsyncExitStack() as stack:
        opened = [await connect(net, net.accounts[index], folder, stack) for index in (0, 3, 1)]
        hears = (everything, of_family(FAMILY), of_family(OTHER_FAMILY))
        names = ("everything", "one of the eight workers", "a worker of the other family")
        found = [
            Listener(name, chain, hear, received)
            for name, (chain, received), hear in zip(names, opened, hears, strict=True)
        ]
        start, listening = await net.artist.block_number() + 1, []
        for one in found:
            ready = asyncio.Event()
            listening.append(asyncio.create_task(one.listen(start, ready)))
            await ready.wait()
        for _ in range(jobs):
            await net.artist.create_job(other)
            await work_on(net, await net.artist.create_job(terms))
        found[1].last = await net.artist.create_job(terms)
        found[0].last = found[2].last = await net.artist.create_job(other)
        await asyncio.wait_for(asyncio.gather(*listening), LAST_S)
        return found


async def main() -> None:
    """Print what each heard."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=8)
    jobs = parser.parse_args().jobs
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="renderchain-bench-") as folder:
        async with many_workers(WORKERS) as net:
            found = await measure(net, jobs, Path(folder))
    print(f"{date.today()}  {os.cpu_count()} cores, {platform.machine()}, load {load:.1f} at the start")
    print(
        f"{jobs} jobs of {FRAMES} frames in leases of {LEASE}, {WORKERS} workers; {jobs} of another family\n"
    )
    whole = found[0]
    print(f"{'who listens':<30}{'events':>8}{'of all':>8}{'KiB':>9}{'of all':>8}")
    for one in found:
        kib, share = one.received[0] / 1024, one.received[0] / whole.received[0]
        print(f"{one.name:<30}{one.events:>8}{one.events / whole.events:>8.0%}{kib:>9.0f}{share:>8.0%}")


if __name__ == "__main__":
    asyncio.run(main())
