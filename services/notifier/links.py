"""Where a notice leads: pages of the dashboard."""

from __future__ import annotations


class Links:
    """Below the dashboard's address; "" where there is none."""

    def __init__(self, dashboard: str) -> None:
        self._begin = f"{dashboard.split('#', 1)[0].rstrip('/')}/#" if dashboard else ""

    def job(self, board: str, job: str) -> str:
        """A job's page."""
        return self._begin and f"{self._begin}/jobs/{board}/{job}"

    def worker(self, worker: int) -> str:
        """A worker's page."""
        return self._begin and f"{self._begin}/workers/{worker}"

    def audit(self, board: str, lease: str) -> str:
        """The page of a lease's audit."""
        return self._begin and f"{self._begin}/audits/{board}/{lease}"
