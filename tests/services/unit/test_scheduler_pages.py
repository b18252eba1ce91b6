"""What a scheduler answers by HTTP, asked by a real client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from renderchain.adapters.heartbeat_http import SchedulerAway, send_heartbeat
from renderchain.core.errors import ChainError
from renderchain.core.ids import JobId

from devkit.board.network import ADDRESSES
from devkit.fakes.people import Machine
from devkit.fakes.world import World
from services.scheduler.command import trusted
from services.scheduler.pages import FRESH_S, MOST_JOBS, Pages
from services.scheduler.senders import BEATS_S, MOST_BEATS, MOST_SENDERS, Senders
from tests.services.answering import answer, get
from tests.unit.app.scheduler.desk import Desk

Story = Callable[[str, Desk, Machine], Awaitable[None]]
ANYBODY = "127.0.0.0/8"
BOARD = ADDRESSES.board


class Clock:
    """Goes where a test says."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Place:
    """A scheduler's pages on a port of this machine, for a worker that is registered."""

    def __init__(self, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
        self.world, self.caplog, self.clock = World(folder), caplog, Clock()
        self.pages = Pages(self.world.now, self.clock)

    def serve(self, story: Story, *trusted_proxies: str) -> None:
        """Until the story is over."""

        async def life(url: str) -> None:
            machine, desk = Machine(self.world, 0xF001), Desk(self.world)
            await machine.join()
            with self.pages.told_by({BOARD: desk.parts}):
                await story(url, desk, machine)

        answer(self.pages.app(), self.caplog, life, *trusted_proxies)


@pytest.fixture
def place(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Place:
    return Place(tmp_path, caplog)


async def send(url: str, raw: bytes, of: str) -> int:
    """The status of the answer to somebody whom a web server names."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/heartbeats/{BOARD:#x}", data=raw, headers={"X-Forwarded-For": of}) as found,
    ):
        return found.status


def test_a_workers_heartbeat_is_taken_once(place: Place) -> None:
    async def story(url: str, desk: Desk, machine: Machine) -> None:
        raw = desk.signed(machine, desk.beat_of(machine))
        await send_heartbeat(BOARD, url, raw)
        with pytest.raises(SchedulerAway, match="answered 400: Worker 1 sent this heartbeat before"):
            await send_heartbeat(BOARD, url, raw)
        assert desk.intake.counts == {"taken": 1, "refused": 1}
        status, numbers = await get(f"{url}/metrics")
        assert status == 200
        assert 'renderchain_scheduler_heartbeats_total{outcome="taken"} 1' in numbers
        assert "renderchain_scheduler_workers 1" in numbers

    place.serve(story)


def test_each_board_hears_its_own_heartbeats_and_others_are_not_scheduled_here(place: Place) -> None:
    other = place.world.with_board(0xB0A2E)

    async def story(url: str, desk: Desk, machine: Machine) -> None:
        beside, twin = Desk(other), Machine(other, machine.address)
        await twin.join()
        with place.pages.told_by({BOARD: desk.parts, 0xB0A2E: beside.parts}):
            raw = desk.signed(machine, desk.beat_of(machine))
            with pytest.raises(SchedulerAway, match="answered 400: The heartbeat is not signed for this"):
                await send_heartbeat(0xB0A2E, url, raw)
            await send_heartbeat(0xB0A2E, url, beside.signed(twin, beside.beat_of(twin)))
            await send_heartbeat(BOARD, url, raw)
            assert (desk.intake.counts["taken"], beside.intake.counts["taken"]) == (1, 1)
            assert 'heartbeats_total{outcome="taken"} 2' in (await get(f"{url}/metrics"))[1]
            desk.scheduler.planned_s = place.world.now()
            assert (await get(f"{url}/readyz"))[0] == 503, "nothing is planned on the other board"
            with pytest.raises(SchedulerAway, match="answered 404: Nothing is scheduled here"):
                await send_heartbeat(5, url, raw)
            assert (await get(f"{url}/v1/waiting/0x5"))[0] == 404

    place.serve(story)


def test_what_is_no_heartbeat_is_refused_and_what_is_too_large_not_read(place: Place) -> None:
    async def story(url: str, desk: Desk, machine: Machine) -> None:
        with pytest.raises(SchedulerAway, match="answered 400: The heartbeat can't be read"):
            await send_heartbeat(BOARD, url, b"{}")
        with pytest.raises(SchedulerAway, match="answered 413"):
            await send_heartbeat(BOARD, url, b" " * 100_000)

    place.serve(story)


def test_one_address_can_not_send_without_end(place: Place) -> None:
    async def story(url: str, desk: Desk, machine: Machine) -> None:
        for _ in range(MOST_BEATS):
            with pytest.raises(SchedulerAway, match="answered 400"):
                await send_heartbeat(BOARD, url, b"")
        with pytest.raises(SchedulerAway, match="answered 429"):
            await send_heartbeat(BOARD, url, b"")

    place.serve(story)


def test_behind_a_web_server_each_worker_counts_by_itself(place: Place) -> None:
    async def story(url: str, desk: Desk, machine: Machine) -> None:
        for _ in range(MOST_BEATS):
            assert await send(url, b"", "198.51.100.1") == 400
        assert await send(url, b"", "198.51.100.1") == 429
        assert await send(url, b"", "203.0.113.9, 198.51.100.1") == 429
        assert await send(url, b"", "198.51.100.2") == 400

    place.serve(story, ANYBODY)


def test_who_is_no_web_server_of_ours_names_nobody(place: Place) -> None:
    async def story(url: str, desk: Desk, machine: Machine) -> None:
        for number in range(MOST_BEATS):
            assert await send(url, b"", f"198.51.100.{number % 250}") == 400
        assert await send(url, b"", "203.0.113.9") == 429

    place.serve(story)


def test_an_address_of_ipv6_counts_with_all_that_its_line_may_choose() -> None:
    senders = Senders(lambda: 0.0)
    assert all(senders.may_send(f"2001:db8:1:2::{number:x}") for number in range(MOST_BEATS))
    assert not senders.may_send("2001:db8:1:2:ffff::1")
    assert senders.may_send("2001:db8:1:3::1")
    assert all(senders.may_send("::ffff:192.0.2.1") for _ in range(MOST_BEATS))
    assert not senders.may_send("192.0.2.1")


def test_who_sent_too_much_may_send_again_and_any_number_of_addresses_is_remembered_for_long_alone() -> None:
    clock = Clock()
    senders = Senders(clock)
    assert [senders.may_send("192.0.2.1") for _ in range(MOST_BEATS + 1)].count(False) == 1
    clock.now_s += BEATS_S + 1
    assert senders.may_send("192.0.2.1")
    for number in range(MOST_SENDERS + 10):
        senders.may_send(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(senders._sent) == MOST_SENDERS


@pytest.mark.parametrize("named", ["web.example", "10.0.0.1/8", "*", ""])
def test_what_is_no_address_of_a_web_server_is_refused(named: str) -> None:
    with pytest.raises(Exception, match="--trusted-proxies"):
        trusted([named])
    assert trusted(["10.0.0.1", "2001:db8::/32"]) == ["10.0.0.1/32", "2001:db8::/32"]


def test_it_is_ready_once_it_plans_and_says_why_jobs_wait(place: Place) -> None:
    async def story(url: str, desk: Desk, machine: Machine) -> None:
        assert await get(f"{url}/healthz") == (200, "alive\n")
        assert (await get(f"{url}/readyz"))[0] == 503
        desk.scheduler.planned_s = desk.world.now()
        assert await get(f"{url}/readyz") == (200, "ready\n")
        assert await get(f"{url}/v1/waiting/{BOARD:#x}") == (200, '{"jobs":{},"next":null}')
        assert (await get(f"{url}/v1/waiting/{BOARD:#x}?limit={MOST_JOBS + 1}"))[0] == 422
        assert (await get(f"{url}/v1/other"))[0] == 404

    place.serve(story)


def test_before_a_node_was_reached_it_lives_and_says_so(place: Place) -> None:
    async def story(url: str) -> None:
        assert await get(f"{url}/healthz") == (200, "alive\n")
        assert await get(f"{url}/readyz") == (503, "no node was reached yet: see the log\n")
        assert (await get(f"{url}/v1/waiting/{BOARD:#x}"))[0] == 503
        assert (await get(f"{url}/metrics"))[0] == 200
        with pytest.raises(SchedulerAway, match="answered 503: No node was reached"):
            await send_heartbeat(BOARD, url, b"{}")

    answer(place.pages.app(), place.caplog, story)


def test_while_the_chain_does_not_answer_a_heartbeat_is_answered_all_the_same(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.scheduler.pages.PATIENCE_S", 0.01)

    async def story(url: str, desk: Desk, machine: Machine) -> None:
        raw = desk.signed(machine, desk.beat_of(machine))

        async def waits(_: object) -> Any:
            await asyncio.Event().wait()

        async def fails(_: object) -> Any:
            raise ChainError("The node answered nonsense.")

        monkeypatch.setattr(desk.chain, "worker", waits)
        with pytest.raises(SchedulerAway, match="answered 503: This took more than"):
            await send_heartbeat(BOARD, url, raw)
        monkeypatch.setattr(desk.chain, "worker", fails)
        with pytest.raises(SchedulerAway, match="answered 503: The node answered nonsense"):
            await send_heartbeat(BOARD, url, raw)

    place.serve(story)


def test_however_many_ask_why_jobs_wait_it_is_looked_for_once_in_a_while(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[JobId] = []

    async def story(url: str, desk: Desk, machine: Machine) -> None:
        def why(job_id: JobId) -> str:
            looks.append(job_id)
            return "nobody is there"

        monkeypatch.setattr(desk.scheduler, "waiting_jobs", lambda: list(map(JobId, range(1, 251))))
        monkeypatch.setattr(desk.scheduler, "why_waits", why)
        for _ in range(20):
            status, text = await get(f"{url}/v1/waiting/{BOARD:#x}")
            assert status == 200 and text.endswith('"next":"100"}')
        assert looks == list(range(1, MOST_JOBS + 1))
        assert (await get(f"{url}/v1/waiting/{BOARD:#x}?after=248"))[1] == (
            '{"jobs":{"249":"nobody is there","250":"nobody is there"},"next":null}'
        )
        place.clock.now_s += FRESH_S
        await get(f"{url}/v1/waiting/{BOARD:#x}?limit=1")
        assert len(looks) == MOST_JOBS + 3

    place.serve(story)


def test_who_is_not_there_is_told_by_address(tmp_path: Path) -> None:
    async def life() -> Any:
        with pytest.raises(SchedulerAway, match="can't be reached .* Check schedulers"):
            await send_heartbeat(BOARD, "http://127.0.0.1:1", b"")

    asyncio.run(life())
