"""The notifier's tables; ``docs/notifier.md`` says what is in them. Times are seconds since 1970."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, String, Table, Text

from services.common.engine import Fri

METADATA = MetaData()

# How far the index was heard: the first event of the last transaction, which is heard again at a start.
CURSOR = Table(
    "cursor",
    METADATA,
    Column("name", String(16), primary_key=True),
    Column("seq", BigInteger),
    Column("block", BigInteger),
    Column("event_seq", BigInteger),
    Column("event_block", BigInteger),
    Column("event_transaction", String(80)),
    Column("skip_to_block", BigInteger),  # what is not told again, where the index is another one
    Column("moves", BigInteger),
)
NOTICE = Table(
    "notice",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("person", String(32)),
    Column("channel", String(32)),
    Column("cause", String(160)),
    Column("kind", String(32)),
    Column("state", String(16)),
    Column("title", Text),
    Column("text", Text),
    Column("link", Text),
    Column("happened_s", BigInteger),
    Column("made_s", BigInteger),
    Column("block", BigInteger),
    Column("amount_fri", Fri),
    Column("settle_block", BigInteger),
    Column("gather_s", BigInteger),
    Column("delivery", String(32)),
    Index("notice_cause", "person", "channel", "cause", unique=True),
    Index("notice_delivery", "delivery"),
    Index("notice_gather", "gather_s"),
    Index("notice_block", "block"),
    Index("notice_state", "state", "settle_block"),
    Index("notice_made", "made_s"),
)
DELIVERY = Table(
    "delivery",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("person", String(32)),
    Column("channel", String(32)),
    Column("state", String(16)),
    Column("made_s", BigInteger),
    Column("next_s", BigInteger),
    Column("tries", BigInteger),
    Column("taken_by", String(32)),
    Column("taken_until_s", BigInteger),
    Column("ended_s", BigInteger),
    Column("error", Text),
    Index("delivery_due", "state", "next_s"),
    Index("delivery_channel", "person", "channel", "state"),
)
CLOSED = Table(
    "closed",
    METADATA,
    Column("person", String(32), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("fingerprint", String(32)),
    Column("closed_s", BigInteger),
)
CONDITION = Table(
    "condition",
    METADATA,
    Column("name", String(200), primary_key=True),
    Column("since_s", BigInteger),
    Column("is_told", Boolean),
)
