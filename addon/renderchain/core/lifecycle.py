"""The life of a lease: the only place where its transitions are written down.

The same numbers stand in the contract's ``LeaseState``.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class LeaseState(IntEnum):
    """State of a lease, numbered as on-chain."""

    NONE = 0
    CLAIMED = 1
    SUBMITTED = 2
    ACCEPTED = 3
    EXPIRED = 4
    REJECTED = 5
    GIVEN_BACK = 6


class Twin(IntEnum):
    """What a lease has to do with another one of the same tasks, numbered as on-chain."""

    NONE = 0
    HELD = 1  # a spare of it is in work
    SPARED = 2  # its spare was paid: its tasks are done whatever becomes of it
    SPARE = 3


class LeaseEvent(StrEnum):
    """What moves a lease; to reject it is what verifiers do."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    ACCEPT_LATE = "accept_late"
    EXPIRE = "expire"
    GIVE_BACK = "give_back"
    REJECT = "reject"


TRANSITIONS: dict[tuple[LeaseState, LeaseEvent], LeaseState] = {
    (LeaseState.CLAIMED, LeaseEvent.SUBMIT): LeaseState.SUBMITTED,
    (LeaseState.CLAIMED, LeaseEvent.EXPIRE): LeaseState.EXPIRED,
    (LeaseState.CLAIMED, LeaseEvent.GIVE_BACK): LeaseState.GIVEN_BACK,
    (LeaseState.SUBMITTED, LeaseEvent.ACCEPT): LeaseState.ACCEPTED,
    (LeaseState.SUBMITTED, LeaseEvent.ACCEPT_LATE): LeaseState.ACCEPTED,
    (LeaseState.SUBMITTED, LeaseEvent.REJECT): LeaseState.REJECTED,
}

HELD = frozenset(state for state, _ in TRANSITIONS)  # what a worker still has
MAX_REJECTIONS = 3  # with so many results found wrong a range is closed and refunded


def after(state: LeaseState, event: LeaseEvent) -> LeaseState | None:
    """The state that an event leads to; None if it can't happen in this one."""
    return TRANSITIONS.get((state, event))


class JobState(StrEnum):
    """What the artist sees of a job."""

    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELED = "canceled"
