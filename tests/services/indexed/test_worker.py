"""A worker that begins with an index hears of the same jobs as without, whatever the index says."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from renderchain.app.indexed.asking import Asking
from renderchain.app.indexed.worker import IndexedWorker
from renderchain.core.board_events import BoardEvent, CaughtUp, JobClosed, JobCreated, Reorganised
from renderchain.core.ids import JobId
from renderchain.core.notices import Notice

from devkit.board.people import MemoryPeople
from devkit.made_up_job import FAMILY, TERMS
from tests.services.conftest import Fresh
from tests.services.indexed.network import DIRECTORY, Recorded, Recording, indexed, played
from tests.services.indexed.test_artist import LIES, Answers, changed, places_in, rows

SEED = 20261130
FAMILIES = {FAMILY}


@dataclass
class Listener:
    """What a worker heard of jobs, and what was said of the index."""

    people: MemoryPeople
    index: Recorded | Recording
    jobs: set[JobId] = field(default_factory=set)
    kinds: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        asking = Asking(self.index, DIRECTORY, self._hear, lambda: 0.0)
        self.reads = IndexedWorker(self.people.worker, asking)

    def _hear(self, notice: Notice) -> None:
        self.said.append(notice.sentence)

    def note(self, event: BoardEvent) -> None:
        self.kinds.append(type(event).__name__)
        if isinstance(event, Reorganised):
            self.jobs.clear()
        elif isinstance(event, JobCreated):
            self.jobs.add(event.job_id)
        elif isinstance(event, JobClosed):
            self.jobs.discard(event.job_id)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Callable[[], Awaitable[BoardEvent]]]:
        """Hear all until the past was told, and what the chain knows better; gives what hears the next."""
        async with aclosing(self.reads.news(0, FAMILIES, 0.0)) as events:

            async def further() -> BoardEvent:
                self.note(event := await anext(events))
                return event

            while not isinstance(await further(), CaughtUp):
                """The past."""
            yield further

    async def check(self) -> None:
        """Have what was left out noted, if the index was used."""
        checking = asyncio.create_task(self.reads.check(0, FAMILIES, self.note))
        while self.reads._is_used.is_set():
            await asyncio.sleep(0)
        checking.cancel()
        await asyncio.gather(checking, return_exceptions=True)


@pytest.fixture
def people() -> MemoryPeople:
    """The network."""
    return asyncio.run(played())


@pytest.fixture
def answers(people: MemoryPeople, fresh: Fresh) -> Answers:
    """All that a true index answers to a worker's start."""
    with indexed(people, fresh()) as served:
        recording = Recording(served.url)
        listener = Listener(people, recording)
        asyncio.run(begun(listener))
        assert listener.said == [] and listener.jobs == asyncio.run(truth(people))
    return recording.answers


async def begun(listener: Listener) -> None:
    async with listener.listening():
        await listener.check()


async def truth(people: MemoryPeople) -> set[JobId]:
    return {one.job_id for one in await people.worker.open_jobs(0, FAMILIES)}


def test_open_jobs_of_long_ago_are_heard_of_before_the_chain_told_its_past(
    people: MemoryPeople, answers: Answers
) -> None:
    listener = Listener(people, Recorded(answers))

    async def run() -> None:
        await people.worker.claim_lease(max(await truth(people)), 1)  # no news of jobs
        late = await people.artist.create_job(replace(TERMS, package_lo=9))
        async with listener.listening():
            assert listener.jobs == await truth(people) and late in listener.jobs
            assert listener.kinds == ["JobCreated"] * 4 + ["CaughtUp"]
            await listener.check()
            assert listener.kinds[5:] == []

    asyncio.run(run())
    assert listener.said == []


def test_no_lie_in_any_field_hides_a_job_or_makes_one_up(people: MemoryPeople, answers: Answers) -> None:
    print("seed", SEED)
    chance, known = random.Random(SEED), asyncio.run(truth(people))
    places = [(name, path) for name, raw in answers.items() for path in places_in(json.loads(raw))]
    assert len(places) > 100
    for name, path in places:
        for lie in chance.sample(LIES, 2):
            listener = Listener(people, Recorded(answers | {name: changed(answers[name], path, lie)}))
            asyncio.run(begun(listener))
            assert listener.jobs == known, (name, path, lie)


def test_a_job_that_the_index_leaves_out_is_heard_of_later_and_said(
    people: MemoryPeople, answers: Answers
) -> None:
    name = rows(answers, "/v1/jobs?")
    found = json.loads(answers[name])
    left_out = JobId(int(found["items"].pop()["job"]))
    listener = Listener(people, Recorded(answers | {name: json.dumps(found).encode()}))

    async def run() -> None:
        async with listener.listening():
            assert left_out not in listener.jobs
            await listener.check()
            assert listener.jobs == await truth(people)

    asyncio.run(run())
    assert listener.said == [
        f"The chain is asked and not the index: The index left out job {left_out}, which the chain has."
    ]


def test_a_job_that_is_closed_on_the_chain_and_open_in_a_late_index_is_not_claimed(
    people: MemoryPeople, answers: Answers
) -> None:
    listener = Listener(people, Recorded(answers))

    async def run() -> None:
        mine = [await people.artist.kept_job(one.job_id) for one in await people.artist.created(0)]
        (waiting,) = [one.job_id for one in mine if one and not one.held and not one.is_settled]
        before = await truth(people)
        await people.artist.cancel(waiting)
        async with listener.listening():
            assert listener.jobs == before - {waiting}

    asyncio.run(run())


def test_after_blocks_were_dropped_all_comes_again_and_from_the_chain(
    people: MemoryPeople, answers: Answers
) -> None:
    index = Recorded(answers)
    listener = Listener(people, index)

    async def run() -> None:
        async with listener.listening() as further:
            asked = len(index.asked)
            people.memory.reorganise(people.memory.block)
            while not isinstance(await further(), CaughtUp):
                """All again."""
            assert listener.jobs == await truth(people) and listener.kinds.count("Reorganised") == 1
            assert len(index.asked) == asked

    asyncio.run(run())


def test_who_renders_for_no_family_asks_no_index(people: MemoryPeople, tmp_path: Path) -> None:
    index = Recorded({})
    reads = IndexedWorker(people.worker, Asking(index, DIRECTORY, lambda _: None, lambda: 0.0))

    async def run() -> None:
        async with aclosing(reads.news(0, set(), 0.0)) as events:
            assert isinstance(await anext(events), CaughtUp)

    asyncio.run(run())
    assert index.asked == []
