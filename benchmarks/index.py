"""The index with many leases: how fast it writes events, and how long answers take while many listen.

    .venv/bin/python -m benchmarks.index [--leases 1000000] [--databases sqlite,postgresql]

First it fills a database and writes events as fast as it can. Then an index answers the questions of
benchmarks/index_clients.py, while a block every so often is written beside it and told to all listeners.
Index, asker, listeners, this writer and the database are processes of one machine, and share its cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count, islice
from pathlib import Path
from typing import Any

from renderchain.core.board_events import JobCreated, LeaseClaimed, ResultSubmitted
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.job import JobTerms, LeaseResult
from renderchain.core.lease_id import join_lease_id
from renderchain.core.network_events import BoardAnnounced
from renderchain.ports.event_feed import Block, PlacedEvent
from sqlalchemy import insert, text

from devkit.network.postgres import Postgres
from devkit.network.services import REPO, free_port, wait_for_port
from services.common.engine import open_engine, writing
from services.common.migrations import migrate
from services.index.command import MIGRATIONS
from services.index.store import Network, Store
from services.index.tables import JOB, LEASE, VALUES

from .index_clients import (
    BOARD,
    LEASES_OF_A_JOB,
    LISTENERS,
    RATE,
    REQUESTERS,
    SECONDS,
    WARM_UP_S,
    WORKERS,
    lease_of,
)

NETWORK, FAMILY = Network(1, 2, 3), 5
CHUNK = 20_000
EVENTS, EVENTS_OF_A_BLOCK, BLOCK_S = 20_000, 50, 2.0
TERMS = JobTerms(1, 2, 1000, 1, 100 * LEASES_OF_A_JOB, 10**15, 10**17, FAMILY)


def lease_row(number: int) -> dict[str, Any]:
    """A lease that was accepted long ago."""
    job, place = divmod(number, LEASES_OF_A_JOB)
    worker = 1 + number % WORKERS
    empty: dict[str, Any] = dict.fromkeys(VALUES["lease"])
    at = {"claimed_block": job, "claimed_s": job, "submitted_block": job, "submitted_s": job + 60}
    done = {"state": "accepted", "twin": "", "draw": "passed", "is_paid": True, "paid_fri": 10**17}
    of = {"job": job + 1, "worker": worker, "first": 100 * place, "count": 100, "attempt": 1, "audits": 0}
    key = {"board": BOARD, "lease": lease_of(number)}
    return key | empty | at | done | of | {"operator": worker, "payout": worker, "root": number}


def job_row(number: int) -> dict[str, Any]:
    """The job of such leases."""
    empty: dict[str, Any] = dict.fromkeys(VALUES["job"])
    terms = {name: one for name, one in TERMS.as_dict().items() if name in empty}
    counts = {"held_tasks": 0, "accepted_tasks": TERMS.tasks, "refunded_tasks": 0, "leases": LEASES_OF_A_JOB}
    of = {
        "state": "closed",
        "requester": 1 + number % REQUESTERS,
        "created_block": number,
        "created_s": number,
    }
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
    filled_s = time.monotonic() - started
    if engine.dialect.name == "postgresql":  # which does it by itself, a minute later
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return filled_s


def events(jobs_before: int) -> Iterator[Any]:
    """Claims and results of new jobs, a worker a lease."""
    yield BoardAnnounced(0, BOARD, 1)
    result = LeaseResult(11, 12, 13, 14)
    for number in count():
        job = JobId(jobs_before + 1 + number // WORKERS)
        if number % WORKERS == 0:
            yield JobCreated(0, job, FAMILY, 9, TERMS)
        lease = join_lease_id(WorkerId(1 + number % WORKERS), 1, number // WORKERS)
        yield LeaseClaimed(0, job, lease, 7, number % WORKERS, 1, 1, 3, 1)
        yield ResultSubmitted(0, job, lease, 1, result)


def blocks(jobs_before: int) -> Iterator[Block]:
    """These, in blocks of real size, without end."""
    told = events(jobs_before)
    for number in count():
        some = list(islice(told, EVENTS_OF_A_BLOCK))
        addresses = [NETWORK.directory if isinstance(one, BoardAnnounced) else BOARD for one in some]
        placed = [
            PlacedEvent(at, 0, number * EVENTS_OF_A_BLOCK + at, *one)
            for at, one in enumerate(zip(addresses, some, strict=True))
        ]
        yield Block(number, 1000 + number, 999 + number, 2_000_000_000 + number, tuple(placed), number)


def write(store: Store, made: Sequence[Block]) -> tuple[float, float]:
    """Events a second, beside all that is there; and milliseconds of this process's CPU for one."""
    started, cpu_s = time.monotonic(), time.process_time()
    kept = sum(store.apply(block, int(time.time())) for block in made)
    took_s, cpu_s = time.monotonic() - started, time.process_time() - cpu_s
    return kept / took_s, 1000 * cpu_s / kept


