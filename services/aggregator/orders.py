"""Which frames were ordered again, and what that may have cost: each once, and never beyond the budget."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from renderchain.core.errors import LocalError
from renderchain.core.ids import BoardJob, JobId
from renderchain.core.whole_file import write_whole

MOST_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Order:
    """Frames of a job, ordered as the job ``again``, which is None until the chain gave its number."""

    job: BoardJob
    frames: tuple[int, ...]
    most_fri: int
    again: BoardJob | None = None


class Orders:
    """In a file, which is written before anything is paid; and which jobs were seen to their end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.all, self._over = _read(path)

    def of(self, job: BoardJob) -> list[Order]:
        """Those of a job, in their order."""
        return [one for one in self.all if one.job == job]

    @property
    def spent_fri(self) -> int:
        """What all of them may cost."""
        return sum(one.most_fri for one in self.all)

    def begin(self, job: BoardJob, frames: Sequence[int], most_fri: int) -> Order:
        """Note an order that is about to be made."""
        order = Order(job, tuple(frames), most_fri)
        self._write([*self.all, order], self._over)
        return order

    def settle(self, order: Order, again: BoardJob | None) -> None:
        """Note its job; with None that it never was made, so that it costs nothing."""
        others = [one for one in self.all if one != order]
        self._write([*others, replace(order, again=again)] if again else others, self._over)

    def finish(self, job: BoardJob) -> None:
        """Note that there is nothing left to do for a job."""
        self._write(self.all, self._over | {job})

    def is_over(self, job: BoardJob) -> bool:
        """Whether that was noted."""
        return job in self._over

    def _write(self, orders: list[Order], over: frozenset[BoardJob]) -> None:
        body = {"orders": list(map(_told, orders)), "over": list(map(_named, sorted(over)))}
        write_whole(self._path, json.dumps(body, indent=1).encode())
        self.all, self._over = orders, over


def _told(order: Order) -> dict[str, Any]:
    again = _named(order.again) if order.again else None
    return {"job": _named(order.job), "frames": order.frames, "most_fri": str(order.most_fri), "again": again}


def _named(job: BoardJob) -> list[Any]:
    return [hex(job.board), job.job_id]


def _job(named: Any) -> BoardJob:
    board, job_id = named
    return BoardJob(int(board, 16), JobId(int(job_id)))


def _read(path: Path) -> tuple[list[Order], frozenset[BoardJob]]:
    """Raises LocalError where it can't be read: whoever forgot what was spent would spend it again."""
    if not path.exists():
        return [], frozenset()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError
        body = json.loads(path.read_text())
        orders = [
            Order(
                _job(one["job"]),
                tuple(map(int, one["frames"])),
                int(one["most_fri"]),
                _job(one["again"]) if one["again"] is not None else None,
            )
            for one in body["orders"]
        ]
        return orders, frozenset(map(_job, body["over"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LocalError(
            f"{path}, which says what was ordered again, can't be read. Mend it, or move it away once you "
            "know that the budget is not spent."
        ) from error
