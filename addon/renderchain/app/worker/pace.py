"""How fast work goes on this machine, by what it took so far."""

from __future__ import annotations

from collections import deque

from ...core.ids import JobId

USUAL_LEAD_S, LEAST_LEAD_S, LONGEST_LEAD_S = 30.0, 2.0, 120.0
LEADS = 5  # the last ones count
MOST_JOBS = 1000


class Pace:
    """What a frame of each job takes, and a lease from before its claim until it could be rendered."""

    def __init__(self) -> None:
        self._frames_s: dict[JobId, float] = {}
        self._leads_s: deque[float] = deque(maxlen=LEADS)

    def frame_s(self, job_id: JobId) -> float | None:
        """What a frame of that job takes; None as long as none was rendered here."""
        return self._frames_s.get(job_id)

    def note_frame(self, job_id: JobId, seconds: float) -> None:
        """The newest frame counts as much as all before it."""
        before = self._frames_s.pop(job_id, seconds)
        self._frames_s[job_id] = (before + seconds) / 2
        if len(self._frames_s) > MOST_JOBS:
            del self._frames_s[next(iter(self._frames_s))]

    def forget(self, job_id: JobId) -> None:
        """The job is over."""
        self._frames_s.pop(job_id, None)

    @property
    def lead_s(self) -> float:
        """So long before it is needed a lease is claimed: what the slowest of the last ones took."""
        longest_s = max(self._leads_s, default=USUAL_LEAD_S)
        return min(max(longest_s, LEAST_LEAD_S), LONGEST_LEAD_S)

    def note_lead(self, seconds: float) -> None:
        """A lease was claimed, and could be rendered so much later."""
        self._leads_s.append(seconds)
