"""Whether a network stays as it is: hours of tiny leases, troubles between, and what the agents hold.

    make soak   or   python -m benchmarks.soak [--minutes 120] [--workers 5] [--every 4] [--goes-back]

An artist has jobs rendered, six at once, each of six frames of 32 x 32 in leases of three. With five
workers most leases are judged, so evidence and votes come with them; nothing is probed before a claim, since
that renders and is done once a package. An index runs beside, which artist and workers read. Every four
minutes something happens to one of them (benchmarks/troubles.py), and every minute the agents are looked at.
"An hour" is the slope of a line through the second half of the looks, when caches are warm.

In the end every job must be whole, every fri where it belongs, and nothing have grown but what leases leave
by design (benchmarks/looks.py); else what is wrong is said, and the exit code is 1. ``--goes-back`` has the
chain go back too: its node then takes memory without end, about 7 MB a transaction, so such a run is short.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

from renderchain.core.ids import WorkerId
from renderchain.core.lifecycle import JobState
from renderchain.core.money import parse_strk
from renderchain.core.notices.leases import LeaseGivenBack

from benchmarks.looks import Look, grown, look, names, slopes
from benchmarks.render_process import say
from benchmarks.troubles import Troubles
from devkit.logs import notices_of
from devkit.network.beside import let_read, running_services
from devkit.network.local import Network, running_network
from devkit.network.same_again import FRAMES, REWARD, Artist
from devkit.network.workers import LocalWorkers, WorkerPlan, running_workers
from tools.demo import ledger

LOOK_S = 60.0
SHOWN = 10  # of so many looks one is printed
PLAN = WorkerPlan(environment={"RENDERCHAIN_PROBE_SECONDS": "0"})
LAST_JOBS_S = 1800.0  # after which the jobs that were under way, and what is owed, hang


@dataclass
class Soak:
    """One run of it."""

    network: Network
    running: LocalWorkers
    troubles: Troubles
    artist: Artist
    options: argparse.Namespace

    async def run(self) -> tuple[list[Look], list[str]]:
        """What was seen, and what is wrong of the money; raises what ended the artist or a trouble."""
        before, first_block = await self._books()
        began_s, enough = time.monotonic(), asyncio.Event()
        working = asyncio.create_task(self.artist.work(enough, self.options.jobs))
        watching = asyncio.create_task(
            watch(
                lambda: look(self.running, self.network, self.options.workers, began_s), self.options.minutes
            )
        )
        troubling = asyncio.create_task(self.troubles.go_on(60 * self.options.every, enough))
        tasks = (working, watching, troubling)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
            seen = await watching
            enough.set()
            await troubling
            async with asyncio.timeout(LAST_JOBS_S):
                await working
                while not await self._is_settled():
                    await asyncio.sleep(1)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return seen, await self._wrong(before, first_block)

    async def _is_settled(self) -> bool:
        """Whether the board holds nothing but what it burned, and fees that are not worth their gas yet."""
        async with self.network.chain("artist") as chain:
            owed_fri = [await chain.balance_fri(one.address) for one in self.network.accounts.values()]
        return await ledger.held_fri(self.network) == sum(owed_fri)

    async def _books(self) -> tuple[dict[str, int], int]:
        """All balances and the first block behind them, with no transaction between: agents are at work."""
        while True:
            async with self.network.chain("artist") as chain:
                next_block = await chain.block_number() + 1
            found = await ledger.balances(self.network)
            if not await ledger.transactions(self.network, next_block):
                return found, next_block

    async def _wrong(self, before: dict[str, int], first_block: int) -> list[str]:
        """What is not as it must be of jobs and money."""
        after, next_block = await self._books()
        sent = await ledger.transactions(self.network, first_block, next_block)
        gains = ledger.moved(before, after, sent)
        found = [f"{sum(gains.values())} fri came from nowhere: {gains}."] if sum(gains.values()) else []
        pay_fri = FRAMES * parse_strk(REWARD)
        for job_id, report in self.artist.reports.items():
            if (report.state, report.paid_fri) != (JobState.COMPLETED, pay_fri):
                found.append(
                    f"Job {job_id} is {report.state.name.lower()}: {report.paid_fri} fri of {pay_fri}."
                )
        async with self.network.chain("artist") as chain:
            for number in range(1, self.options.workers + 1):
                if locked_fri := (await chain.worker(WorkerId(number))).locked_fri:
                    found.append(f"{locked_fri} fri of worker {number}'s stake are still locked.")
        return found


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


def main() -> int:
    """Print everything; returns the exit code."""
    options = _options()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}"
    print(f"{date.today()}  {machine}, bpy  {options.workers} workers, {options.minutes:.0f} minutes\n")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        numbers = range(1, options.workers + 1)
        with (
            running_network(scratch / "network", options.workers, archive=options.goes_back) as network,
            running_services(network, scratch) as services,
        ):
            let_read(network, services.start_index())
            with running_workers(network, dict.fromkeys(numbers, PLAN), scratch) as running:
                artist = Artist(network, scratch)
                artist.first_job()
                troubles = Troubles(network, running, services, PLAN, options.workers, options.goes_back)
                say(names())
                say(["---"] * len(names()))
                soak = Soak(network, running, troubles, artist, options)
                try:
                    return _told(soak, *asyncio.run(soak.run()))
                finally:
                    troubles.end()


def _told(soak: Soak, seen: list[Look], wrong: list[str]) -> int:
    """Print what came of it; returns the exit code."""
    numbers, running = range(1, soak.options.workers + 1), soak.running
    say(list(astuple(seen[-1])))
    if len(seen) > 2:
        say(["an hour", *slopes(seen)])
    back = [one for n in numbers for one in notices_of(running.log(n)) if isinstance(one, LeaseGivenBack)]
    alive = [number for number in numbers if running.is_running(number)]
    print(f"\njobs {len(soak.artist.reports)}, leases given back {len(back)}, ", end="")
    print(f"agents alive {len(alive)} of {len(numbers)}, load at the end {os.getloadavg()[0]:.1f}")
    print(f"troubles: {dict(soak.troubles.done)}")
    wrong += grown(seen) + [f"Worker {number} ended by itself." for number in numbers if number not in alive]
    print("\n".join(wrong) or "Every job is whole, every fri where it belongs, and nothing grew.")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--workers", type=int, default=5, help="two or more")
    parser.add_argument("--jobs", type=int, default=6, help="at once; each takes two minutes, mostly waiting")
    parser.add_argument("--every", type=float, default=4, help="minutes from one trouble to the next")
    parser.add_argument("--goes-back", action="store_true", help="the chain does, now and then")
    options = parser.parse_args()
    if options.workers < 2:
        parser.error("with one worker there is none that is left alone: give two or more")
    return options


if __name__ == "__main__":
    sys.exit(main())
