"""One arena for all attacks; tests are coroutines that run in its loop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from renderchain.core.audit.economics import CREDIT_FEES
from renderchain.core.audit.state import DrawOutcome

from devkit.renderings import Renderings
from tests.attacks.arena import FAMILY, REWARD_FRI, Arena, Worker, arena
from tests.attacks.lease_audit import LeaseAudit

WORKERS = 9
pytest.register_assert_rewrite("tests.attacks.money")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="all variants of the attacks, and 200 honest leases")


@pytest.fixture(scope="session")
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether the long form runs."""
    return bool(request.config.getoption("--long"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="make test-attacks runs it"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: only in make test-attacks")


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The loop that everything runs in."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: Any) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.function):
        return None
    names = inspect.signature(pyfuncitem.function).parameters
    given = {name: pyfuncitem.funcargs[name] for name in names}
    pyfuncitem._request.getfixturevalue("loop").run_until_complete(pyfuncitem.function(**given))
    return True


@pytest.fixture(scope="session")
def renderings(tmp_path_factory: pytest.TempPathFactory) -> Renderings:
    """What was rendered in this run."""
    return Renderings(tmp_path_factory.mktemp("renderings"))


@pytest.fixture(scope="session")
def shared(loop: asyncio.AbstractEventLoop, renderings: Renderings) -> Iterator[Arena]:
    """The arena of the whole run."""
    made = arena(WORKERS, renderings)
    yield loop.run_until_complete(made.__aenter__())
    loop.run_until_complete(made.__aexit__(None, None, None))


@pytest.fixture
def field(shared: Arena, loop: asyncio.AbstractEventLoop) -> Iterator[Arena]:
    """The arena, its books checked after each test."""
    yield shared
    loop.run_until_complete(shared.check_books())


@pytest.fixture
def veteran(shared: Arena, loop: asyncio.AbstractEventLoop) -> Worker:
    """A worker with ten subject leases, so that its audit rate may be one half."""
    return loop.run_until_complete(seasoned(shared, shared.workers[-1]))


SUBJECTS = 10


async def seasoned(field: Arena, worker: Worker) -> Worker:
    """Ten leases in ten slots, subject together, unless its record is that good."""
    if await has_credit(field, worker):
        return worker
    job_id = await field.job(frames=SUBJECTS, lease=1)
    subjects = [LeaseAudit(field, await worker.claim(job_id)) for _ in range(SUBJECTS)]
    for subject in subjects:
        await worker.render(subject.lease_id)
    field.blocks(12)
    assert await field.artist.draw(job_id, [one.lease_id for one in subjects]) == []
    for subject in subjects:
        assert (await subject.lease()).draw_outcome is DrawOutcome.IN_AUDIT
        await subject.play_round()
    field.late()
    assert await field.outsider.advance(job_id, [one.lease_id for one in subjects]) == []
    assert await field.artist.accept(job_id, [one.lease_id for one in subjects]) == []
    assert await has_credit(field, worker)
    return worker


async def has_credit(field: Arena, worker: Worker) -> bool:
    """Whether chance may spare a usual lease of the worker."""
    fees_fri = (await field.artist.record(worker.worker_id, FAMILY)).fees_fri
    return CREDIT_FEES * fees_fri >= 2 * REWARD_FRI
