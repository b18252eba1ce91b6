"""The index's tables; ``docs/index.md`` says what is in them. Times are seconds since 1970."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, String, Table, Text

from services.common.engine import U64, Felt, Fri

METADATA = MetaData()


def _key(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _whole(*names: str) -> list[Column[Any]]:
    return [Column(name, BigInteger) for name in names]


def _each(kind: Any, *names: str) -> list[Column[Any]]:
    return [Column(name, kind) for name in names]


CURSOR = Table(
    "cursor",
    METADATA,
    _key("name", String(16)),
    *_each(Felt, "chain", "directory", "registry"),
    *_whole("block", "head", "seen_s", "seq"),
    Column("hash", Felt),
)
BLOCK = Table(
    "block",
    METADATA,
    _key("number", BigInteger),
    *_each(Felt, "hash", "parent"),
    *_whole("time_s", "gas_price_fri"),  # of gas: bounded, and compared by the database
    Index("block_time", "time_s"),
)
EVENT = Table(
    "event",
    METADATA,
    _key("seq", BigInteger),
    *_whole("block", "transaction_index", "event_index"),
    *_each(Felt, "address", "transaction_hash"),
    Column("kind", String(32)),
    *_each(U64, "job", "lease"),
    *_whole("worker"),
    Column("body", Text),
    Index("event_place", "block", "transaction_index", "event_index", unique=True),
    Index("event_lease", "address", "lease", "seq"),
)
UNDO = Table(
    "undo",
    METADATA,
    _key("block", BigInteger),
    _key("n", BigInteger),
    Column("table_name", String(16)),
    *_each(Text, "row_key", "before"),
)
CONTRACT = Table(
    "contract",
    METADATA,
    _key("address", Felt),
    Column("kind", String(16)),
    Column("active_from_s", U64),
    *_each(Boolean, "is_retired", "is_paused"),
    *_whole("since_block"),
)
JOB = Table(
    "job",
    METADATA,
    _key("board", Felt),
    _key("job", U64),
    Column("state", String(16)),
    *_each(Felt, "requester", "family", "scheduler", "package"),
    *_each(U64, "package_bytes", "expires_at_s"),
    *_whole("package_files", "tasks", "longest_lease", "lease_timeout_s", "window_s", "scheduler_grace_s"),
    *_whole("tiles", "audit_tiles", "audit_floor_exp", "tile_limit_percent", "mean_limit_percent"),
    *_whole("memory_mib", "spare_tasks", "held_tasks", "accepted_tasks", "refunded_tasks", "leases"),
    *_each(Boolean, "second_look", "takes_unjudged"),
    *_each(
        Fri, "reward_fri", "audit_pool_fri", "audit_fee_fri", "audit_tile_fri", "paid_fri", "refunded_fri"
    ),
    *_whole("created_block", "created_s", "ended_block", "ended_s"),
    Index("job_family", "family", "state", "created_block"),
    Index("job_requester", "requester", "created_block"),
    Index("job_state", "state", "created_block"),
)
LEASE = Table(
    "lease",
    METADATA,
    _key("board", Felt),
    _key("lease", U64),
    *_each(U64, "job", "twin_lease"),
    *_whole("worker", "first", "count", "attempt", "audit_exp", "audits"),
    *_each(String(16), "state", "twin", "draw", "verdict", "challenge"),
    *_each(Boolean, "assigned", "unjudged", "is_paid"),
    *_each(Felt, "operator", "payout", "root", "results", "key_hash"),
    *_each(Fri, "paid_fri", "slashed_fri"),
    *_whole(
        "claimed_block", "claimed_s", "submitted_block", "submitted_s", "ended_block", "ended_s", "due_s"
    ),
    *_whole("challenged_block"),  # the first time
    Index("lease_job", "board", "job", "first", "lease"),
    Index("lease_worker", "worker", "claimed_block", "lease"),
    Index("lease_due", "state", "due_s"),
    Index("lease_held", "worker", "state"),
)
WORKER = Table(
    "worker",
    METADATA,
    _key("worker", BigInteger),
    *_each(Felt, "owner", "operator", "named_operator", "payout", "wrapping_key", "signer"),
    *_each(
        Fri, "stake_fri", "locked_fri", "unstaking_fri", "seat_stake_fri", "seat_unstaking_fri", "slashed_fri"
    ),
    *_whole("leases", "accepted_leases", "lost_leases", "registered_block", "registered_s"),
)
OFFER = Table(
    "offer",
    METADATA,
    _key("worker", BigInteger),
    *_each(Fri, "least_reward_fri", "audit_fee_fri"),
    *_each(U64, "largest_package_bytes", "until_s"),
    *_whole("slots", "memory_mib", "audits_until_epoch"),
)
FAMILY_OF = Table(
    "family_of",
    METADATA,
    _key("worker", BigInteger),
    _key("family", Felt),
    Column("is_supported", Boolean),
    *_whole("units", "units_from_epoch", "audited", "losses"),
    Column("fees_fri", Fri),
    Index("family_of_family", "family", "is_supported"),
)
AUDIT = Table(
    "audit",
    METADATA,
    _key("board", Felt),
    _key("lease", U64),
    _key("audit", BigInteger),
    _key("round", BigInteger),
    *_each(String(16), "kind", "verdict"),
    *_each(Felt, "seed", "fee_payer"),
    *_each(Boolean, "is_sealed", "is_appealed"),
    *_whole("counted", "objecting", "drawn_block"),
    *_each(Fri, "fee_fri", "bond_fri"),
    Index("audit_drawn", "drawn_block", "board", "lease"),
)
VOTE = Table(
    "vote",
    METADATA,
    _key("board", Felt),
    _key("lease", U64),
    _key("audit", BigInteger),
    _key("seat", BigInteger),
    *_whole("round", "worker"),
    *_each(String(16), "vote", "found"),
    Index("vote_worker", "worker"),
)
PAYMENT = Table(
    "payment",
    METADATA,
    _key("block", BigInteger),
    _key("transaction_index", BigInteger),
    _key("event_index", BigInteger),
    *_each(Felt, "board", "account"),
    Column("kind", String(16)),
    *_each(U64, "job", "lease"),
    Column("amount_fri", Fri),
    Index("payment_account", "account", "block"),
    Index("payment_job", "board", "job"),
)
# What events make, and what a rollback unmakes row by row.
PROJECTED = {one.name: one for one in (CONTRACT, JOB, LEASE, WORKER, OFFER, FAMILY_OF, AUDIT, VOTE, PAYMENT)}
KEYS = {name: tuple(column.name for column in table.primary_key) for name, table in PROJECTED.items()}
VALUES = {
    name: tuple(column.name for column in table.columns if not column.primary_key)
    for name, table in PROJECTED.items()
}
