"""Which frames were ordered again, and what that may have cost: each once, and never beyond the budget."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from renderchain.core.errors import LocalError
from renderchain.core.ids import NO_JOB, JobId

MOST_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Order:
    """Frames of a job, ordered as the job ``again``, which is NO_JOB until the chain gave its number."""

    job_id: JobId
    frames: tuple[int, ...]
    most_fri: int
    again: JobId = NO_JOB


class Orders:
    """In a file, which is written before anything is paid; and which jobs were seen to their end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.all, self._over = _read(path)

    def of(self, job_id: JobId) -> list[Order]:
        """Those of a job, in their order."""
        return [one for one in self.all if one.job_id == job_id]

    @property
    def spent_fri(self) -> int:
        """What all of them may cost."""
        return sum(one.most_fri for one in self.all)

    def begin(self, job_id: JobId, frames: Sequence[int], most_fri: int) -> Order:
        """Note an order that is about to be made."""
        order = Order(job_id, tuple(frames), most_fri)
        self._write([*self.all, order], self._over)
        return order

    def settle(self, order: Order, again: JobId) -> None:
        """Note its number; with NO_JOB that it never was made, so that it costs nothing."""
        others = [one for one in self.all if one != order]
        self._write([*others, replace(order, again=again)] if again else others, self._over)

    def finish(self, job_id: JobId) -> None:
        """Note that there is nothing left to do for a job."""
        self._write(self.all, self._over | {job_id})

    def is_over(self, job_id: JobId) -> bool:
        """Whether that was noted."""
        return job_id in self._over

    def _write(self, orders: list[Order], over: frozenset[JobId]) -> None:
        made = [{**asdict(one), "most_fri": str(one.most_fri)} for one in orders]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        with partial.open("w") as file:
            json.dump({"orders": made, "over": sorted(over)}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, self._path)
        self.all, self._over = orders, over


def _read(path: Path) -> tuple[list[Order], frozenset[JobId]]:
    """Raises LocalError where it can't be read: whoever forgot what was spent would spend it again."""
    if not path.exists():
        return [], frozenset()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError
        body = json.loads(path.read_text())
        orders = [
            Order(
                JobId(int(one["job_id"])),
                tuple(map(int, one["frames"])),
                int(one["most_fri"]),
                JobId(int(one["again"])),
            )
            for one in body["orders"]
        ]
        return orders, frozenset(JobId(int(one)) for one in body["over"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LocalError(
            f"{path}, which says what was ordered again, can't be read. Mend it, or move it away once you "
            "know that the budget is not spent."
        ) from error
