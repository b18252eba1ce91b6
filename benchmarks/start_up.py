"""What a worker's start reads of a board with many past leases, against reading all events of it.

    python -m benchmarks.start_up [--leases 100000]

The node is a stand-in in a process of its own (benchmarks/stand_in_node.py). The second way, which workers
had before, reads every event; it is measured on a tenth of them.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import time
from contextlib import aclosing

from renderchain.adapters.starknet.events import EventStream
from renderchain.adapters.starknet.news import NewsStream
from renderchain.adapters.starknet.node import Node
from renderchain.adapters.starknet.nodes import Nodes
from renderchain.core.board_events import CaughtUp
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.interest import Interest

from .stand_in_node import BOARD, LEASES_A_JOB, NAMES, PORT, serve

VOTES_S = 20 * 86400.0  # as the worker's loop asks for them
OPERATOR, WORKER = 0xA110, WorkerId(1)  # who holds nothing


async def no_leases() -> list[tuple[LeaseId, JobId]]:
    """What it holds."""
    return []


async def read(leases: int) -> tuple[float, int, float]:
    """Seconds and events of a worker's start; seconds of reading everything, by a tenth of it."""
    nodes = await Nodes.connect(Node(f"http://127.0.0.1:{PORT}/", ""))
    try:
        start_s, count = time.perf_counter(), 0
        interest = Interest({1}, OPERATOR, WORKER)
        stream = NewsStream(nodes, BOARD, interest, no_leases, time.time() - VOTES_S, 0)
        async with aclosing(stream.follow(0)) as told:
            while not isinstance(await anext(told), CaughtUp):
                count += 1
        ours_s = time.perf_counter() - start_s
        start_s, tenth = time.perf_counter(), leases * (len(NAMES) + 2 / LEASES_A_JOB) / 10
        whole = EventStream(nodes, BOARD)
        async with aclosing(whole.follow(0)) as told:
            for _ in range(int(tenth)):
                await anext(told)
        return ours_s, count, 10 * (time.perf_counter() - start_s)
    finally:
        await nodes.close()


def main() -> None:
    """Serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--leases", type=int, default=100_000)
    leases = parser.parse_args().leases
    ready = multiprocessing.Event()
    node = multiprocessing.Process(target=serve, args=(leases, ready), daemon=True)
    node.start()
    try:
        ready.wait(120)
        ours_s, count, all_s = asyncio.run(read(leases))
    finally:
        node.kill()
        node.join()
    print(
        f"{leases} past leases: a start reads {count} events in {ours_s:.2f} s, all events take {all_s:.0f} s"
    )


if __name__ == "__main__":
    main()
