"""What an artist's client shows with an index is what it shows without one, whatever the index says."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.app.indexed.asking import INDEX, Asking
from renderchain.core.artist_job import SENDING, JobOverview
from renderchain.core.finding import Finding, Health, fine
from renderchain.core.ids import NO_JOB

from devkit.board.people import MemoryPeople
from tests.services.conftest import Fresh
from tests.services.indexed.network import (
    DIRECTORY,
    PACKAGES,
    SHORT,
    Recorded,
    Recording,
    Viewer,
    indexed,
    played,
    sure,
)

SEED = 20261129
LIES: list[Any] = [
    None,
    True,
    -1,
    7,
    2**70,
    1e300,
    "",
    "7",
    "0x7",
    "0x" + "f" * 70,
    "9" * 50,
    "\x1b[2J",
    [],
    {},
]
Answers = dict[str, bytes]


@pytest.fixture
def people() -> MemoryPeople:
    """The network."""
    return asyncio.run(played())


@pytest.fixture
def answers(people: MemoryPeople, fresh: Fresh, tmp_path: Path) -> Answers:
    """All that a true index answers to an artist's list."""
    (tmp_path / "recorded").mkdir()
    with indexed(people, fresh()) as served:
        recording = Recording(served.url)
        viewer = Viewer(people, tmp_path / "recorded", recording)
        looked(viewer)
        assert viewer.said == []
    return recording.answers


def looked(viewer: Viewer) -> list[JobOverview]:
    return asyncio.run(viewer.look())


def viewers(people: MemoryPeople, folder: Path) -> Callable[[Any], Viewer]:
    """Makes machines, each with a disk of its own."""
    numbers = iter(range(10**6))

    def make(index: Any) -> Viewer:
        disk = folder / f"machine-{next(numbers)}"
        disk.mkdir()
        return Viewer(people, disk, index)

    return make


def test_with_an_index_the_list_is_the_one_of_the_chain(
    people: MemoryPeople, fresh: Fresh, tmp_path: Path
) -> None:
    make = viewers(people, tmp_path)
    with indexed(people, fresh()) as served:
        recording = Recording(served.url)
        with_index, without = make(recording), make(None)
        for _ in range(2):
            assert looked(with_index) == looked(without)
    assert with_index.said == []
    kinds = {path.split("?")[0].removeprefix("/v1/").split("/")[0] for path in recording.answers}
    assert kinds == {"network", "jobs", "workers"} and any("/leases" in one for one in recording.answers)
    over, running, waiting = sorted(looked(with_index), key=lambda one: one.number)
    assert (over.state, over.is_running, over.progress.paid_fri) == ("completed", False, 2 * SHORT.reward_fri)
    assert len(over.progress.leases) == 3 and running.worker_count == 1 and waiting.waits is not None


def places_in(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Each value in an answer."""
    yield path
    inside = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for name, one in inside:
        yield from places_in(one, (*path, name))


def changed(raw: bytes, path: tuple[Any, ...], lie: Any) -> bytes:
    """The answer with something else at that place."""
    found = json.loads(raw)
    if not path:
        return json.dumps(lie).encode()
    inner = found
    for one in path[:-1]:
        inner = inner[one]
    inner[path[-1]] = lie
    return json.dumps(found).encode()


def test_no_lie_in_any_field_changes_what_runs_what_is_missing_or_what_is_paid(
    people: MemoryPeople, answers: Answers, tmp_path: Path
) -> None:
    print("seed", SEED)
    chance, make = random.Random(SEED), viewers(people, tmp_path)
    truth = looked(make(None))
    places = [(name, path) for name, raw in answers.items() for path in places_in(json.loads(raw))]
    fields = {(name, tuple(one for one in path if not isinstance(one, int))): path for name, path in places}
    assert len(fields) > 150
    for (name, _), path in fields.items():
        lie = chance.choice(LIES)
        viewer = make(Recorded(answers | {name: changed(answers[name], path, lie)}))
        first, second = looked(viewer), looked(viewer)
        where = (name, path, lie)
        listed = {one.entry.job_id for one in first}  # one that was left out comes with the second look
        assert by_job(first) == by_job([one for one in truth if one.entry.job_id in listed]), where
        assert by_job(second) == by_job(truth), where


def by_job(found: list[JobOverview]) -> list[Any]:
    """What is sure of each, whatever its number in this journal, and whatever is said of why it waits."""
    plain = [replace(one, entry=replace(one.entry, entry_id=0), waits=None) for one in found]
    return sure(sorted(plain, key=lambda one: one.entry.job_id))


def rows(answers: Answers, kind: str) -> str:
    (name,) = [one for one in answers if one.startswith(kind)]
    return name


def test_a_job_that_is_not_on_the_chain_is_not_taken_into_the_list(
    people: MemoryPeople, answers: Answers, tmp_path: Path
) -> None:
    name = rows(answers, "/v1/jobs?")
    found = json.loads(answers[name])
    found["items"].append(found["items"][0] | {"job": "77", "created_block": 1})
    make = viewers(people, tmp_path)
    viewer = make(Recorded(answers | {name: json.dumps(found).encode()}))
    numbers = [one.entry.job_id for one in looked(make(None))]
    assert [one.entry.job_id for one in looked(viewer)] == numbers
    assert viewer.said == [
        "The chain is asked and not the index: The index https://index.example tells what the chain does "
        "not: job 77 in block 1."
    ]


def test_a_job_that_the_index_leaves_out_comes_with_the_next_look_and_is_said(
    people: MemoryPeople, answers: Answers, tmp_path: Path
) -> None:
    name = rows(answers, "/v1/jobs?")
    found = json.loads(answers[name])
    left_out = found["items"].pop()["job"]
    viewer = viewers(people, tmp_path)(Recorded(answers | {name: json.dumps(found).encode()}))
    first, second = looked(viewer), looked(viewer)
    assert len(second) == len(first) + 1 == 3
    assert viewer.said == [
        f"The chain is asked and not the index: The index left out job {left_out}, which the chain has."
    ]


class OnOtherBoard:
    """The same chain, by another board's address."""

    def __init__(self, chain: Any) -> None:
        self._chain = chain
        self.board = chain.board + 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)


