"""What is rendered by a time or not at all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from ...core.errors import RenderFailed


@contextlib.asynccontextmanager
async def within(most_s: float | None, what: str) -> AsyncIterator[None]:
    """Do what is in the block within so many seconds (None: however long it takes), else break it off.

    Render processes that were opened in it are killed then. Raises RenderFailed, which names ``what``.
    """
    try:
        async with asyncio.timeout(most_s) as timeout:
            yield
    except TimeoutError:
        if not timeout.expired():
            raise
        raise RenderFailed(
            f"{what} was not done within {most_s:.0f} s, which is all the time there was for it; its render "
            "process was ended."
        ) from None
