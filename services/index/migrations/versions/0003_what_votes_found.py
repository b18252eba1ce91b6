"""What a counted vote found: the same bytes, others that are near enough, or something against the worker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Of votes that were read before it is not known."""
    op.add_column("vote", sa.Column("found", sa.String(16)))


def downgrade() -> None:
    """It is forgotten."""
    op.drop_column("vote", "found")
