"""The one connection of an artist's Blender: opened by the first who needs it, closed after the last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from renderchain.composition import requester
from renderchain.core.errors import NodeAway

from devkit.fakes.reporter import RecordingReporter


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happens to connections."""
    told: list[str] = []

    @asynccontextmanager
    async def open_boards(settings: Any, reporter: Any) -> AsyncIterator[str]:
        await asyncio.sleep(0)
        if settings.rpc_url == "away":
            raise NodeAway("No answer.")
        told.append("opened")
        yield "boards"
        told.append("closed")

    monkeypatch.setattr(requester, "open_boards", open_boards)
    return told


def test_all_that_goes_on_at_once_shares_a_connection(opened: list[str]) -> None:
    async def use(shared: requester.Shared, turns: int) -> None:
        async with shared.open() as boards:
            assert boards == "boards"  # type: ignore[comparison-overlap]
            for _ in range(turns):
                await asyncio.sleep(0)

    async def life() -> None:
        settings: Any = SimpleNamespace(rpc_url="here", index_url="")
        shared = requester.Shared(settings, RecordingReporter())
        await asyncio.gather(*(use(shared, turns) for turns in (1, 5, 20)))
        assert opened == ["opened", "closed"]
        stopped = asyncio.create_task(use(shared, 10**6))
        other = asyncio.create_task(use(shared, 20))
        await asyncio.sleep(0.01)
        stopped.cancel()
        await asyncio.gather(stopped, other, return_exceptions=True)
        assert opened == ["opened", "closed"] * 2

    asyncio.run(life())


def test_a_node_that_is_away_is_said_to_each_and_asked_again_by_the_next(opened: list[str]) -> None:
    async def life() -> None:
        settings: Any = SimpleNamespace(rpc_url="away", index_url="")
        shared = requester.Shared(settings, RecordingReporter())
        for _ in range(2):
            with pytest.raises(NodeAway):
                async with shared.open():
                    pass

    asyncio.run(life())
    assert opened == []