def test_each_boards_first_list_is_the_indexs(people: MemoryPeople, answers: Answers, tmp_path: Path) -> None:
    index = Recorded(answers)
    viewer = viewers(people, tmp_path)(index)
    reads, other = viewer.reads, OnOtherBoard(people.artist)
    assert reads

    async def run() -> None:
        for chain in (people.artist, other, people.artist, other):
            await reads.created(chain, 0, (), None)

    asyncio.run(run())
    lists = [one for one in index.asked if one.startswith("/v1/jobs?")]
    assert len(lists) == len({one.split("board=")[1] for one in lists}) == 2


def test_a_job_that_came_after_the_index_block_is_in_the_first_list(
    people: MemoryPeople, answers: Answers, tmp_path: Path
) -> None:
    late = asyncio.run(people.artist.create_job(replace(SHORT, package_lo=9)))
    viewer = viewers(people, tmp_path)(Recorded(answers))
    assert late in [one.entry.job_id for one in looked(viewer)] and viewer.said == []


def test_a_job_that_was_half_sent_is_found_on_the_chain_though_the_index_hides_it(
    people: MemoryPeople, answers: Answers, tmp_path: Path
) -> None:
    name = rows(answers, "/v1/jobs?")
    empty = json.dumps(json.loads(answers[name]) | {"items": []}).encode()
    make = viewers(people, tmp_path)
    viewer = make(Recorded(answers | {name: empty}))
    found = [one for one in looked(make(None)) if one.job and one.job.package_lo == PACKAGES[1]]
    second = found[0]
    sent = replace(second.entry, job_id=NO_JOB)
    viewer.journal.add_job(sent.board, "mine", sent.package_cid, "/frames", second.entry.from_block)
    assert viewer.journal.jobs()[0].state == SENDING
    (mine,) = [one for one in looked(viewer) if one.entry.name == "mine"]
    assert (mine.entry.job_id, mine.is_running) == (second.entry.job_id, True)


@pytest.mark.parametrize(
    ("blocks", "said"),
    [(25, "is 25 blocks behind."), (-200, "and the chain is at block")],
)
def test_an_index_that_is_late_or_ahead_is_not_used(
    people: MemoryPeople, answers: Answers, tmp_path: Path, blocks: int, said: str
) -> None:
    def moved(raw: bytes) -> bytes:
        found = json.loads(raw)
        found["as_of"]["block"] -= blocks
        return json.dumps(found).encode()

    make = viewers(people, tmp_path)
    viewer = make(Recorded({name: moved(raw) for name, raw in answers.items()}))
    assert looked(viewer) == looked(make(None))
    assert len(viewer.said) == 1 and said in viewer.said[0]


def test_an_index_of_another_network_is_not_used(
    people: MemoryPeople, answers: Answers, tmp_path: Path
) -> None:
    name = rows(answers, "/v1/network")
    found = json.loads(answers[name])
    found["item"]["directory"] = "0xd2"
    index, make = Recorded(answers | {name: json.dumps(found).encode()}), viewers(people, tmp_path)
    viewer = make(index)
    assert looked(viewer) == looked(make(None))
    assert set(index.asked) == {"/v1/network"} and "follows another network" in viewer.said[0]


def test_the_check_up_says_how_an_index_stands_and_takes_none_for_a_fault(
    people: MemoryPeople, answers: Answers
) -> None:
    head = people.memory.block

    def found(index: Recorded, at: int) -> Finding:
        return asyncio.run(Asking(index, DIRECTORY, lambda _: None, lambda: 0.0).examine("SN_MEMORY", at))

    assert found(Recorded(answers), head) == fine(INDEX, f"block {head} at https://index.example")
    late = found(Recorded(answers), head + 30)
    assert (late.health, late.code) == (Health.WARNING, 0)
    said = "The index https://index.example is 30 blocks behind. The chain is asked instead."
    assert late.text == said
    assert found(Recorded({}), head).health is Health.WARNING


def test_after_a_failure_it_is_left_alone_for_a_minute_and_then_used_again(
    people: MemoryPeople, answers: Answers, tmp_path: Path
) -> None:
    index = Recorded({})
    viewer = viewers(people, tmp_path)(index)
    looked(viewer)
    assert index.asked == ["/v1/network"] and len(viewer.said) == 1
    looked(viewer)
    assert len(index.asked) == 1
    index.answers, viewer.now_s = answers, 61.0
    (over, *_) = [one for one in looked(viewer) if not one.is_running]
    assert over.progress.is_closed and any("/leases" in one for one in index.asked) and len(viewer.said) == 1
