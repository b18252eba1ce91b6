"""How long a plan takes for many workers, and how many leases it gives in a second; prints milliseconds.

python -m benchmarks.scheduling [--workers 10000] [--plans 200]

Plain FIFO, the first free worker with the next task, stands beside it.
"""

from __future__ import annotations

import argparse
import time
from collections import deque

import numpy as np
from renderchain.core.ids import WorkerId
from renderchain.core.job import StandingOffer
from renderchain.core.lease_id import join_lease_id
from renderchain.core.scheduling.book import Book
from renderchain.core.scheduling.fit import Needs
from renderchain.core.scheduling.fleet import Terms
from renderchain.core.scheduling.plan import Given, Job
from renderchain.core.scheduling.predict import Costs
from renderchain.core.scheduling.tasks import Held, OpenTasks

NOW_S, COST_S, TASKS_EACH = 1_800_000_000.0, 60.0, 20


def book_of(workers: int, chance: np.random.Generator) -> Book[int]:
    """All workers alive and free, and one job for them."""
    book = Book[int]()
    for number, speed in enumerate(chance.lognormal(0, 0.8, workers), 1):
        offer = StandingOffer(1, 2**40, 16, 2**39)
        book.put_worker(WorkerId(number), Terms(offer, 2**20, 2**80), float(speed))
        book.heard(WorkerId(number), NOW_S)
    tasks = TASKS_EACH * workers
    needs = Needs(0, tasks, 10**17, 1000, 0, 1, 64, 400.0)
    costs = Costs(tasks, COST_S, dict(enumerate(COST_S * chance.lognormal(0, 0.5, tasks))))
    book.jobs[1] = Job(needs, costs, OpenTasks(tasks))
    return book


def confirm(book: Book[int], leases: list[Given], now_s: float, generation: int) -> list[Held]:
    """The board took them all."""
    found = []
    for one in leases:
        worker = book.fleet.ids[one.row]
        number = join_lease_id(worker, one.slot, generation)
        held = Held(number, worker, one.slot, one.first, one.count, now_s, one.begins_s, one.ends_s)
        book.claimed(1, held)
        found.append(held)
    return found


def main() -> None:
    """Plan once a second of the job's own time, and end leases as they are expected to end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--workers", type=int, default=10_000)
    parser.add_argument("--plans", type=int, default=200)
    options = parser.parse_args()
    book, times_s, given, held = book_of(options.workers, np.random.default_rng(1)), [], 0, list[Held]()
    for number in range(options.plans):
        now_s = NOW_S + number
        book.fleet.column("heard_s")[:] = now_s
        for one in [one for one in held if one.ends_s <= now_s]:
            book.submitted(one.lease_id, now_s)
            book.settled(one.lease_id)
        held = [one for one in held if one.ends_s > now_s]
        began_s = time.process_time()
        leases = book.plan(now_s).get(1, [])
        times_s.append(time.process_time() - began_s)
        given += len(leases)
        held += confirm(book, leases, now_s, number + 1)
    in_ms = np.array(times_s) * 1000
    print(f"{options.workers} workers, {len(in_ms)} plans, {given} leases")
    print(f"a plan: {np.median(in_ms):.1f} ms of processor time, p99 {np.quantile(in_ms, 0.99):.1f} ms")
    print(f"ours: {given / sum(times_s):.0f} leases a second")
    print(f"plain FIFO: {fifo(options.workers):.0f} leases a second")


def fifo(workers: int) -> float:
    """Leases a second where nobody thinks about it."""
    began_s, free = time.process_time(), deque(range(workers))
    leases = [(free.popleft(), task) for task in range(workers)]
    return len(leases) / (time.process_time() - began_s)


if __name__ == "__main__":
    main()
