"""The tables of the first version, as ``tables.py`` has them: none was released that had others."""

from __future__ import annotations

from alembic import op

from services.index.tables import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    """Drop them: the chain has all of it."""
    METADATA.drop_all(op.get_bind())
