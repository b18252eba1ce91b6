"""Whether the notifier lives and is ready, and its numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator

from fastapi import FastAPI
from renderchain.core.metrics import Metric, by_label, single
from sqlalchemy.exc import SQLAlchemyError

from services.common.health import health_pages

from .deliveries import Deliveries
from .listening import Listening
from .people import People
from .sending import Sending

MOST_SILENCE_S = 120  # of the index, which says something every 15 s
SOON_S = 5  # within which it has its turn, if nobody else has
PREFIX = "renderchain_notifier_"


class Readiness:
    """Asks the database each time."""

    def __init__(
        self, deliveries: Deliveries, listening: Listening, sending: Sending, people: People
    ) -> None:
        self._deliveries, self._listening = deliveries, listening
        self._sending, self._people = sending, people

    def not_ready(self) -> str:
        """Why people may not hear now what happens now; "" if they do."""
        try:
            self._deliveries.oldest_due_s()
        except SQLAlchemyError as error:
            return f"the database can't be read ({type(error).__name__}): see that it runs"
        if self._is_beside():
            return ""
        silent_s = time.time() - self._listening.heard_s
        if silent_s > MOST_SILENCE_S:
            return "the index was not heard lately: see that it can be reached"
        return ""

    def _is_beside(self) -> bool:
        """Whether another process hears the index, and this one sends."""
        since_s = self._listening.waits_since_s
        return since_s is not None and time.time() - since_s > SOON_S

    def metrics(self) -> Iterator[Metric]:
        """Of this process, and of the database where it can be read."""
        listening, people = self._listening, self._people
        yield single(f"{PREFIX}people", "gauge", "People who hear.", len(people.all()))
        yield single(
            f"{PREFIX}wrong_files", "gauge", "Files of people that can't be used.", len(people.wrong)
        )
        if not self._is_beside():
            text = "When the index said something."
            yield single(f"{PREFIX}heard_seconds", "gauge", text, listening.heard_s)
        yield single(f"{PREFIX}block", "gauge", "The last block that was heard of.", listening.block)
        text = "Events that were passed over."
        yield single(f"{PREFIX}not_understood_total", "counter", text, listening.not_understood)
        text = "Tries of deliveries by this process."
        yield by_label(f"{PREFIX}tries_total", "counter", text, "outcome", dict(self._sending.outcomes))
        try:
            counts, oldest_s = self._deliveries.counts(), self._deliveries.oldest_due_s()
        except SQLAlchemyError:
            return
        yield by_label(f"{PREFIX}deliveries", "gauge", "Deliveries of the last 90 days.", "state", counts)
        waits_s = max(time.time() - oldest_s, 0) if oldest_s is not None else 0
        yield single(f"{PREFIX}oldest_seconds", "gauge", "How long the oldest waits that is due.", waits_s)


def make_app(readiness: Readiness) -> FastAPI:
    """Health and metrics."""
    app = FastAPI(title="RenderChain notifier", openapi_url=None)
    app.include_router(health_pages(readiness.not_ready, readiness.metrics))
    return app
