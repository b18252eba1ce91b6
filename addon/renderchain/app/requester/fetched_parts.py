"""What came of a job's sealed results before their fetch broke off: the next try goes on with it.

It lies where a crash and a restart leave it. Each block of it is compared with its CID again before it
counts. A worker that gives all but the last block must not fill the disk with what it never delivers, so all
together have a bound: what is over it begins anew.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from pathlib import Path

from ...core.errors import AgentRunsAlready, ContentError
from ...core.ids import JobId, LeaseId

MOST_BYTES = 2**30  # of one job's
LONGEST_UNUSED_S = 7 * 86400.0  # after which nobody is expected to go on with them
TurnOf = Callable[[int, JobId], AbstractAsyncContextManager[None]]


class FetchedParts:
    """A folder for each lease, where its results lie under their CID; one try at a time uses it.

    ``folder`` is one job's own, and made with the first.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._bytes: dict[Path, int] = {}  # of the leases that no try uses now
        self._used: set[Path] = set()
        self._unwanted: set[Path] = set()  # of those that one uses
        for one in sorted(folder.glob("*"), key=_changed_s, reverse=True):  # an earlier process left them
            self._keep(one)

    @contextmanager
    def used(self, lease_id: LeaseId, cid: str) -> Iterator[Path]:
        """Where a try finds what came under that CID, and puts the rest; what came stays where it breaks off.

        A ContentError is no such end: what came is not what was promised.
        """
        place, is_over = self._place(lease_id), True
        self._bytes.pop(place, None)
        self._unwanted.discard(place)
        self._used.add(place)
        for path in place.glob("*"):
            if path.name != cid:
                _delete(path)
        try:
            yield place / cid
        except ContentError:
            raise
        except BaseException:
            is_over = place in self._unwanted
            raise
        finally:
            self._used.discard(place)
            if is_over:
                _delete(place)
            else:
                self._keep(place)

    def drop(self, lease_id: LeaseId) -> None:
        """There is no next try; what one uses now goes with its end."""
        self._drop(self._place(lease_id))

    def drop_all(self) -> None:
        """None of those leases may come again."""
        for place in [*self._bytes, *self._used]:
            self._drop(place)

    def close(self) -> None:
        """The job is over, and nobody uses any."""
        _delete(self._folder)

    def _place(self, lease_id: LeaseId) -> Path:
        return self._folder / f"{lease_id}"

    def _keep(self, place: Path) -> None:
        size = sum(path.lstat().st_size for path in place.rglob("*") if not path.is_dir())
        if sum(self._bytes.values()) + size > self._most_bytes:
            _delete(place)
        else:
            self._bytes[place] = size

    def _drop(self, place: Path) -> None:
        if place in self._used:
            self._unwanted.add(place)
        elif self._bytes.pop(place, None) is not None:
            _delete(place)


async def drop_unused(folder: Path, turn_of: TurnOf) -> None:
    """Delete what came for jobs that nobody has gone on with for long, and nobody follows now.

    ``folder`` has the places of all jobs, as ``place_of`` says.
    """
    for one in folder.glob("*-*"):
        if time.time() - max(map(_changed_s, (one, *one.rglob("*")))) > LONGEST_UNUSED_S:
            board, _, number = one.name.partition("-")
            with suppress(AgentRunsAlready, ValueError):  # followed now; or none of ours
                async with turn_of(int(board, 16), JobId(int(number))):
                    _delete(one)


def place_of(folder: Path, board: int, job_id: JobId) -> Path:
    """Where a job's are."""
    return folder / f"{board:x}-{job_id}"


def _changed_s(path: Path) -> float:
    """When it was changed; now, should it be gone."""
    with suppress(OSError):
        return path.lstat().st_mtime
    return float("inf")


def _delete(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
