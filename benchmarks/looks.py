"""What a soak sees of its agents every minute, and whether that stays as it is."""

from __future__ import annotations

import os
import statistics
import time
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from devkit.network.local import Network
from devkit.network.workers import LocalWorkers, descendants

MIB = 2**20
SUBMITTED = b'"kind": "lease_submitted"'
# What may not grow, and how much more it may be all the same: what differs between one moment and another.
FLAT = {
    "untouched_mib": 40.0,
    "untouched_handles": 20,
    "processes": 10,
    "threads": 40,
    "handles": 60,
    "rest_mib": 20.0,
}
MOST_SHARE = 1.2
MOST_KEPT_MIB = 1.0  # a lease, in journals, evidence and logs
LEAST_LOOKS = 8


@dataclass(frozen=True)
class Look:
    """What all agents hold at one moment, added up; ``leases`` are those submitted so far.

    What is ``untouched`` is worker 1's alone, which no trouble comes to.
    """

    minute: float
    leases: int
    untouched_mib: float
    untouched_handles: int
    agents_mib: float
    children_mib: float
    processes: int
    threads: int
    handles: int
    journals_mib: float
    evidence_mib: float
    logs_mib: float
    rest_mib: float

    @property
    def kept_mib(self) -> float:
        """What leases leave for weeks."""
        return self.journals_mib + self.evidence_mib + self.logs_mib


def look(running: LocalWorkers, network: Network, workers: int, began_s: float) -> Look:
    """Look at every agent, at its children and at its folder."""
    agents = [running.pid(number) for number in range(1, workers + 1)]
    children = [pid for agent in agents for pid in descendants(agent)]
    folders = [network.folder / f"worker-{number}" for number in range(1, workers + 1)]
    journals, evidence, logs, whole = (
        sum(_bytes_of(folder, pattern) for folder in folders)
        for pattern in ("journal*", "evidence/**/*", "logs/**/*", "**/*")
    )
    submitted = sum(running.log(number).read_bytes().count(SUBMITTED) for number in range(1, workers + 1))
    return Look(
        (time.monotonic() - began_s) / 60,
        submitted,
        _resident_bytes(agents[0]) / MIB,
        _count(Path(f"/proc/{agents[0]}/fd")),
        sum(map(_resident_bytes, agents)) / MIB,
        sum(map(_resident_bytes, children)) / MIB,
        len(children),
        sum(_count(Path(f"/proc/{pid}/task")) for pid in agents),
        sum(_count(Path(f"/proc/{pid}/fd")) for pid in agents),
        journals / MIB,
        evidence / MIB,
        logs / MIB,
        (whole - journals - evidence - logs) / MIB,
    )


def _resident_bytes(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _count(folder: Path) -> int:
    with suppress(OSError):
        return len(os.listdir(folder))
    return 0


def _bytes_of(folder: Path, pattern: str) -> int:
    total = 0
    for path in folder.glob(pattern):
        with suppress(OSError):  # it may be gone by now
            total += path.lstat().st_size if path.is_file() else 0
    return total


def names() -> list[str]:
    """Of a look's figures."""
    return [one.name.replace("_", " ") for one in fields(Look)]


def slopes(seen: list[Look]) -> list[float]:
    """What each figure gains in an hour, by the second half of the looks (least squares)."""
    half = seen[len(seen) // 2 :]
    hours = [one.minute / 60 for one in half]
    columns = zip(*(astuple(one)[1:] for one in half), strict=True)
    return [statistics.linear_regression(hours, column).slope for column in columns]


def grown(seen: list[Look]) -> list[str]:
    """What did not stay as it was, a sentence each.

    That is the middle of the last quarter against that of the second, when caches are warm; and what leases
    leave, by their number.
    """
    quarter = len(seen) // 4
    if len(seen) < LEAST_LOOKS:
        return [f"Only {len(seen)} looks, of which nothing follows: let it take longer."]
    found = []
    for name, allowed in FLAT.items():
        before, after = (
            statistics.median(getattr(one, name) for one in part)
            for part in (seen[quarter : 2 * quarter], seen[-quarter:])
        )
        if after > before * MOST_SHARE + allowed:
            found.append(f"{name} grew from {before:.0f} to {after:.0f}.")
    first, last = seen[0], seen[-1]
    kept_mib, leases = last.kept_mib - first.kept_mib, last.leases - first.leases
    if kept_mib > MOST_KEPT_MIB * leases:
        found.append(f"{leases} leases left {kept_mib:.1f} MiB of journals, evidence and logs.")
    return found
