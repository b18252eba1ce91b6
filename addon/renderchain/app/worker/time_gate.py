"""Whether leases can be done here in time, asked before they are claimed: by what was measured here.

First that is the probe, on the CPU; once a frame of the package was rendered, it is what frames took.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...core.job import JobInfo, needs_prints
from ...core.probe_report import ProbeReport

RENDER_PART = 0.8  # of a lease's timeout may be rendered; a tenth more is there for what goes slower
MOST_PACKAGES = 1000


class FrameTimes:
    """What frames of packages took on this machine, by the packages' CIDs."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def note(self, cid: str, seconds: float) -> None:
        """The newest frame counts as much as all before it."""
        before = self._seconds.pop(cid, seconds)
        self._seconds[cid] = (before + seconds) / 2
        if len(self._seconds) > MOST_PACKAGES:
            del self._seconds[next(iter(self._seconds))]

    def of(self, cid: str) -> float | None:
        """What one takes; None where none was rendered yet."""
        return self._seconds.get(cid)


@dataclass(frozen=True)
class Fit:
    """So many frames to claim at most (0: as many as there are), or why none can be done in time."""

    most: int
    too_slow: str = ""


class TimeGate:
    """``report`` is what a job's probe found here, as far as it is known."""

    def __init__(self, times: FrameTimes, report: Callable[[JobInfo], ProbeReport | None]) -> None:
        self._times = times
        self._report = report

    def fit(self, job: JobInfo, most: int) -> Fit:
        """How many frames of a job, at most so many (0: any number), would be done in time."""
        least_s, frame_s = self._frame_s(job)
        if not frame_s:
            return Fit(most)
        time_s = RENDER_PART * job.lease_timeout_s
        if least_s > time_s:
            return Fit(
                0,
                f"A frame takes about {least_s:.0f} s here, and its lease must be done in "
                f"{job.lease_timeout_s} s: left to faster machines.",
            )
        tasks = min(most or job.longest_lease, job.longest_lease, max(job.open_tasks, 1))
        fits = max(int(time_s / frame_s), 1)
        return Fit(most) if fits >= tasks else Fit(fits)

    def _frame_s(self, job: JobInfo) -> tuple[float, float]:
        """What a frame takes at least, and what is reckoned with; zeros where nothing was measured."""
        if seconds := self._times.of(job.package_cid):
            return seconds, seconds
        report = None if needs_prints(job.family) else self._report(job)  # a probe is no measure for a GPU
        return (report.least_frame_ms / 1000, report.frame_ms / 1000) if report else (0.0, 0.0)
