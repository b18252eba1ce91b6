"""The tables of the first version, as they were; what changed since stands in later versions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BYTES, SHORT = sa.LargeBinary(), sa.String(16)  # felts, amounts and 64-bit numbers are bytes
INDEXES: dict[str, dict[str, tuple[str, ...]]] = {
    "event": {
        "event_place": ("block", "transaction_index", "event_index"),
        "event_lease": ("address", "lease", "seq"),
    },
    "job": {
        "job_family": ("family", "state", "created_block"),
        "job_requester": ("requester", "created_block"),
        "job_state": ("state", "created_block"),
    },
    "lease": {
        "lease_job": ("board", "job", "first", "lease"),
        "lease_worker": ("worker", "claimed_block", "lease"),
        "lease_due": ("state", "due_s"),
    },
    "family_of": {"family_of_family": ("family", "is_supported")},
    "vote": {"vote_worker": ("worker",)},
    "payment": {"payment_account": ("account", "block"), "payment_job": ("board", "job")},
}
UNIQUE = ("event_place",)


def _key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _each(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]


def _whole(*names: str) -> list[sa.Column[Any]]:
    return _each(sa.BigInteger(), *names)


def upgrade() -> None:
    """Make them."""
    _make_events()
    _make_jobs()
    _make_workers()
    _make_audits()
    for table, indexes in INDEXES.items():
        for name, columns in indexes.items():
            op.create_index(name, table, list(columns), unique=name in UNIQUE)


def _make_events() -> None:
    op.create_table(
        "cursor",
        _key("name", SHORT),
        *_each(BYTES, "chain", "directory", "registry"),
        *_whole("block", "head", "seen_s", "seq"),
        *_each(BYTES, "hash"),
    )
    op.create_table(
        "block", _key("number", sa.BigInteger()), *_each(BYTES, "hash", "parent"), *_whole("time_s")
    )
    op.create_table(
        "event",
        _key("seq", sa.BigInteger()),
        *_whole("block", "transaction_index", "event_index"),
        *_each(BYTES, "address", "transaction_hash"),
        *_each(sa.String(32), "kind"),
        *_each(BYTES, "job", "lease"),
        *_whole("worker"),
        *_each(sa.Text(), "body"),
    )
    op.create_table(
        "undo",
        _key("block", sa.BigInteger()),
        _key("n", sa.BigInteger()),
        *_each(SHORT, "table_name"),
        *_each(sa.Text(), "row_key", "before"),
    )
    op.create_table(
        "contract",
        _key("address", BYTES),
        *_each(SHORT, "kind"),
        *_each(BYTES, "active_from_s"),
        *_each(sa.Boolean(), "is_retired", "is_paused"),
        *_whole("since_block"),
    )


def _make_jobs() -> None:
    fri = ("reward_fri", "audit_pool_fri", "audit_fee_fri", "audit_tile_fri", "paid_fri", "refunded_fri")
    op.create_table(
        "job",
        _key("board", BYTES),
        _key("job", BYTES),
        *_each(SHORT, "state"),
        *_each(BYTES, "requester", "family", "scheduler", "package", "package_bytes", "expires_at_s"),
        *_whole("package_files", "tasks", "longest_lease", "lease_timeout_s", "window_s"),
        *_whole("scheduler_grace_s", "tiles", "audit_tiles", "audit_floor_exp"),
        *_whole("tile_limit_percent", "mean_limit_percent", "memory_mib", "spare_tasks"),
        *_whole("held_tasks", "accepted_tasks", "refunded_tasks", "leases"),
        *_each(sa.Boolean(), "second_look", "takes_unjudged"),
        *_each(BYTES, *fri),
        *_whole("created_block", "created_s", "ended_block", "ended_s"),
    )
    op.create_table(
        "lease",
        _key("board", BYTES),
        _key("lease", BYTES),
        *_each(BYTES, "job", "twin_lease"),
        *_whole("worker", "first", "count", "attempt", "audit_exp", "audits"),
        *_each(SHORT, "state", "twin", "draw", "verdict", "challenge"),
        *_each(sa.Boolean(), "assigned", "unjudged", "is_paid"),
        *_each(BYTES, "operator", "payout", "root", "results", "key_hash", "paid_fri", "slashed_fri"),
        *_whole("claimed_block", "claimed_s", "submitted_block", "submitted_s"),
        *_whole("ended_block", "ended_s", "due_s"),
    )


def _make_workers() -> None:
    fri = ("stake_fri", "locked_fri", "unstaking_fri", "seat_stake_fri", "seat_unstaking_fri", "slashed_fri")
    op.create_table(
        "worker",
        _key("worker", sa.BigInteger()),
        *_each(BYTES, "owner", "operator", "named_operator", "payout", "wrapping_key", "signer", *fri),
        *_whole("leases", "accepted_leases", "lost_leases", "registered_block", "registered_s"),
    )
    op.create_table(
        "offer",
        _key("worker", sa.BigInteger()),
        *_each(BYTES, "least_reward_fri", "audit_fee_fri", "largest_package_bytes", "until_s"),
        *_whole("slots", "memory_mib", "audits_until_epoch"),
    )
    op.create_table(
        "family_of",
        _key("worker", sa.BigInteger()),
        _key("family", BYTES),
        *_each(sa.Boolean(), "is_supported"),
        *_whole("units", "units_from_epoch", "audited", "losses"),
        *_each(BYTES, "fees_fri"),
    )


def _make_audits() -> None:
    op.create_table(
        "audit",
        *(_key(name, BYTES) for name in ("board", "lease")),
        *(_key(name, sa.BigInteger()) for name in ("audit", "round")),
        *_each(SHORT, "kind", "verdict"),
        *_each(BYTES, "seed", "fee_payer"),
        *_each(sa.Boolean(), "is_sealed", "is_appealed"),
        *_whole("counted", "objecting", "drawn_block"),
        *_each(BYTES, "fee_fri", "bond_fri"),
    )
    op.create_table(
        "vote",
        *(_key(name, BYTES) for name in ("board", "lease")),
        *(_key(name, sa.BigInteger()) for name in ("audit", "seat")),
        *_whole("round", "worker"),
        *_each(SHORT, "vote"),
    )
    op.create_table(
        "payment",
        *(_key(name, sa.BigInteger()) for name in ("block", "transaction_index", "event_index")),
        *_each(BYTES, "board", "account"),
        *_each(SHORT, "kind"),
        *_each(BYTES, "job", "lease", "amount_fri"),
    )


def downgrade() -> None:
    """Drop them: the chain has all of it."""
    tables = ("cursor", "block", "event", "undo", "contract", "job", "lease")
    for name in (*tables, "worker", "offer", "family_of", "audit", "vote", "payment"):
        op.drop_table(name)
