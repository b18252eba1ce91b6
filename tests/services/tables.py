"""All that the index holds, to be compared."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select

from services.common.engine import reading
from services.index.tables import BLOCK, EVENT, PROJECTED


def all_rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Each table's rows in order; events without their number, which no rollback takes back."""
    with reading(engine) as connection:
        found = {
            name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for name, table in {**PROJECTED, "block": BLOCK}.items()
        }
        kept = select(*(one for one in EVENT.columns if one.name != "seq")).where(EVENT.c.kind != "reorg")
        return found | {"event": sorted(map(tuple, connection.execute(kept)), key=repr)}
