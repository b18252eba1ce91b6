"""What is rendered by a time or not at all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from ...core.errors import RenderChainError, RenderFailed


class Deadline:
    """When something has to be done, counted from now; ``most_s`` None: whenever.

    What comes after it has parts of ``spare_s`` more.
    """

    def __init__(self, most_s: float | None, spare_s: float) -> None:
        self._most_s = most_s
        self._spare_s = spare_s
        self._began_s = asyncio.get_running_loop().time()

    def within(
        self, what: str, part: float = 0.0, raises: type[RenderChainError] = RenderFailed
    ) -> contextlib.AbstractAsyncContextManager[None]:
        """As ``within``, for what is left of the time and such a part of what is spare."""
        if self._most_s is None:
            return within(None, what, raises)
        spent_s = asyncio.get_running_loop().time() - self._began_s
        return within(max(self._most_s + part * self._spare_s - spent_s, 0.0), what, raises)


@contextlib.asynccontextmanager
async def within(
    most_s: float | None, what: str, raises: type[RenderChainError] = RenderFailed
) -> AsyncIterator[None]:
    """Do what is in the block within so many seconds (None: however long it takes), else break it off.

    Render processes that were opened in it are killed then. Raises ``raises``, which names ``what``.
    """
    try:
        async with asyncio.timeout(most_s) as timeout:
            yield
    except TimeoutError:
        if not timeout.expired():
            raise
        raise raises(
            f"{what} was not done within {most_s:.0f} s, which is all the time there was for it; its "
            "processes were ended."
        ) from None
