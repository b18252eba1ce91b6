"""Which jobs a scheduler takes on: anybody may name it, and each of its leases costs it gas."""

from __future__ import annotations

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
class Serving:
    """Whose jobs, for what pay and how many; no ``requesters``: anybody's."""

    requesters: frozenset[int] = frozenset()
    least_reward_fri: int = 0
    most_jobs: int = MOST_JOBS

    def refusal(self, requester: int, terms: JobTerms, others: Iterable[tuple[int, Needs]]) -> str:
        """Why a job is not taken on beside these, which come with their requesters; "" if it is."""
        if self.requesters and requester not in self.requesters:
            return "its requester is none of those that are served here"
        if terms.reward_fri < self.least_reward_fri:
            least = format_strk(self.least_reward_fri)
            return f"it pays {format_strk(terms.reward_fri)} STRK a frame, and {least} is the least here"
        if terms.tasks > MAX_FRAMES:
            return f"it has {terms.tasks} tasks, and {MAX_FRAMES} are the most that are planned at once"
        present = list(others)
        own_most = max(self.most_jobs // OWN_PART, 1)
        if len(present) >= self.most_jobs:
            return f"{self.most_jobs} others are scheduled here, which is all that there is room for"
        if sum(one == requester for one, _ in present) >= own_most and not self.requesters:
            return f"its requester has {own_most} others here, which is the most of one"
        if sum(needs.tasks for _, needs in present) + terms.tasks > MOST_TASKS:
            return f"with the others there would be more than {MOST_TASKS} tasks, the most that are planned"
        return ""
