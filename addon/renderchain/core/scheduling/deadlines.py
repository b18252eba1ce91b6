"""Which jobs with deadlines come before which, and which of them are given up as not all can be met."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

# Of the time until its deadline, planned for a job; what comes late, or is lost, has the rest.
AIM_PART = 0.9
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Due:
    """A job with a deadline; all but that are reference seconds: what its open tasks cost, and what its
    workers could render until the deadline, and until the end that it is planned for.
    """

    deadline_s: float  # since 1970
    work_s: float
    room_s: float
    aim_room_s: float


@dataclass(frozen=True)
class Standing:
    """``before_s`` is what is rendered until a job is done, in reference seconds, its own work included.

    An urgent one goes before jobs without a deadline, one that is lost after all others with one.
    """

    before_s: float
    is_urgent: bool = False
    is_lost: bool = False


def shared_s(own_s: float, others_s: Iterable[float]) -> float:
    """What is rendered of others that have so much work until so much of one's own is, by equal turns."""
    return sum(min(one, own_s) for one in others_s)


def kept(due: Mapping[Key, Due]) -> list[Key]:
    """The most jobs that can be met together, the earliest first: where one can't be met after those before
    it, the largest of them is given up.
    """
    found, before_s = list[Key](), 0.0
    for key in sorted(due, key=lambda one: due[one].deadline_s):
        if due[key].work_s > due[key].room_s:
            continue
        found.append(key)
        before_s += due[key].work_s
        if before_s > due[key].room_s:
            largest = max(found, key=lambda one: due[one].work_s)
            found.remove(largest)
            before_s -= due[largest].work_s
    return found


def standings(due: Mapping[Key, Due], others_s: list[float]) -> dict[Key, Standing]:
    """Of all jobs with deadlines, beside others without that have so much work, which share the time with
    those that are in no danger.
    """
    found, before_s, order = dict[Key, Standing](), 0.0, kept(due)
    alone_s, beside_s = dict[Key, float](), dict[Key, float]()
    for key in order:
        before_s += due[key].work_s
        alone_s[key], beside_s[key] = before_s, before_s + shared_s(before_s, others_s)
    is_urgent = False
    for key in reversed(order):  # what goes before an urgent one is urgent too
        is_urgent = is_urgent or beside_s[key] > due[key].aim_room_s
        found[key] = Standing(alone_s[key] if is_urgent else beside_s[key], is_urgent)
    for key in due.keys() - found.keys():
        own_s = before_s + due[key].work_s
        found[key] = Standing(own_s + shared_s(own_s, others_s), is_lost=True)
    return found
