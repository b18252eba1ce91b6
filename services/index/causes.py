"""Of which lease a loss of stake is: the registry does not say it, and boards tell of the lease beside it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from renderchain.core.audit.events import LeaseSlashed, Voted
from renderchain.core.board_events import LeaseEnded, TasksGivenBack
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.lease_id import split_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.network_events import Forfeited, Slashed
from renderchain.ports.event_feed import PlacedEvent

About = tuple[JobId, LeaseId]


def causes_of(events: Sequence[PlacedEvent]) -> dict[tuple[int, int], About]:
    """Of a block's losses job and lease, by where they stand: transaction and number of the event in it."""
    found: dict[tuple[int, int], About] = {}
    for _, group in groupby(events, key=lambda one: one.transaction):
        told = list(group)
        losing = [one for one in told if _costs_work_stake(one)]
        for at, one in enumerate(told):
            place = (one.transaction, one.index)
            if isinstance(one.event, Slashed):
                cause = _first(losing, one.event)
                if cause is not None:
                    losing.remove(cause)  # each lease costs once
                    found[place] = _about(cause)
            elif isinstance(one.event, Forfeited) and (vote := _vote(told, at, one.event)):
                found[place] = _about(vote)
    return found


def _costs_work_stake(placed: PlacedEvent) -> bool:
    event = placed.event
    if isinstance(event, TasksGivenBack):
        return event.burned_fri > 0
    return isinstance(event, LeaseSlashed) or (
        isinstance(event, LeaseEnded) and event.state is LeaseState.EXPIRED
    )


def _first(losing: Sequence[PlacedEvent], loss: Slashed) -> PlacedEvent | None:
    """The first one that can be it: boards take stake in the order in which they ended leases."""
    for one in losing:
        event = one.event
        amount_fri = getattr(event, "slashed_fri", None) or getattr(event, "burned_fri", loss.amount_fri)
        is_its = split_lease_id(event.lease_id)[0] == loss.worker_id  # type: ignore[union-attr]
        if one.address == loss.board and is_its and amount_fri == loss.amount_fri:
            return one
    return None


def _vote(told: Sequence[PlacedEvent], at: int, loss: Forfeited) -> PlacedEvent | None:
    """What became of the vote is told next; of who said that it takes too long nothing, but of the lease."""
    before, after = (
        [one for one in part if one.address == loss.board and getattr(one.event, "lease_id", None)]
        for part in (told[:at], told[at:])
    )
    mine = [one for one in after if isinstance(one.event, Voted) and one.event.worker_id == loss.worker_id]
    return next(iter([*mine, *after, *reversed(before)]), None)


def _about(placed: PlacedEvent) -> About:
    return placed.event.job_id, placed.event.lease_id  # type: ignore[union-attr]
