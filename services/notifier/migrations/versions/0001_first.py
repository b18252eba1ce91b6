"""The tables of the first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _texts(length: int, *names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length)) for name in names]


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger) for name in names]


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "cursor",
        sa.Column("name", sa.String(16), primary_key=True),
        *_whole("seq", "block", "event_seq", "event_block"),
        *_texts(80, "event_transaction"),
        *_whole("skip_to_block", "moves"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(32), primary_key=True),
        *_texts(32, "person", "channel"),
        *_texts(160, "cause"),
        *_texts(32, "kind"),
        *_texts(16, "state"),
        *(sa.Column(name, sa.Text) for name in ("title", "text", "link")),
        *_whole("happened_s", "made_s", "block"),
        sa.Column("amount_fri", sa.LargeBinary),
        *_whole("settle_block", "gather_s"),
        *_texts(32, "delivery"),
    )
    op.create_index("notice_cause", "notice", ["person", "channel", "cause"], unique=True)
    op.create_index("notice_delivery", "notice", ["delivery"])
    op.create_index("notice_gather", "notice", ["gather_s"])
    op.create_index("notice_block", "notice", ["block"])
    op.create_index("notice_state", "notice", ["state", "settle_block"])
    op.create_index("notice_made", "notice", ["made_s"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(32), primary_key=True),
        *_texts(32, "person", "channel"),
        *_texts(16, "state"),
        *_whole("made_s", "next_s", "tries"),
        *_texts(32, "taken_by"),
        *_whole("taken_until_s", "ended_s"),
        sa.Column("error", sa.Text),
    )
    op.create_index("delivery_due", "delivery", ["state", "next_s"])
    op.create_index("delivery_channel", "delivery", ["person", "channel", "state"])
    op.create_table(
        "closed",
        sa.Column("person", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(32), primary_key=True),
        *_texts(32, "fingerprint"),
        *_whole("closed_s"),
    )
    op.create_table(
        "condition",
        sa.Column("name", sa.String(200), primary_key=True),
        *_whole("since_s"),
        sa.Column("is_told", sa.Boolean),
    )


def downgrade() -> None:
    """Drop them, with all that was not told yet."""
    for name in ("condition", "closed", "delivery", "notice", "cursor"):
        op.drop_table(name)
