"""Asks the index that the settings name, if it is there and shows the present; else the chain is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ...core.errors import IndexAway, RenderChainError
from ...core.finding import Finding, doubt, fine
from ...core.merkle import short_string
from ...core.notices import Notice
from ...core.notices.conditions import IndexNotUsed
from ...ports.chain_view import ChainView
from ...ports.network_index import NetworkIndex, Told

PATIENCE_S = 20.0  # for all that one question takes; then the chain is asked
REST_S = 60.0  # after a failure it is not asked again for so long
MOST_LAG = 20  # blocks behind the node that we ask ourselves
MOST_AHEAD = 100  # blocks, by which our node may be late
INDEX = "index"  # as a finding names it
Item = TypeVar("Item")


class Asking:
    """``directory`` is the one that the settings name; ``tell`` hears why the index is not asked. ``clock``
    gives seconds from any moment on.
    """

    def __init__(
        self,
        index: NetworkIndex,
        directory: int,
        tell: Callable[[Notice], None],
        clock: Callable[[], float],
    ) -> None:
        self._index = index
        self._directory = directory
        self._tell = tell
        self._clock = clock
        self._is_ours = False
        self._rests_until_s = float("-inf")
        self._said = ""

    async def ask(
        self, chain: ChainView, question: Callable[[NetworkIndex], Awaitable[Told[Item]]]
    ) -> Told[Item] | None:
        """What it tells of now; None: ask the chain. Raises what the chain does."""
        if self._clock() < self._rests_until_s:
            return None
        head = await chain.block_number()
        try:
            async with asyncio.timeout(PATIENCE_S):
                if not self._is_ours:
                    await self._look(chain.chain_id)
                    self._is_ours = True
                told = await question(self._index)
            self._check(told.block, head)
        except TimeoutError:
            self.refuse(f"The index {self._index.shown} did not answer within {PATIENCE_S:.0f} s.")
            return None
        except RenderChainError as error:
            self.refuse(str(error))
            return None
        self._said = ""
        return told

    async def examine(self, chain_name: str, head: int) -> Finding:
        """Whether it would be used now; nothing hangs on it."""
        try:
            block = await self._look(short_string(chain_name))
            self._check(block, head)
        except IndexAway as error:
            return doubt(INDEX, f"{error} The chain is asked instead.")
        return fine(INDEX, f"block {block} at {self._index.shown}")

    async def _look(self, chain_id: int) -> int:
        """The block that it is at. Raises IndexAway unless it follows our network."""
        told = await self._index.network()
        found = told.item
        if short_string(found.chain) != chain_id or found.directory != self._directory:
            raise IndexAway(
                f"The index {self._index.shown} follows another network ({found.chain!r:.40}, the Directory "
                f"{found.directory:#x}). Correct index_url."
            )
        return told.block

    def _check(self, block: int, head: int) -> None:
        if block < head - MOST_LAG:
            raise IndexAway(f"The index {self._index.shown} is {head - block} blocks behind.")
        if block > head + MOST_AHEAD:
            raise IndexAway(
                f"The index {self._index.shown} tells of block {block}, and the chain is at block {head}."
            )

    def refuse(self, reason: str) -> None:
        """Leave it alone for a while, and say why, once."""
        self._is_ours = False
        self._rests_until_s = self._clock() + REST_S
        if reason != self._said:
            self._said = reason
            self._tell(IndexNotUsed(reason))

    def refuse_lie(self, what: str) -> None:
        """The same, where the chain knows better."""
        self.refuse(f"The index {self._index.shown} tells what the chain does not: {what}.")
