"""A scheduler that heard something else than what the board says: events that got lost, and of long ago."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from renderchain.app.scheduler.books import Books
from renderchain.core.board_events import (
    BoardEvent,
    JobClosed,
    JobCreated,
    LeaseClaimed,
    LeaseEnded,
    ResultSubmitted,
)
from renderchain.core.contract_errors import UnknownJob
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import LeaseResult
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.notices.conditions import PartFailed
from renderchain.core.scheduling.plan import PlanRules
from renderchain.core.scheduling.serving import Serving

from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import World
from devkit.made_up_job import FAMILY, TERMS
from tests.unit.app.scheduler.desk import ADDRESS, Desk, willing

JOB, WORKER, HEAD = JobId(1), WorkerId(1), 10
FIRST, SECOND = (join_lease_id(WORKER, slot, 0) for slot in (0, 1))
CREATED = JobCreated(1, JOB, FAMILY, 5, replace(TERMS, tasks=3, scheduler=ADDRESS))
SCHEDULED = replace(OFFER, scheduler=ADDRESS, scheduler_grace_s=900, longest_lease=2)


def claimed(block: int, lease: LeaseId, task: int) -> LeaseClaimed:
    return LeaseClaimed(block, JOB, lease, 7, task, 1, 1, 0, 1, 0)


def submitted(block: int, lease: LeaseId) -> ResultSubmitted:
    return ResultSubmitted(block, JOB, lease, 1, LeaseResult(11, 12, 13, 14))


def books_of(*events: BoardEvent) -> Books:
    books = Books(ADDRESS, PlanRules(lead_s=20.0, load_s=20.0), head=HEAD)
    for event in events:
        books.note(event, 100.0)
    return books


@pytest.mark.parametrize(("block", "leases"), [(HEAD, 0), (HEAD + 1, 1)])
def test_how_fast_a_worker_is_follows_from_no_lease_whose_beginning_was_not_heard(
    block: int, leases: int
) -> None:
    """One that was claimed long before the start seemed to have begun with it."""
    books = books_of(CREATED, claimed(block, FIRST, 0), submitted(HEAD + 2, FIRST))
    assert books.by_family[FAMILY].speeds.leases(WORKER) == leases


def test_a_job_that_is_begun_anew_has_what_the_board_told_of_it_and_what_was_learned() -> None:
    books = books_of(CREATED, claimed(HEAD + 1, FIRST, 0), claimed(HEAD + 1, SECOND, 1))
    book = books.by_family[FAMILY]
    costs, failed = book.jobs[JOB].costs, book.jobs[JOB].known.failed
    ended = LeaseEnded(HEAD + 2, JOB, FIRST, LeaseState.EXPIRED, reopened=True)  # which never came
    told: list[BoardEvent] = [claimed(HEAD + 1, FIRST, 0), claimed(HEAD + 1, SECOND, 1), ended]
    books.begin_anew(JOB, told, 200.0)
    job = book.jobs[JOB]
    assert set(job.held) == {SECOND} and job.open.count == 2 and JOB in books.stale
    assert job.costs is costs and job.known.failed is failed
    row = book.fleet.rows[WORKER]
    assert book.fleet.column("used")[row] == 1 << 1 and book.fleet.column("in_hand")[row] == 1


def test_what_was_read_of_a_job_does_not_count_again_but_all_else_of_its_last_block_does() -> None:
    """Of a block under way a node told a part."""
    books = books_of(CREATED)
    first, second = claimed(HEAD + 1, FIRST, 0), claimed(HEAD + 1, SECOND, 1)
    books.begin_anew(JOB, [first], 200.0)
    for event in (first, second):
        books.note(event, 201.0)
    job = books.by_family[FAMILY].jobs[JOB]
    assert set(job.held) == {FIRST, SECOND} and job.open.count == 1


def test_a_job_that_was_closed_meanwhile_is_over_when_it_is_begun_anew() -> None:
    books = books_of(CREATED, claimed(HEAD + 1, FIRST, 0))
    books.begin_anew(JOB, [claimed(HEAD + 1, FIRST, 0), JobClosed(HEAD + 2, JOB, 0)], 200.0)
    assert books.book_of(JOB) is None and not list(books.jobs()) and not books.stale
    books.note(JobClosed(HEAD + 2, JOB, 0), 201.0)  # by itself


def test_a_job_of_which_an_event_never_came_is_assigned_on(
    world: World, artist: Artist, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it was assigned any more, as the board and the books never agreed again."""
    desk, lost = Desk(world), list[BoardEvent]()
    events = desk.chain.events

    async def without_the_first_claim(from_block: int) -> AsyncIterator[BoardEvent]:
        async for event in events(from_block):
            if isinstance(event, LeaseClaimed) and not lost:
                lost.append(event)
            else:
                yield event

    monkeypatch.setattr(desk.chain, "events", without_the_first_claim)

    artist.own_checks = 2  # what it looked at it pays at once, so that places are free

    async def life() -> None:
        await willing(machine)
        job = await artist.submit(8, SCHEDULED)
        async with machine.working(), desk.working(machine):
            assert (await artist.watching(job)).state is JobState.COMPLETED

    world.live(life())
    told = world.network.told(LeaseClaimed)
    assert lost == told[:1] and len(told) > 1
    assert all(one.assigned for one in told) and sum(one.count for one in told) == 8


def test_after_a_reorganisation_nothing_is_learned_of_how_fast_leases_of_before_were(
    world: World, artist: Artist, machine: Machine
) -> None:
    """All their events came at once."""
    desk = Desk(world)

    def leases() -> int:
        return sum(one.speeds.leases(machine.worker_id) for one in desk.scheduler.books.by_family.values())

    async def life() -> None:
        await willing(machine)
        async with machine.working(), desk.working(machine):
            await asyncio.sleep(30)
            job = await artist.submit(4, SCHEDULED)
            assert (await artist.watching(job)).state is JobState.COMPLETED
            assert leases() > 0
            before = desk.scheduler.books
            world.network.reorganise(world.network.block)
            while desk.scheduler.books is before or not desk.scheduler.books.by_family:
                await asyncio.sleep(1)
            await asyncio.sleep(30)
            assert leases() == 0

    world.live(life())


def test_a_job_that_the_node_does_not_know_yet_holds_up_no_event(
    world: World, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there was no room all of the chain was read again and again."""
    desk = Desk(world, Serving(most_jobs=1))

    async def unknown(job_id: JobId) -> None:
        raise UnknownJob(f"Reading job {job_id}")

    monkeypatch.setattr(desk.chain, "job", unknown)

    async def life() -> None:
        async with desk.working():
            await asyncio.sleep(30)
            jobs = [await artist.submit(2, SCHEDULED) for _ in range(2)]
            await asyncio.sleep(60)
            assert set(desk.scheduler.books.refused) == {jobs[1]}
        assert not desk.reporter.heard(PartFailed)

    world.live(life())
