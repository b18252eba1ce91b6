"""Clients of an index, in processes of their own, so that the benchmark's writer never delays them.

    .venv/bin/python -m benchmarks.index_clients ask URL LEASES     asks, and prints what it measured
    .venv/bin/python -m benchmarks.index_clients listen URL         hears events until its input ends

Questions come at fixed times, whether or not those before are answered (an open loop), so a stall counts for
all that came meanwhile.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import time

import aiohttp
from renderchain.core.ids import WorkerId
from renderchain.core.lease_id import join_lease_id

BOARD = 4
LEASES_OF_A_JOB, WORKERS, REQUESTERS = 100, 5000, 500
RATE, WARM_UP_S, SECONDS, LISTENERS = 200, 10, 30, 1000


def lease_of(number: int) -> int:
    """The id of a lease that the database was filled with."""
    return join_lease_id(WorkerId(1 + number % WORKERS), 0, number // WORKERS)


def paths(leases: int) -> list[str]:
    """Questions of all kinds, the same each time."""
    chance = random.Random(1)
    found = []
    for _ in range(RATE * (WARM_UP_S + SECONDS)):
        number = chance.randrange(leases)
        job = number // LEASES_OF_A_JOB + 1
        found.append(
            chance.choice(
                (
                    f"/v1/leases/{BOARD:#x}/{lease_of(number)}",
                    f"/v1/jobs/{BOARD:#x}/{job}",
                    f"/v1/jobs/{BOARD:#x}/{job}/leases?limit=20",
                    f"/v1/jobs?requester={chance.randrange(1, REQUESTERS):#x}&limit=20",
                    f"/v1/workers/{chance.randrange(1, WORKERS)}/leases?limit=20",
                )
            )
        )
    return found


def session() -> aiohttp.ClientSession:
    """As many connections as there are questions open, and no end to waiting."""
    timeout = aiohttp.ClientTimeout(total=None)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)


async def ask(url: str, leases: int) -> dict[str, float]:
    """How long answers took from when their questions were due, and how late these were sent."""
    taken: list[float] = []
    late: list[float] = []
    wrong = 0
    async with session() as client:

        async def one(due: float, path: str, counts: bool) -> None:
            nonlocal wrong
            sent = time.monotonic()
            async with client.get(url + path) as answer:
                await answer.read()
                wrong += answer.status != 200
            if counts:
                late.append(sent - due)
                taken.append(time.monotonic() - due)

        begin = time.monotonic()
        asked = []
        for at, path in enumerate(paths(leases)):
            due = begin + at / RATE
            await asyncio.sleep(max(due - time.monotonic(), 0))
            asked.append(asyncio.create_task(one(due, path, at >= RATE * WARM_UP_S)))
        await asyncio.gather(*asked)
    times = {"p50_ms": ms_at(taken, 0.5), "p99_ms": ms_at(taken, 0.99), "late_p99_ms": ms_at(late, 0.99)}
    return {**times, "worst_ms": ms_at(taken, 1), "wrong": wrong}


def ms_at(times_s: list[float], share: float) -> float:
    """What so many of them are within, in milliseconds."""
    return 1000 * sorted(times_s)[min(int(len(times_s) * share), len(times_s) - 1)]


async def listen(url: str) -> dict[str, int]:
    """How many messages came to all, and how many clients were let go before the end."""
    heard = ended = 0
    async with session() as client:

        async def one(ready: asyncio.Event) -> None:
            nonlocal heard, ended
            async with client.get(f"{url}/v1/events") as answer:
                if answer.status == 200:
                    end = b""
                    async for some in answer.content.iter_any():  # by lines it would take a core
                        ready.set()
                        heard += (end + some).count(b"data:")
                        end = some[1 - len(b"data:") :]
            ended += 1
            ready.set()

        readies = [asyncio.Event() for _ in range(LISTENERS)]
        clients = [asyncio.create_task(one(ready)) for ready in readies]
        for ready in readies:
            await ready.wait()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        found = {"heard": heard, "ended": ended}
        for listening in clients:
            listening.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
    return found


def main() -> None:
    """Do one of the two, and print what came of it as one line of JSON."""
    what, url, *rest = sys.argv[1:]
    gc.disable()  # its pauses are not the index's
    told = asyncio.run(listen(url)) if what == "listen" else asyncio.run(ask(url, int(rest[0])))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
