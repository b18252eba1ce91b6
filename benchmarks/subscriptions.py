"""What narrow subscriptions save a worker: how many of a board's events it hears.

    make bench-subscriptions        or        python -m benchmarks.subscriptions [--jobs 40]

The board is the one in memory, the workers are the real ones, with made-up pixels: three render, five
verify, an artist has one job after the other rendered, each of two leases. What the board told is then
heard once more, as each of them would, and as one of another family that has neither lease nor seat. A
service hears everything. All of it follows from the seed; nothing is timed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from renderchain.core.audit.events import VotesDrawn
from renderchain.core.board_events import BoardEvent, LeaseAccepted
from renderchain.core.ids import WorkerId
from renderchain.core.interest import Interest
from renderchain.core.job import family_of

from devkit.fakes.package import FAMILY
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.renderer import Look
from devkit.fakes.world import World

RENDERERS, VERIFIERS = 3, 5
FRAMES = 4
SHORT = replace(OFFER, longest_lease=2, window_s=2000)
OTHER_FAMILY = family_of((5, 2), "CYCLES", "CPU")
LONGEST_S = 10**7  # of the world's time


@dataclass(frozen=True)
class Heard:
    """Events that concern somebody, and how many subscriptions that took at most."""

    who: str
    events: int
    subscriptions: int


def hear(who: str, told: Sequence[BoardEvent], families: Collection[int], machine: Machine | None) -> Heard:
    """What somebody hears of all that was told; None is a worker that has nothing."""
    address, worker_id = (machine.address, machine.worker_id) if machine else (1, WorkerId(2**20))
    interest, events, most = Interest(families, address, worker_id), 0, 0
    for _, block in groupby(told, key=lambda event: event.block):
        together = list(block)
        interest.grow(together)
        events += sum(interest.wants(event) for event in together)
        most = max(most, len(interest.filters()))
        interest.shrink(together)
    return Heard(who, events, most)


async def work(world: World, jobs: int) -> tuple[list[Machine], list[Machine]]:
    """Have so many jobs rendered and paid; who rendered, and who verified."""
    artist = Artist(world, 0xA271)
    rendering = [Machine(world, 0xF001 + one, Look(machine=one)) for one in range(RENDERERS)]
    verifying = [Machine(world, 0xE001 + one, Look(machine=one)) for one in range(VERIFIERS)]
    for one in (*rendering, *verifying):
        await one.join()
    for one in verifying:
        await one.verify_only()
    world.network.pass_time(1, 20)  # two epochs: then seats count
    async with AsyncExitStack() as stack:
        for one in (*rendering, *verifying):
            await stack.enter_async_context(one.working())
        for _ in range(jobs):
            await artist.watching(await artist.submit(FRAMES, SHORT))
    return rendering, verifying


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=40)
    jobs = parser.parse_args().jobs
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), spares=False)
        rendering, verifying = world.live(work(world, jobs), longest_s=LONGEST_S)
        network = world.network
        told = [event for number in range(network.block + 1) for event in network.events_of(number)]
        paid, drawn = len(network.told(LeaseAccepted)), len(network.told(VotesDrawn))
    found = [
        *(hear(f"renders, {one.address:#x}", told, {FAMILY}, one) for one in rendering),
        *(hear(f"verifies, {one.address:#x}", told, (), one) for one in verifying),
        hear("renders the family, has no lease", told, {FAMILY}, None),
        hear("renders another family", told, {OTHER_FAMILY}, None),
    ]
    print(f"{jobs} jobs of {FRAMES} frames, {paid} leases paid, {drawn} draws of votes: {len(told)} events\n")
    print(f"{'who listens':<34}{'events':>8}{'of all':>8}{'subscriptions':>15}")
    for one in found:
        print(f"{one.who:<34}{one.events:>8}{one.events / len(told):>8.0%}{one.subscriptions:>15}")


if __name__ == "__main__":
    main()
