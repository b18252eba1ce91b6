"""Events as JSON: what may exceed 53 bits is text, since JSON's numbers in browsers end there."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import msgspec
from renderchain.ports.event_feed import NetworkEvent

# Counts, seconds and the like, which are small on-chain. All other whole numbers are text.
SMALL = frozenset(
    [
        "block",
        "tasks",
        "count",
        "first",
        "attempt",
        "audit_exp",
        "assigned",
        "unjudged",
        "round",
        "at",
        "seat",
        "counted",
        "objecting",
        "first_seat",
        "leaf",
        "reference",
        "worker_id",
        "slots",
        "memory_mib",
        "audits_until_epoch",
        "audited",
        "losses",
        "units",
        "from_epoch",
        "audit_floor_exp",
        "audit_tiles",
        "longest_lease",
        "lease_timeout_s",
        "window_s",
        "expires_in_s",
        "scheduler_grace_s",
        "tiles",
        "tile_limit_percent",
        "mean_limit_percent",
        "spare_tasks",
        "package_files",
        "verifiers",
        "leaves",
    ]
)
FELTS = frozenset(
    [
        "family",
        "families",
        "requester",
        "operator",
        "owner",
        "payout",
        "payer",
        "account",
        "board",
        "new_owner",
        "scheduler",
        "root",
        "key_hash",
        "seed",
        "key",
        "prints",
        "print_hash",
    ]
)
APART = frozenset({"block", "job_id", "lease_id"})  # columns of their own


def body_of(event: NetworkEvent) -> str:
    """What the event says besides its block, job and lease."""
    found = {one.name: _plain(one.name, getattr(event, one.name)) for one in fields(event)}
    return msgspec.json.encode({name: one for name, one in found.items() if name not in APART}).decode()


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, int):
        return value if name in SMALL else hex(value) if name in FELTS else str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [_plain(name, one) for one in value]
    assert is_dataclass(value)  # nothing else is in an event
    return {one.name: _plain(one.name, getattr(value, one.name)) for one in fields(value)}
