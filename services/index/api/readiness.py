"""Whether the index is where the chain is."""

from __future__ import annotations

import time
from collections.abc import Iterator

from renderchain.core.metrics import Metric, single
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from services.common.engine import reading

from ..tables import CURSOR
from .news import News

MOST_LAG = 20  # blocks
MOST_SILENCE_S = 120  # since a node was asked with success


class Readiness:
    """Asks the database each time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def not_ready(self) -> str:
        """Why what is answered is not of now; "" if it is."""
        try:
            found = self._cursor()
        except SQLAlchemyError as error:
            return f"the database can't be read ({type(error).__name__}): see that it runs"
        if found is None:
            return "no block was read yet: see that the node can be reached"
        block, head, seen_s, _ = found
        silent_s = int(time.time()) - seen_s
        if head - block >= MOST_LAG:
            return f"{head - block} blocks behind the node: wait"
        if silent_s > MOST_SILENCE_S:
            return (
                f"no node was heard for {silent_s} s: see that one can be reached, and that one index follows"
            )
        return ""

    def _cursor(self) -> tuple[int, int, int, int] | None:
        with reading(self._engine) as connection:
            columns = (CURSOR.c.block, CURSOR.c.head, CURSOR.c.seen_s, CURSOR.c.seq)
            row = connection.execute(select(*columns)).one_or_none()
        return None if row is None or row[1] < 0 else (row[0], row[1], row[2], row[3])

    def metrics(self, news: News) -> Iterator[Metric]:
        """Of the database as it is now; without one, of this process alone."""
        yield single("renderchain_index_listeners", "gauge", "Clients that hear events.", news.listeners)
        yield single(
            "renderchain_index_dropped_total", "counter", "Clients that did not read in time.", news.dropped
        )
        try:
            found = self._cursor()
        except SQLAlchemyError:
            found = None
        if found:
            block, head, seen_s, seq = found
            yield single("renderchain_index_block", "gauge", "The last block that is kept.", block)
            yield single(
                "renderchain_index_lag_blocks", "gauge", "Blocks of the node that are not.", head - block
            )
            yield single("renderchain_index_node_seconds", "gauge", "When a node was heard last.", seen_s)
            yield single("renderchain_index_events_total", "counter", "Events that were ever kept.", seq)
