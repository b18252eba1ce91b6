"""Which jobs a scheduler takes on: anybody may name it, and each of its leases costs it gas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..frames import MAX_FRAMES
from ..job import JobTerms
from ..money import format_strk
from .fit import Needs

MOST_JOBS = 200  # a plan looks at all workers for each
OWN_PART = 4  # of these one requester may have one in so many
MOST_TASKS = 1_000_000  # of all jobs together: each is some numbers in memory


@dataclass(frozen=True)
class Load:
    """What is scheduled already: how many jobs of whom, and their tasks."""

    of: Counter[int]
    tasks: int

    @classmethod
    def by(cls, jobs: Iterable[tuple[int, Needs]]) -> Load:
        """Of jobs, which come with their requesters."""
        present = list(jobs)
        return cls(Counter(one for one, _ in present), sum(needs.tasks for _, needs in present))


@dataclass(frozen=True)
class Serving:
    """Whose jobs, for what pay and how many; no ``requesters``: anybody's."""

    requesters: frozenset[int] = frozenset()
    least_reward_fri: int = 0
    most_jobs: int = MOST_JOBS

    def unfit(self, requester: int, terms: JobTerms) -> str:
        """Why a job is not scheduled, whatever else is; "" if it may be."""
        if self.requesters and requester not in self.requesters:
            return "its requester is none of those that are served here"
        if terms.reward_fri < self.least_reward_fri:
            least = format_strk(self.least_reward_fri)
            return f"it pays {format_strk(terms.reward_fri)} STRK a frame, and {least} is the least here"
        if terms.tasks > MAX_FRAMES:
            return f"it has {terms.tasks} tasks, and {MAX_FRAMES} are the most that are planned at once"
        return ""

    def no_room(self, requester: int, terms: JobTerms, load: Load) -> str:
        """Why a job is not taken on beside what is there now; "" if it is."""
        own_most = max(self.most_jobs // OWN_PART, 1)
        if load.of.total() >= self.most_jobs:
            return f"{self.most_jobs} others are scheduled here, which is all that there is room for"
        if load.of[requester] >= own_most and not self.requesters:
            return f"its requester has {own_most} others here, which is the most of one"
        if load.tasks + terms.tasks > MOST_TASKS:
            return f"with the others there would be more than {MOST_TASKS} tasks, the most that are planned"
        return ""
