"""Workers and jobs for tests of plans."""

from __future__ import annotations

from typing import Any

from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.job import StandingOffer
from renderchain.core.lease_id import join_lease_id
from renderchain.core.scheduling.book import Book
from renderchain.core.scheduling.fit import Needs
from renderchain.core.scheduling.fleet import Terms
from renderchain.core.scheduling.plan import Given, Job
from renderchain.core.scheduling.predict import Costs
from renderchain.core.scheduling.tasks import Held, OpenTasks

NOW_S = 1_000_000.0
REWARD_FRI = 10**17


def terms(asks_fri: int = 1, slots: int = 16, memory_mib: int = 4096, **offer: Any) -> Terms:
    """Of a worker that takes nearly everything."""
    what = {"largest_package_bytes": 10**9, "until_s": 2**39} | offer
    return Terms(StandingOffer(asks_fri, slots=slots, **what), memory_mib, 10**20)


def needs(tasks: int = 40, **changes: Any) -> Needs:
    """Of a small job."""
    what: dict[str, Any] = {
        "family": 1,
        "tasks": tasks,
        "reward_fri": REWARD_FRI,
        "package_bytes": 1000,
        "memory_mib": 1024,
        "stake_fri": 10**17,
        "longest_lease": 8,
        "lease_timeout_s": 600.0,
    }
    return Needs(**what | changes)


def job(
    tasks: int = 40, usual_s: float = 10.0, spares: int = 0, most_leases: int = 2**31, **changes: Any
) -> Job:
    """One whose tasks all cost the same."""
    return Job(needs(tasks, **changes), Costs(tasks, usual_s), OpenTasks(tasks), spares, most_leases)


def book(speeds: list[float], **jobs: Job) -> Book[str]:
    """Workers 1 and on of those speeds, all alive."""
    made = Book[str]()
    for number, speed in enumerate(speeds, 1):
        made.put_worker(WorkerId(number), terms(), speed)
        for _ in range(3):
            made.speeds.note(WorkerId(number), speed, 1.0)
        made.put_worker(WorkerId(number), terms(), speed)
        made.heard(WorkerId(number), NOW_S)
    made.jobs.update(jobs)
    return made


def confirm(made: Book[str], key: str, given: Given, now_s: float, generation: int = 1) -> LeaseId:
    """A block has a lease of the plan."""
    worker = made.fleet.ids[given.row]
    number = join_lease_id(worker, given.slot, generation)
    tasks, span = (given.first, given.count), (now_s, given.begins_s, given.ends_s)
    made.claimed(key, Held(number, worker, given.slot, *tasks, *span, spare_of=LeaseId(given.spare_of)))
    return number
