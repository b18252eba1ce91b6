"""A service's pages, served as its process does, while a test asks them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from fastapi import FastAPI

from services.common.service import serve

HOST = "127.0.0.1"


def answer(
    app: FastAPI,
    caplog: pytest.LogCaptureFixture,
    story: Callable[[str], Awaitable[None]],
    *trusted_proxies: str,
) -> None:
    """Serve until the story is over, which is told the address and whose errors are raised."""

    async def duty() -> None:
        await story(told_address(caplog))

    with caplog.at_level("INFO", "services.common.service"):
        asyncio.run(serve(app, HOST, 0, {"story": duty()}, trusted_proxies))


def told_address(caplog: pytest.LogCaptureFixture) -> str:
    """Where the last service says that it answers."""
    said = [record.getMessage() for record in caplog.records]
    return next(one for one in reversed(said) if one.startswith("answering on ")).removeprefix(
        "answering on "
    )


async def get(url: str, **headers: str) -> tuple[int, str]:
    """Status and text of an answer."""
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as found:
        return found.status, await found.text()
