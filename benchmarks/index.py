"""The index with many leases: how long answers take while many listen, and how fast it writes events.

    .venv/bin/python -m benchmarks.index [--leases 1000000] [--databases sqlite,postgresql]

Questions come at fixed times, whether or not those before are answered (an open loop), so a stall counts for
all that came meanwhile. Asker, listeners, index and database share this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
from renderchain.core.board_events import JobCreated, LeaseClaimed, ResultSubmitted
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.job import JobTerms, LeaseResult
from renderchain.core.lease_id import join_lease_id
from renderchain.core.network_events import BoardAnnounced
from renderchain.ports.event_feed import Block, PlacedEvent
from sqlalchemy import insert

from devkit.network.postgres import Postgres
from devkit.network.services import REPO, free_port, wait_for_port
from services.common.engine import open_engine, writing
from services.common.migrations import migrate
from services.index.command import MIGRATIONS
from services.index.store import Network, Store
from services.index.tables import JOB, LEASE, VALUES

NETWORK, BOARD, FAMILY = Network(1, 2, 3), 4, 5
LEASES_OF_A_JOB, WORKERS, CHUNK = 100, 5000, 20_000
EVENTS, EVENTS_OF_A_BLOCK = 20_000, 50
RATE, SECONDS, LISTENERS = 200, 20, 1000
TERMS = JobTerms(1, 2, 1000, 1, 100 * LEASES_OF_A_JOB, 10**15, 10**17, FAMILY)


def lease_row(number: int) -> dict[str, Any]:
    """A lease that was accepted long ago."""
    job, place = divmod(number, LEASES_OF_A_JOB)
    worker = 1 + number % WORKERS
    empty: dict[str, Any] = dict.fromkeys(VALUES["lease"])
    at = {"claimed_block": job, "claimed_s": job, "submitted_block": job, "submitted_s": job + 60}
    done = {"state": "accepted", "twin": "", "draw": "passed", "is_paid": True, "paid_fri": 10**17}
    of = {"job": job + 1, "worker": worker, "first": 100 * place, "count": 100, "attempt": 1, "audits": 0}
    key = {"board": BOARD, "lease": join_lease_id(WorkerId(worker), 0, number // WORKERS)}
    return key | empty | at | done | of | {"operator": worker, "payout": worker, "root": number}


def job_row(number: int) -> dict[str, Any]:
    """The job of such leases."""
    empty: dict[str, Any] = dict.fromkeys(VALUES["job"])
    terms = {name: one for name, one in TERMS.as_dict().items() if name in empty}
    counts = {"held_tasks": 0, "accepted_tasks": TERMS.tasks, "refunded_tasks": 0, "leases": LEASES_OF_A_JOB}
    of = {"state": "closed", "requester": 1 + number % 500, "created_block": number, "created_s": number}
    return (
        {"board": BOARD, "job": number + 1} | empty | terms | counts | of | {"paid_fri": 0, "refunded_fri": 0}
    )


def fill(url: str, leases: int) -> float:
    """A database that has followed for long; returns the seconds that its rows took."""
    engine = open_engine(url)
    migrate(engine, MIGRATIONS)
    started = time.monotonic()
    for begin in range(0, leases, CHUNK):
        with writing(engine) as connection:
            numbers = range(begin, min(begin + CHUNK, leases))
            connection.execute(insert(LEASE), [lease_row(one) for one in numbers])
            jobs = {one // LEASES_OF_A_JOB for one in numbers if one % LEASES_OF_A_JOB == 0}
            connection.execute(insert(JOB), [job_row(one) for one in sorted(jobs)])
    engine.dispose()
    return time.monotonic() - started


def blocks(jobs_before: int) -> Iterator[Block]:
    """Claims and results of a new job, a worker a lease, in blocks of real size."""
    told: list[Any] = [BoardAnnounced(0, BOARD, 1), JobCreated(0, JobId(jobs_before + 1), FAMILY, 9, TERMS)]
    result = LeaseResult(11, 12, 13, 14)
    for number in range((EVENTS - 2) // 2):
        lease = join_lease_id(WorkerId(1 + number % WORKERS), 1, number // WORKERS)
        told.append(LeaseClaimed(0, JobId(jobs_before + 1), lease, 7, number, 1, 1, 3, 1))
        told.append(ResultSubmitted(0, JobId(jobs_before + 1), lease, 1, result))
    for number, begin in enumerate(range(0, len(told), EVENTS_OF_A_BLOCK)):
        some = told[begin : begin + EVENTS_OF_A_BLOCK]
        placed = [
            PlacedEvent(
                at, 0, begin + at, NETWORK.directory if isinstance(one, BoardAnnounced) else BOARD, one
            )
            for at, one in enumerate(some)
        ]
        yield Block(number, 1000 + number, 999 + number, 2_000_000_000 + number, tuple(placed), number)


def is_first(event: object) -> bool:
    """Whether the Directory tells it."""
    return isinstance(event, BoardAnnounced)


def write(url: str, leases: int) -> tuple[float, float]:
    """Events a second, beside all that is there; and milliseconds of this process's CPU for one."""
    engine = open_engine(url)
    store = Store(engine)
    store.open(NETWORK)
    made = list(blocks(leases))
    started, cpu_s = time.monotonic(), time.process_time()
    kept = sum(store.apply(block, int(time.time())) for block in made)
    took_s, cpu_s = time.monotonic() - started, time.process_time() - cpu_s
    engine.dispose()
    return kept / took_s, 1000 * cpu_s / kept


