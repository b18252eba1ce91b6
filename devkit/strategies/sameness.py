"""When two ways of a lease have come to the same, so that what may follow need only be played once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any

from devkit.strategies.coalition import HONEST_HAND
from devkit.strategies.stage import Stage
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
    """All that what follows the start of a lease depends on; everybody is rich, and dates come to nothing."""
    stage, others = play.stage, []
    for place, lease in stage.slots.items():
        fields = {name: one for name, one in vars(lease).items() if name not in ("since_s", "since_block")}
        others.append((place == play.place, frozen(fields)))
    job = {name: value for name, value in vars(play.job).items() if not name.startswith("heard_")}
    if not play.left:
        job.pop("pool_fri")  # it comes back, as nobody claims any more
    record = stage.records.get((play.lease.worker, play.job.terms.family)) if play.left else None
    return (frozen(job), tuple(others), record, play.place, play.left, frozenset(play.done))


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
