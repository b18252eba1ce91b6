"""Which workers may be given a lease of a job, as far as a scheduler knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..job import family_name
from ..money import about_strk
from .fleet import Fleet

AHEAD = 2  # leases that a worker has at once: the one that it renders and the next
SILENT_S = 30.0  # without a heartbeat a worker is given nothing, and what it has may be given twice


@dataclass(frozen=True)
class Needs:
    """What a job asks of whoever renders it. ``stake_fri`` is what a lease of one task locks at least.

    ``deadline_s`` is when its artist wants it done, in seconds since 1970; None: as soon as others let it.
    One in 2^audit_exp of its leases is audited at least.
    """

    family: int
    tasks: int
    reward_fri: int
    package_bytes: int
    memory_mib: int
    stake_fri: int
    longest_lease: int
    lease_timeout_s: float
    deadline_s: float | None = None
    audit_exp: int = 0


@dataclass
class Known:
    """What was seen of a job's workers, by their rows: who has its package, and who failed on it."""

    cached: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)


def fitting(needs: Needs, fleet: Fleet, failed: Iterable[int], now_s: float) -> NDArray[np.bool_]:
    """Which rows could render it, were they free; amounts to within what a float holds."""
    heard = fleet.column("heard_s") >= now_s - SILENT_S
    fits = heard & (fleet.column("memory_mib") >= needs.memory_mib)
    fits &= fleet.column("largest_bytes") >= needs.package_bytes
    fits &= fleet.column("asks_fri") <= float(needs.reward_fri)
    fits &= fleet.column("stake_fri") >= float(needs.stake_fri)
    fits &= (fleet.column("until_s") > now_s) & (fleet.column("slots") > 0)
    fits[list(failed)] = False
    return fits


def why_not(needs: Needs, fleet: Fleet, row: int, failed: Iterable[int], now_s: float) -> str:
    """Why a worker is given nothing of it, exactly and after its number; "" if it could be."""
    terms, said = fleet.terms[row], fleet.column("heard_s")[row]
    asked_fri = terms.offer.least_reward_fri
    reasons = (
        (said < now_s - SILENT_S, "has not been heard of lately"),
        (terms.offer.until_s <= now_s or terms.offer.slots < 1, "offers no slots now"),
        (asked_fri > needs.reward_fri, f"wants {about_strk(asked_fri)} STRK a frame"),
        (terms.offer.largest_package_bytes < needs.package_bytes, "takes no package so large"),
        (terms.memory_mib < needs.memory_mib, "has too little memory"),
        (terms.stake_fri < needs.stake_fri, "has too little free deposit for these frames"),
        (row in failed, "failed on this job before"),
        (fleet.free_slot(row) is None, "has leases in all its slots"),
    )
    return next((reason for is_so, reason in reasons if is_so), "")


def sentence_of(needs: Needs, fleet: Fleet, failed: Iterable[int], now_s: float) -> str:
    """How many workers of the family could take it, and why the others can not; as short with any number."""
    column = fleet.column
    taken = column("used") | column("others")
    reasons = (
        (column("heard_s") < now_s - SILENT_S, "not heard of lately"),
        ((column("until_s") <= now_s) | (column("slots") < 1), "no slots offered now"),
        (column("asks_fri") > float(needs.reward_fri), "want more a frame than it pays"),
        (column("largest_bytes") < needs.package_bytes, "take no package so large"),
        (column("memory_mib") < needs.memory_mib, "too little memory"),
        (column("stake_fri") < float(needs.stake_fri), "too little free deposit for these frames"),
        (fleet.mask(failed), "failed on this job before"),
        (np.bitwise_not(taken) & ((1 << column("slots")) - 1) == 0, "leases in all slots"),
    )
    able, parts = np.ones(len(fleet), bool), list[str]()
    for is_so, reason in reasons:
        if count := int(np.count_nonzero(able & is_so)):
            parts.append(f"{reason}: {count}")
        able &= ~is_so
    head = f"{np.count_nonzero(able)} of {len(fleet)} workers of {family_name(needs.family)} could"
    return "; ".join([head, *parts])
