"""Gas prices of blocks, when a lease was challenged, and by what prices, audits and loads are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INDEXES = {
    "block_time": ("block", ("time_s",)),
    "lease_held": ("lease", ("worker", "state")),
    "audit_drawn": ("audit", ("drawn_block", "board", "lease")),
}


def upgrade() -> None:
    """Blocks that were read before have no price."""
    op.add_column("block", sa.Column("gas_price_fri", sa.BigInteger()))
    op.add_column("lease", sa.Column("challenged_block", sa.BigInteger()))
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, list(columns))


def downgrade() -> None:
    """The price is forgotten."""
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
    op.drop_column("lease", "challenged_block")
    op.drop_column("block", "gas_price_fri")
