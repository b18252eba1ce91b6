"""Every metric that workers and services serve, by what they themselves answer with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from renderchain.core.metrics import Metric
from renderchain.core.notices import Notice
from renderchain.core.worker_metrics import metrics_of
from sqlalchemy import Engine

from devkit.board.network import ADDRESSES
from devkit.fakes.world import World
from services.aggregator.keeper import Tally
from services.aggregator.service import Service
from services.common.engine import open_engine
from services.common.health import readiness
from services.common.migrations import migrate
from services.index.api.news import News
from services.index.api.readiness import Readiness
from services.index.command import MIGRATIONS
from services.index.store import Network, Store
from services.notifier import pages as notifiers
from services.notifier.channels.ways import Channels
from services.notifier.command import MIGRATIONS as NOTIFIERS_MIGRATIONS
from services.notifier.deliveries import Deliveries
from services.notifier.index import open_index
from services.notifier.links import Links
from services.notifier.listening import Listening
from services.notifier.notice import Addressed
from services.notifier.sending import Sending
from services.scheduler.pages import Pages
from tests.services.notifier.test_outbox import Play, notice
from tests.services.notifier.test_sending import two_people
from tests.unit.app.scheduler.desk import Desk
from tests.unit.core.test_notices import ONE_OF_EACH
from tests.unit.core.test_worker_metrics import told


def served(folder: Path) -> dict[str, dict[str, set[str]]]:
    """Of each metric its labels, and of each label the values that there were."""
    found: dict[str, dict[str, set[str]]] = {"up": {"job": set(), "instance": set()}}
    services = (*_indexes(folder), *_schedulers(folder), *_aggregators(), *_notifiers(folder))
    for one in (*_workers(), readiness(""), *services):
        labels = found.setdefault(one.name, {"instance": set(), "job": set()})
        for values in one.values:
            for name, text in values:
                labels.setdefault(name, set()).add(text)
    return found


def _workers() -> Iterable[Metric]:
    return metrics_of(told(*ONE_OF_EACH, _waiting()), 1.0, 0.0, 1)


def _waiting() -> Notice:
    """That it waits, again, as one of each ends with all waits over."""
    return next(one for one in ONE_OF_EACH if type(one).__name__ == "WaitingFor")


def _indexes(folder: Path) -> Iterable[Metric]:
    with _database(folder / "index.sqlite", MIGRATIONS) as engine:
        store = Store(engine)
        store.open(Network(1, 2, 3))
        store.saw_head(7, 1)
        return list(Readiness(engine).metrics(News(engine)))


def _schedulers(folder: Path) -> Iterable[Metric]:
    world = World(folder / "world")
    pages = Pages(world.now)
    with pages.told_by({ADDRESSES.board: Desk(world).parts}):
        return list(pages.metrics())


def _aggregators() -> Iterable[Metric]:
    nobody: object = None
    return Service(nobody, nobody, nobody, Tally()).metrics()  # type: ignore[arg-type]


def _notifiers(folder: Path) -> Iterable[Metric]:
    async def ask() -> list[Metric]:
        people = two_people(folder, "http://127.0.0.1:1", "http://127.0.0.1:2")
        with _database(folder / "notifier.sqlite", NOTIFIERS_MIGRATIONS) as engine:
            async with open_index("http://127.0.0.1:1") as index:
                sending = Sending(engine, people, Channels(None, None), "")
                sending.outcomes["sent"] += 1
                listening = Listening(engine, index, people, Links(""), sending.wake)
                Play(engine).hear(Addressed("ada", "hook", notice("a")))
                deliveries = Deliveries(engine, "")
                return list(notifiers.Readiness(deliveries, listening, sending, people).metrics())

    return asyncio.run(ask())


@contextmanager
def _database(file: Path, migrations: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{file}")
    try:
        migrate(engine, migrations)
        yield engine
    finally:
        engine.dispose()
