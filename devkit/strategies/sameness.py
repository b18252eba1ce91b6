"""When two ways of a lease have come to the same, so that what may follow need only be played once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any

from devkit.strategies.coalition import HONEST_HAND
from devkit.strategies.stage import RECORD, Stage
from devkit.strategies.voting import Voting


def state_of(play: Voting) -> Hashable:
    """All that what follows depends on. In which order a draw found friends' and honest votes does not count,
    nor what was sealed: that follows from who plays how.
    """
    stage = play.stage
    known = (frozen(play.costs), frozen(play.false), frozenset(play.done), seats_of(play), money_of(stage))
    records = [frozen(vars(one)) for one in (play.job, *stage.slots.values())]
    records += [frozen(play.had), play.left, play.place]
    audit = {name: value for name, value in vars(play.lease.audit).items()} if play.lease.audit else {}
    audit.pop("seats", None)
    return (*known, *records, frozen(audit), stage.now_s, stage.coin, stage.drawn_honest)


def start_of(play: Voting) -> Hashable:
    """All that what follows the start of a lease depends on; everybody is rich, and dates come to nothing.

    Of the pool and of the worker's record counts what the claims to come may need of them.
    """
    stage, job, leases = play.stage, play.job, []
    for place, lease in stage.slots.items():
        dateless = {name: one for name, one in vars(lease).items() if not name.startswith("since_")}
        leases.append((place, frozen(dateless)))
    known = {name: one for name, one in vars(job).items() if not name.startswith("heard_")}
    known["pool_fri"] = min(job.pool_fri, play.left * job.next_reserve_fri)
    earned = stage.record_of(play.lease.worker, job.terms.family).fees_fri
    credit = min(earned, RECORD.fees_fri) if play.left else 0
    return (frozen(known), tuple(leases), credit, play.place, play.left, frozenset(play.done))


def seats_of(play: Voting) -> Hashable:
    """Votes without their order."""
    audit = play.lease.audit
    if not audit:
        return None
    second, third, _ = audit.ends
    found = Counter(
        (
            (audit.round > 0 and place >= second) + (audit.round > 1 and place >= third),
            place >= audit.first,
            *(seat.worker, seat.vote, seat.differs, seat.mean, seat.near),
            id(play.hands.get(place, HONEST_HAND)),
        )
        for place, seat in enumerate(audit.seats)
    )
    return frozenset(found.items())


def money_of(stage: Stage) -> Hashable:
    """Of everybody."""
    stakes = tuple(
        (worker.stake_fri, worker.locked_fri, worker.purse.stake_fri) for worker in stage.workers.values()
    )
    owed = (frozen(stage.tokens), frozen(stage.unpaid))
    return (*owed, stakes, stage.burned_fri, stage.board_burned_fri)


def frozen(value: Any) -> Hashable:
    """The same to be compared."""
    if isinstance(value, dict):
        return frozenset((name, frozen(one)) for name, one in value.items() if name != "audit")
    return tuple(value) if isinstance(value, list) else value