def paths(leases: int) -> list[str]:
    """Questions of all kinds, the same each time."""
    chance = random.Random(1)
    found = []
    for _ in range(RATE * SECONDS):
        number = chance.randrange(leases)
        lease, job = lease_row(number)["lease"], number // LEASES_OF_A_JOB + 1
        found.append(
            chance.choice(
                (
                    f"/v1/leases/{BOARD:#x}/{lease}",
                    f"/v1/jobs/{BOARD:#x}/{job}",
                    f"/v1/jobs/{BOARD:#x}/{job}/leases?limit=20",
                    f"/v1/jobs?requester={chance.randrange(1, 500):#x}&limit=20",
                    f"/v1/workers/{chance.randrange(1, WORKERS)}/leases?limit=20",
                )
            )
        )
    return found


async def ask(url: str, leases: int) -> tuple[list[float], int]:
    """Seconds that each answer took from when it was due, and how many were none."""
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        listening = [asyncio.create_task(listen(session, url)) for _ in range(LISTENERS)]
        await asyncio.sleep(5)
        taken: list[float] = []
        wrong = 0
        begin = time.monotonic()

        async def one(at: int, path: str) -> None:
            nonlocal wrong
            due = begin + at / RATE
            await asyncio.sleep(due - time.monotonic())
            async with session.get(url + path) as answer:
                await answer.read()
                wrong += answer.status != 200
            taken.append(time.monotonic() - due)

        await asyncio.gather(*(one(at, path) for at, path in enumerate(paths(leases))))
        for client in listening:
            client.cancel()
        ended = await asyncio.gather(*listening, return_exceptions=True)
        wrong += sum(not isinstance(end, asyncio.CancelledError) for end in ended)
    return sorted(taken), wrong


async def listen(session: aiohttp.ClientSession, url: str) -> None:
    """Hear events until cancelled."""
    async with session.get(f"{url}/v1/events") as answer:
        async for _ in answer.content:
            pass


def measure(url: str, leases: int, folder: Path) -> str:
    """A row of the table."""
    fill_s = fill(url, leases)
    (events_per_s, event_ms) = write(url, leases)
    port = free_port()
    config = folder / "index.toml"
    config.write_text(f'rpc_url = "http://127.0.0.1:1/rpc"\ndirectory = "0x2"\nfolder = "{folder}"\n')
    command = [
        sys.executable,
        "-m",
        "services.index",
        "--config",
        str(config),
        "--read-only",
        "--port",
        str(port),
    ]
    log = folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--database", url], cwd=REPO, stdout=output, stderr=output
        )
        try:
            wait_for_port(port, process.pid, log)
            before_s = cpu_of(process.pid)
            taken, wrong = asyncio.run(ask(f"http://127.0.0.1:{port}", leases))
            answer_ms = 1000 * (cpu_of(process.pid) - before_s) / len(taken)
        finally:
            process.kill()
            process.wait()
    at = [f"{1000 * taken[min(int(len(taken) * share), len(taken) - 1)]:,.0f}" for share in (0.5, 0.99)]
    wrote = (f"{leases / fill_s:,.0f}", f"{events_per_s:,.0f}", f"{event_ms:.2f}")
    cells = (url.partition(":")[0], *wrote, *at, f"{answer_ms:.2f}", str(wrong))
    return f"| {' | '.join(cells)} |"


def cpu_of(pid: int) -> float:
    """Seconds that a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure the index.")
    parser.add_argument("--leases", type=int, default=1_000_000)
    parser.add_argument("--databases", default="sqlite,postgresql")
    options = parser.parse_args()
    print(f"{options.leases:,} leases, {RATE} questions a second for {SECONDS} s, {LISTENERS} listeners")
    heads = (
        "database",
        "rows/s filled",
        "events/s",
        "CPU ms/event",
        "p50 ms",
        "p99 ms",
        "CPU ms/answer",
        "not given",
    )
    print(f"| {' | '.join(heads)} |\n|---|{'--:|' * 7}")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for name in options.databases.split(","):
            if name == "postgresql":
                server = Postgres.make()
                stack.callback(server.end)
                url = server.new_database()
            else:
                url = f"sqlite:///{folder}/index.sqlite"
            print(measure(url, options.leases, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
