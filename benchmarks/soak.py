"""Whether a worker that is left alone grows: hours of tiny leases, and what the agents hold meanwhile.

    make soak        or        python -m benchmarks.soak [--minutes 120] [--workers 5]

An artist has jobs rendered, six at once, each of six frames of 32 x 32 in leases of three. With five
workers most leases are judged, so evidence and votes come with them; nothing is probed before a claim, since
that renders and is done once a package. Every minute the agents are looked at. "An hour" is the slope of a
line through the second half of the looks, when caches are warm.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

from renderchain.core.notices.leases import LeaseGivenBack

from benchmarks.render_process import say
from devkit.logs import notices_of
from devkit.network.local import Network, running_network
from devkit.network.same_again import Artist
from devkit.network.workers import LocalWorkers, WorkerPlan, descendants, running_workers

LOOK_S = 60.0
SHOWN = 10  # of so many looks one is printed
PLAN = WorkerPlan(environment={"RENDERCHAIN_PROBE_SECONDS": "0"})
MIB = 2**20
SUBMITTED = b'"kind": "lease_submitted"'


@dataclass(frozen=True)
class Look:
    """What all agents hold at one moment, added up; ``leases`` are those submitted so far."""

    minute: float
    leases: int
    agents_mib: float
    children_mib: float
    processes: int
    threads: int
    handles: int
    journals_mib: float
    evidence_mib: float
    logs_mib: float
    rest_mib: float


def look(running: LocalWorkers, network: Network, workers: int, began_s: float) -> Look:
    """Look at every agent, at its children and at its folder."""
    agents = [running.pid(number) for number in range(1, workers + 1)]
    children = [pid for agent in agents for pid in descendants(agent)]
    folders = [network.folder / f"worker-{number}" for number in range(1, workers + 1)]
    journals, evidence, logs, whole = (
        sum(_bytes_of(folder, pattern) for folder in folders)
        for pattern in ("journal*", "evidence/**/*", "logs/**/*", "**/*")
    )
    submitted = sum(running.log(number).read_bytes().count(SUBMITTED) for number in range(1, workers + 1))
    return Look(
        (time.monotonic() - began_s) / 60,
        submitted,
        sum(map(_resident_bytes, agents)) / MIB,
        sum(map(_resident_bytes, children)) / MIB,
        len(children),
        sum(_count(Path(f"/proc/{pid}/task")) for pid in agents),
        sum(_count(Path(f"/proc/{pid}/fd")) for pid in agents),
        journals / MIB,
        evidence / MIB,
        logs / MIB,
        (whole - journals - evidence - logs) / MIB,
    )


def _resident_bytes(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _count(folder: Path) -> int:
    with suppress(OSError):
        return len(os.listdir(folder))
    return 0


def _bytes_of(folder: Path, pattern: str) -> int:
    total = 0
    for path in folder.glob(pattern):
        with suppress(OSError):  # it may be gone by now
            total += path.lstat().st_size if path.is_file() else 0
    return total


async def watch(see: Callable[[], Look], minutes: float) -> list[Look]:
    """Look every minute for so long."""
    seen: list[Look] = []
    until_s = time.monotonic() + 60 * minutes
    while time.monotonic() < until_s:
        await asyncio.sleep(LOOK_S)
        seen.append(await asyncio.to_thread(see))
        if len(seen) % SHOWN == 1:
            say(list(astuple(seen[-1])))
    return seen


async def soak(
    network: Network, running: LocalWorkers, options: argparse.Namespace, artist: Artist
) -> list[Look]:
    """Have jobs done and look on; raises what ended the artist."""
    began_s, enough = time.monotonic(), asyncio.Event()
    working = asyncio.create_task(artist.work(enough, options.jobs))
    watching = asyncio.create_task(
        watch(lambda: look(running, network, options.workers, began_s), options.minutes)
    )
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        enough.set()
        return await watching
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


def slopes(seen: list[Look]) -> list[float]:
    """What each figure gains in an hour, by the second half of the looks (least squares)."""
    half = seen[len(seen) // 2 :]
    hours = [one.minute / 60 for one in half]
    columns = zip(*(astuple(one)[1:] for one in half), strict=True)
    return [statistics.linear_regression(hours, column).slope for column in columns]


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--workers", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=6, help="at once; each takes two minutes, mostly waiting")
    options = parser.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}"
    print(f"{date.today()}  {machine}, bpy  {options.workers} workers, {options.minutes:.0f} minutes\n")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        numbers = range(1, options.workers + 1)
        with (
            running_network(scratch / "network", options.workers) as network,
            running_workers(network, dict.fromkeys(numbers, PLAN), scratch) as running,
        ):
            artist = Artist(network, scratch)
            artist.first_job()
            names = [one.name.replace("_", " ") for one in fields(Look)]
            say(names)
            say(["---"] * len(names))
            seen = asyncio.run(soak(network, running, options, artist))
            say(list(astuple(seen[-1])))
            say(["an hour", *slopes(seen)])
            back = [
                one for n in numbers for one in notices_of(running.log(n)) if isinstance(one, LeaseGivenBack)
            ]
            print(f"\njobs {len(artist.reports)}, leases given back {len(back)}, ", end="")
            print(
                f"agents alive {sum(running.is_running(n) for n in numbers)} of {options.workers}, ", end=""
            )
            print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
