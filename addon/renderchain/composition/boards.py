"""The boards of a network as one account sees them."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from ..adapters.starknet.boards import active_boards, board_loads, first_board
from ..adapters.starknet.chain import StarknetChain
from ..adapters.starknet.sender import Sender
from ..core.artist_job import REFUSED
from ..core.boards import Board, quietest
from ..core.notices.process import BoardLeftOut
from ..ports.journal import Journal
from ..ports.reporter import Reporter


class NetworkBoards:
    """All with one sender; ``board`` is the only one that counts, 0: all that the Directory lists."""

    def __init__(
        self,
        account: Any,
        sender: Sender,
        journal: Journal,
        directory: int,
        board: int = 0,
        *,
        reporter: Reporter,
    ) -> None:
        self._account, self._sender, self._journal = account, sender, journal
        self._directory, self._only = directory, board
        self._reporter = reporter
        self.left_out: set[int] = set()  # active ones that this version can't work on
        self._open: dict[int, StarknetChain] = {}
        self._opening = asyncio.Lock()

    async def of(self, board: int = 0) -> StarknetChain:
        """One of them; 0: that for a new job. Raises WrongNetwork or ChainError."""
        async with self._opening:
            board = board or self._only or await self._for_new_job()
            if board not in self._open:
                parts = (self._account, self._sender, self._directory, board)
                self._open[board] = await StarknetChain.connect(*parts)
            return self._open[board]

    async def all(self) -> list[StarknetChain]:
        """Those that are active, in the Directory's order, without what is no board that this version knows.

        Raises WrongNetwork or ChainError.
        """
        if self._only:
            return [await self.of(self._only)]
        return [await self.of(one.address) for one in await self._active()]

    async def first(self) -> int:
        """The address of the Directory's first one. Raises WrongNetwork or ChainError."""
        return await first_board(self._account, self._directory)

    async def _for_new_job(self) -> int:
        """That of the artist's newest job: each board numbers jobs by itself. For the first a quiet one."""
        boards = await self._active()
        # Where none takes jobs the board's own refusal says so.
        takes = [one.address for one in boards if one.takes_jobs] or [one.address for one in boards]
        for entry in self._journal.jobs():
            if entry.state != REFUSED and entry.board in takes:
                return entry.board
        if len(takes) == 1:
            return takes[0]
        return quietest(await board_loads(self._account, takes), random.SystemRandom().choice)

    async def _active(self) -> list[Board]:
        return await active_boards(self._account, self._directory, self._leave_out)

    def _leave_out(self, board: int) -> None:
        if board not in self.left_out:
            self.left_out.add(board)
            self._reporter.tell(BoardLeftOut(board))
