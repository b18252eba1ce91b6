"""Jobs whose leases failed here, and who leaves them: one lane, whose device may be at fault, or all.

A job is known by its number and its package: after a reorganisation another one may have the number, and a
process that was started since has not heard of that.
"""

from __future__ import annotations

from collections import Counter

from ...core.ids import JobId

DEFAULT_FAILURES = 2
MAX_LANES = 2  # in which a job failed: then it is no one device's fault
ALL_LANES = 0
_STATE = "failed"


class FailedJobs:
    """Lanes count from 1; what every lane would meet with a job is noted of ``ALL_LANES``.

    After ``most`` failures of one lane with a job it takes no more of it; also of all lanes together where
    it is surely the job's doing.
    """

    def __init__(self, most: int = DEFAULT_FAILURES) -> None:
        self._most = most
        self._counts: dict[tuple[JobId, str], Counter[int]] = {}

    def note(self, job_id: JobId, package_cid: str, lane: int) -> None:
        """A lease of that job failed there."""
        self._counts.setdefault((job_id, package_cid), Counter())[lane] += 1

    def leaves(self, job_id: JobId, package_cid: str, lane: int) -> bool:
        """Whether a lane takes no more of a job."""
        counts = self._counts.get((job_id, package_cid), Counter[int]())
        lanes = sum(one != ALL_LANES for one in counts)
        return counts[ALL_LANES] + counts[lane] >= self._most or lanes >= MAX_LANES


def failed_state(lane: int) -> str:
    """The journal's word for a lease that failed there."""
    return _STATE if lane == ALL_LANES else f"{_STATE} in lane {lane}"


def lane_of(state: str) -> int | None:
    """Where a lease failed, by that word; None if it did not."""
    if state == _STATE:
        return ALL_LANES
    number = state.removeprefix(f"{_STATE} in lane ")
    return int(number) if number != state and number.isdecimal() else None
