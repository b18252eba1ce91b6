"""What people are to be told of blocks, reckoned from the events themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from renderchain.core import board_events as told
from renderchain.core.audit import events as audit
from renderchain.core.audit.state import Verdict
from renderchain.core.lifecycle import LeaseState
from renderchain.core.network_events import Forfeited, Slashed
from renderchain.ports.event_feed import Block, NetworkEvent


def kinds_of(event: NetworkEvent, challenged: bool) -> list[str]:
    """Of whoever is both the artist and the provider."""
    if isinstance(event, told.JobClosed):
        return ["job_done"]
    if isinstance(event, told.TasksRefunded):
        return ["frames_failed"]
    if isinstance(event, told.LeaseEnded):
        by_state = {
            LeaseState.EXPIRED: ["frames_failed", "lease_lost"],
            LeaseState.REJECTED: ["frames_failed"],
        }
        return by_state.get(event.state, [])
    if isinstance(event, audit.VerdictGiven):
        return ["frames_doubted"] if event.verdict is Verdict.REJECTED else []
    if isinstance(event, audit.AuditClosed):
        won = "audit_won" if event.verdict is Verdict.ACCEPTED else "audit_lost"
        return [won, "challenge_ended"] if challenged else [won]
    if isinstance(event, told.LeasePaid | told.LeaseAccepted):
        return ["paid"] if event.paid_fri else []
    if isinstance(event, Slashed | Forfeited):
        lost = event.amount_fri if isinstance(event, Slashed) else event.taken_fri
        return ["stake_shrank"] if lost else []
    return []


def expected(blocks: Iterable[Block]) -> Counter[str]:
    """How many of each kind."""
    found, challenged = Counter[str](), set[int]()
    for one in (placed.event for block in blocks for placed in block.events):
        if isinstance(one, audit.LeaseChallenged):
            challenged.add(one.lease_id)
        found.update(kinds_of(one, getattr(one, "lease_id", 0) in challenged))
    return found