def measure(url: str, leases: int, folder: Path) -> str:
    """A row of the table."""
    fill_s = fill(url, leases)
    engine = open_engine(url)
    store = Store(engine)
    store.open(NETWORK)
    made = blocks(leases)
    (events_per_s, event_ms) = write(store, list(islice(made, EVENTS // EVENTS_OF_A_BLOCK)))
    with serving(url, folder) as (address, pid), told_to(address) as listening:
        before_s, asker = cpu_of(pid), clients("ask", address, str(leases))
        told = tell(store, made, asker)
        answers = json.loads(asker.communicate()[0])
        cpu_s = cpu_of(pid) - before_s
        heard = json.loads(listening.communicate("")[0])
    engine.dispose()
    wrote = (f"{leases / fill_s:,.0f}", f"{events_per_s:,.0f}", f"{event_ms:.2f}")
    at = [f"{answers[name]:,.0f}" for name in ("p50_ms", "p99_ms", "late_p99_ms")]
    share = f"{100 * heard['heard'] / (told * LISTENERS):.0f}"
    cpu = f"{cpu_s / (WARM_UP_S + SECONDS):.2f}"
    cells = (url.partition(":")[0], *wrote, *at, cpu, share, str(answers["wrong"] + heard["ended"]))
    return f"| {' | '.join(cells)} |"


def tell(store: Store, made: Iterator[Block], asker: subprocess.Popen[str]) -> int:
    """Write a block every so often until the asker has ended; returns what a listener hears of it."""
    told = 0
    while asker.poll() is None:
        told += store.apply(next(made), int(time.time())) + 1
        with suppress(subprocess.TimeoutExpired):
            asker.wait(BLOCK_S)
    return told


@contextmanager
def serving(url: str, folder: Path) -> Iterator[tuple[str, int]]:
    """An index that only answers: its address, and its process."""
    port = free_port()
    config, log = folder / "index.toml", folder / "log"
    config.write_text(f'rpc_url = "http://127.0.0.1:1/rpc"\ndirectory = "0x2"\nfolder = "{folder}"\n')
    options = ("--config", str(config), "--read-only", "--port", str(port), "--database", url)
    with log.open("w") as output:
        command = [sys.executable, "-m", "services.index", *options]
        process = subprocess.Popen(command, cwd=REPO, stdout=output, stderr=output)
        try:
            wait_for_port(port, process.pid, log)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.kill()
            process.wait()


@contextmanager
def told_to(address: str) -> Iterator[subprocess.Popen[str]]:
    """All listeners, in a process that ends when its input does."""
    process = clients("listen", address)
    try:
        assert process.stdout and process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()


def clients(*arguments: str) -> subprocess.Popen[str]:
    """A process of clients, whose input and output are ours."""
    command = [sys.executable, "-m", "benchmarks.index_clients", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=REPO, stdin=pipe, stdout=pipe, text=True)


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
    print(
        f"{options.leases:,} leases, {RATE} questions a second for {SECONDS} s after {WARM_UP_S} s, "
        f"{LISTENERS} listeners, a block of {EVENTS_OF_A_BLOCK} events every {BLOCK_S} s"
    )
    heads = (
        "database",
        "rows/s filled",
        "events/s",
        "CPU ms/event",
        "p50 ms",
        "p99 ms",
        "sent late, p99 ms",
        "CPUs",
        "heard, %",
        "not given",
    )
    print(f"| {' | '.join(heads)} |\n|---|{'--:|' * 9}")
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
