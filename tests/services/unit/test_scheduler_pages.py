"""What a scheduler answers by HTTP, asked by a real client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from renderchain.adapters.heartbeat_http import SchedulerAway, send_heartbeat

from devkit.fakes.people import Machine
from devkit.fakes.world import World
from services.scheduler.pages import MOST_BEATS, Pages
from tests.unit.app.scheduler.desk import Desk

Story = Callable[[str, Desk, Machine], Awaitable[None]]


def serve(folder: Path, story: Story) -> None:
    """A scheduler on a port of this machine, for a worker that is registered."""

    async def life() -> None:
        world = World(folder)
        machine, desk = Machine(world, 0xF001), Desk(world)
        await machine.join()
        runner = web.AppRunner(Pages(desk.scheduler, desk.intake, world.now, lambda: 0.0).app())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            await story(f"http://127.0.0.1:{port}", desk, machine)
        finally:
            await runner.cleanup()

    asyncio.run(life())


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


def test_a_workers_heartbeat_is_taken_once(tmp_path: Path) -> None:
    async def story(url: str, desk: Desk, machine: Machine) -> None:
        raw = desk.signed(machine, desk.beat_of(machine))
        await send_heartbeat(url, raw)
        with pytest.raises(SchedulerAway, match="answered 400: Worker 1 sent this heartbeat before"):
            await send_heartbeat(url, raw)
        assert desk.intake.counts == {"taken": 1, "refused": 1}
        status, numbers = await get(f"{url}/metrics")
        assert status == 200
        assert 'renderchain_scheduler_heartbeats_total{outcome="taken"} 1' in numbers
        assert "renderchain_scheduler_workers 1" in numbers

    serve(tmp_path, story)


def test_what_is_no_heartbeat_is_refused_and_what_is_too_large_not_read(tmp_path: Path) -> None:
    async def story(url: str, desk: Desk, machine: Machine) -> None:
        with pytest.raises(SchedulerAway, match="answered 400: The heartbeat can't be read"):
            await send_heartbeat(url, b"{}")
        with pytest.raises(SchedulerAway, match="answered 413"):
            await send_heartbeat(url, b" " * 100_000)

    serve(tmp_path, story)


def test_one_address_can_not_send_without_end(tmp_path: Path) -> None:
    async def story(url: str, desk: Desk, machine: Machine) -> None:
        for _ in range(MOST_BEATS):
            with pytest.raises(SchedulerAway, match="answered 400"):
                await send_heartbeat(url, b"")
        with pytest.raises(SchedulerAway, match="answered 429"):
            await send_heartbeat(url, b"")

    serve(tmp_path, story)


def test_it_is_ready_once_it_plans_and_says_why_jobs_wait(tmp_path: Path) -> None:
    async def story(url: str, desk: Desk, machine: Machine) -> None:
        assert await get(f"{url}/healthz") == (200, "alive\n")
        assert (await get(f"{url}/readyz"))[0] == 503
        desk.scheduler.planned_s = desk.world.now()
        assert await get(f"{url}/readyz") == (200, "ready\n")
        assert await get(f"{url}/v1/waiting") == (200, '{"jobs": {}}')
        assert (await get(f"{url}/v1/other"))[0] == 404

    serve(tmp_path, story)


def test_who_is_not_there_is_told_by_address(tmp_path: Path) -> None:
    async def life() -> Any:
        with pytest.raises(SchedulerAway, match="can't be reached .* Check schedulers"):
            await send_heartbeat("http://127.0.0.1:1", b"")

    asyncio.run(life())
