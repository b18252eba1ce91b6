"""What no event tells: it is told once as long as it lasts, and its end where that is worth a word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest
from renderchain.core.board_events import JobCreated, LeaseClaimed
from renderchain.core.errors import ChainError
from renderchain.core.network_events import AddressesChanged, OfferChanged
from renderchain.ports.event_feed import Block
from sqlalchemy import Engine, select

from services.common.engine import reading
from services.index.store import Store
from services.notifier.index import open_index
from services.notifier.links import Links
from services.notifier.looking import Balance, Looking
from services.notifier.outbox import Outbox
from services.notifier.people import People
from services.notifier.rules import Watched
from services.notifier.tables import NOTICE
from services.notifier.watch import Watch
from tests.services.api.served import Served, serving
from tests.services.conftest import Fresh
from tests.services.notifier.receivers import Received
from tests.services.notifier.written import hooked, people_of, write_operator
from tests.services.played import NETWORK, block_of, played

STRK = 10**18
BLOCKS = played(1).blocks
MINUTE_S = 60


def first_with(kind: type) -> int:
    """The place of the first block in which such a thing happens."""
    return next(
        n for n, block in enumerate(BLOCKS) if any(isinstance(one.event, kind) for one in block.events)
    )


@contextmanager
def indexed(fresh: Fresh, blocks: tuple[Block, ...]) -> Iterator[Served]:
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    for block in blocks:
        store.apply(block)
    with serving(engine, store) as found:
        yield found


@pytest.fixture
def created(fresh: Fresh) -> Iterator[Served]:
    """An index with the first job, which nobody has taken."""
    with indexed(fresh, BLOCKS[: first_with(JobCreated) + 1]) as found:
        yield found


MakePeople = Callable[..., People]


@pytest.fixture
def make_people(tmp_path: Path) -> MakePeople:
    """Ada, who hears such kinds."""

    def make(*kinds: str, more: str = "") -> People:
        hear = ", ".join(f'"{one}"' for one in kinds)
        person = hooked("https://example.org/x", hear, more=f'accounts = ["0x1001"]\nworkers = [1]\n{more}')
        return people_of(write_operator(tmp_path, person=person))

    return make


class Looks:
    """Looks at chosen times."""

    def __init__(
        self, engine: Engine, url: str, people: People, watched: tuple[Watched, ...], balance: Balance | None
    ) -> None:
        self._engine, self._url, self._people = engine, url, people
        self._watched, self._balance = watched, balance

    def at(self, *times_s: int) -> list[tuple[str, str]]:
        """Kind and title of all that was told after these looks."""
        asyncio.run(self._look(times_s))
        with reading(self._engine) as connection:
            rows = connection.execute(select(NOTICE.c.kind, NOTICE.c.title).order_by(NOTICE.c.id))
            return [(row.kind, row.title) for row in rows]

    async def _look(self, times_s: tuple[int, ...]) -> None:
        async with open_index(self._url) as index, aiohttp.ClientSession() as session:
            looking = Looking(index, Links("https://d/"), session, self._watched, self._balance)
            watch = Watch(self._engine, looking, self._people, lambda: None)
            for now_s in times_s:
                await watch.look(now_s)


MakeLooks = Callable[..., Looks]


@pytest.fixture
def looks(engine: Engine) -> MakeLooks:
    """Makes them, of one database."""

    def make(
        url: str, people: People, watched: tuple[Watched, ...] = (), balance: Balance | None = None
    ) -> Looks:
        return Looks(engine, url, people, watched, balance)

    return make


def test_a_job_that_waits_is_told_once_until_somebody_takes_it(
    created: Served, looks: MakeLooks, make_people: MakePeople, engine: Engine
) -> None:
    look = looks(created.url, make_people("job_waits", more="waits_minutes = 30"))
    now_s = created.get("/v1/jobs").json["items"][0]["created_s"]
    assert look.at(now_s, now_s + 29 * MINUTE_S) == []
    told = look.at(now_s + 30 * MINUTE_S, now_s + 31 * MINUTE_S, now_s + 300 * MINUTE_S)
    assert [kind for kind, _ in told] == ["job_waits"] and "waits" in told[0][1]
    claimed = first_with(LeaseClaimed)
    for block in BLOCKS[first_with(JobCreated) + 1 : claimed + 1]:
        created.store.apply(block)
    assert look.at(now_s + 301 * MINUTE_S) == told
    assert Outbox(engine).conditions() == {}
    created.store.rollback(BLOCKS[claimed - 1].number)
    again = look.at(now_s + 302 * MINUTE_S, now_s + 340 * MINUTE_S)
    assert [kind for kind, _ in again] == ["job_waits", "job_waits"]


def test_why_it_waits_is_told_in_numbers(
    created: Served, looks: MakeLooks, make_people: MakePeople, engine: Engine
) -> None:
    job = created.get("/v1/jobs").json["items"][0]
    looks(created.url, make_people("job_waits")).at(job["created_s"], job["created_s"] + 1801)
    with reading(engine) as connection:
        row = connection.execute(select(NOTICE.c.text, NOTICE.c.link)).one()
    assert row.text == "Of 2 workers of its family, 2 have no standing offer."
    assert row.link == f"https://d/#/jobs/{job['board']}/{job['job']}"


def test_a_job_that_ends_soon_with_open_frames_is_told(
    created: Served, looks: MakeLooks, make_people: MakePeople
) -> None:
    look = looks(created.url, make_people("deadline_near", more="deadline_hours = 2"))
    end_s = int(created.get("/v1/jobs").json["items"][0]["expires_at_s"])
    assert look.at(end_s - 7300) == []
    assert [kind for kind, _ in look.at(end_s - 7100, end_s - 60)] == ["deadline_near"]


def test_a_service_that_is_down_is_told_after_its_minutes_and_so_is_its_return(
    looks: MakeLooks, make_people: MakePeople, created: Served, receiver: Received
) -> None:
    watched = (Watched(name="The scheduler", url=f"{receiver.url}/readyz", minutes=2),)
    look = looks(created.url, make_people("service_down"), watched)
    assert look.at(0) == []
    receiver.answer = lambda request: (503, {})
    assert look.at(60, 120) == []
    assert look.at(180, 240) == [("service_down", "The scheduler is down")]
    receiver.answer = lambda request: (200, {})
    told = look.at(300, 360)
    assert [title for _, title in told] == ["The scheduler is down", "The scheduler is back"]


def test_an_address_that_is_watched_may_be_called_as_the_index_is(
    looks: MakeLooks, make_people: MakePeople, created: Served, receiver: Received
) -> None:
    """What was found of one of them was told of the other."""
    receiver.answer = lambda request: (503, {})
    watched = (Watched(name="The index", url=f"{receiver.url}/readyz", minutes=2),)
    look = looks(created.url, make_people("operator"), watched)
    created.store.saw_head(BLOCKS[first_with(JobCreated)].number, 2**40)  # the index is well
    assert look.at(0, 120, 180) == [("service_down", "The index is down")]


def test_a_service_that_was_down_for_a_moment_is_not_told(
    looks: MakeLooks, make_people: MakePeople, created: Served, receiver: Received
) -> None:
    watched = (Watched(name="The scheduler", url=f"{receiver.url}/readyz", minutes=2),)
    look = looks(created.url, make_people("service_down"), watched)
    for now_s, status in ((0, 503), (60, 200), (120, 503), (180, 200)):
        receiver.answer = lambda request, status=status: (status, {})  # type: ignore[misc]
        assert look.at(now_s) == []


def test_an_index_that_is_not_ready_or_away_is_told(
    looks: MakeLooks, make_people: MakePeople, created: Served
) -> None:
    people = make_people("index_behind", "job_waits")
    assert looks(created.url, people).at(0, 119) == []  # no node was heard by it
    assert looks("http://127.0.0.1:1", people).at(120) == [("index_behind", "The index is down")]
    created.store.saw_head(BLOCKS[first_with(JobCreated)].number, 2**40)
    told = looks(created.url, people).at(200)
    assert [title for _, title in told if title.startswith("The index")] == [
        "The index is down",
        "The index is back",
    ]


def test_what_can_not_be_looked_at_stays_as_it_was(
    created: Served,
    looks: MakeLooks,
    make_people: MakePeople,
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    people = make_people("job_waits")
    now_s = created.get("/v1/jobs").json["items"][0]["created_s"]
    looks(created.url, people).at(now_s)
    before = Outbox(engine).conditions()
    assert looks("http://127.0.0.1:1", people).at(now_s + 60, now_s + 120) == [] and before
    assert Outbox(engine).conditions() == before and caplog.text.count("can't be asked") == 1


def test_accounts_that_hold_little_are_told_by_the_worker_they_act_for(
    fresh: Fresh, looks: MakeLooks, make_people: MakePeople
) -> None:
    named = block_of(1, 5, ((NETWORK.registry, AddressesChanged(1, 1, 0x77, 0xA1)),))  # type: ignore[arg-type]
    held = {0x1001: 6 * STRK, 0x77: 5 * STRK}

    async def balance(account: int) -> int:
        return held[account]

    with indexed(fresh, (BLOCKS[0], named)) as served:
        people = make_people("money_low", "reserve_low", more='low_strk = "5"')
        look = looks(served.url, people, balance=balance)
        assert look.at(0) == []
        held.update({0x1001: 4 * STRK, 0x77: 1 * STRK})
        assert look.at(60, 120) == [
            ("money_low", "Account 0x1001 holds 4 STRK"),
            ("reserve_low", "Worker 1 has 1 STRK left for gas"),
        ]


def test_a_node_that_is_away_costs_no_other_look(
    looks: MakeLooks, make_people: MakePeople, created: Served, caplog: pytest.LogCaptureFixture
) -> None:
    async def balance(account: int) -> int:
        raise ChainError("The node is away.")

    now_s = created.get("/v1/jobs").json["items"][0]["created_s"]
    look = looks(created.url, make_people("money_low", "job_waits"), balance=balance)
    assert [kind for kind, _ in look.at(now_s, now_s + 1800)] == ["job_waits"]
    assert caplog.text.count("The node is away.") == 1


def test_a_worker_that_takes_nothing_though_there_is_something_is_told(
    fresh: Fresh, looks: MakeLooks, make_people: MakePeople
) -> None:
    created = first_with(JobCreated)
    number, time_s = BLOCKS[created].number, BLOCKS[created].time_s
    until_s = time_s + 100 * 3600
    offer = OfferChanged(number + 1, 1, 1, 2**40, 2, until_s, 0, 0, 0)  # type: ignore[arg-type]
    offered = block_of(number + 1, time_s, ((NETWORK.registry, offer),))
    with indexed(fresh, (*BLOCKS[: created + 1], offered)) as served:
        look = looks(served.url, make_people("worker_silent", more="silent_hours = 12"))
        registered_s = served.get("/v1/workers/1").json["item"]["registered_s"]
        assert look.at(registered_s + 11 * 3600) == []
        told = look.at(registered_s + 13 * 3600, registered_s + 14 * 3600)
        assert told == [("worker_silent", "Worker 1 took nothing since it was registered")]
        assert look.at(until_s + 1) == told  # nobody expects anything of an offer that is over
