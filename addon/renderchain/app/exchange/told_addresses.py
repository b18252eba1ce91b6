"""Connecting our node to the one that has a package, where the job's artist told its address.

Nodes that are connected ask each other first; without that, who has a package is looked for, which may take
minutes. Anyone may tell an address of any job, so few are dialled, and a false one costs nothing but its try.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial

from ...core.contract_errors import ContractError
from ...core.errors import ChainError, StoreError
from ...core.job import JobInfo
from ...core.node_address import NOBODY, NONE, addresses_to_dial
from ...core.notices.storage import PeerTold
from ...ports.content_store import StoreNode
from ...ports.package_keys import KeyChain
from ...ports.reporter import Reporter
from ..upkeep.keeping import keep_at_work

LOOK_S = 15.0  # it is told a block or two after the job
LONGEST_LOOK_S = 300.0  # each look waits twice as long as the one before
MOST_DIALLED = 8  # of a job, while its package is fetched
MOST_READ = 200  # ... of all that was told; the artist's own is among the first
AGAIN_BLOCKS = 5  # that are read once more: the machine behind an address that answers may be behind
Beside = Callable[[JobInfo], AbstractAsyncContextManager[None]]


class ToldAddresses:
    """``which`` are dialled; what was told is looked for from ``from_block`` on."""

    def __init__(
        self, chain: KeyChain, node: StoreNode, reporter: Reporter, *, which: str, from_block: int
    ) -> None:
        self._chain = chain
        self._node = node
        self._reporter = reporter
        self._which = which
        self._from_block = from_block

    @asynccontextmanager
    async def beside(self, job: JobInfo) -> AsyncIterator[None]:
        """Look for addresses and dial them, as long as the job's package is fetched."""
        what = f"Looking for who has the package of job {job.job_id}"
        looking = asyncio.create_task(keep_at_work(what, partial(self._look, job), self._reporter))
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look(self, job: JobInfo) -> None:
        tried, since, left, wait_s = set[str](), self._from_block, MOST_READ, LOOK_S
        while self._which != NONE and len(tried) < MOST_DIALLED and left > 0:
            with suppress(ChainError, ContractError):  # who needs the chain says so
                newest = await self._chain.block_number()
                given = await self._chain.given_keys(job.job_id, since, NOBODY, left)
                since, left = max(since, newest - AGAIN_BLOCKS), left - len(given)
                found = addresses_to_dial([one for _, one in given], self._which, MOST_DIALLED)
                new = [one for one in found if one not in tried]
                tried.update(new)
                await asyncio.gather(*(self._dial(job, one) for one in new))
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_LOOK_S)

    async def _dial(self, job: JobInfo, address: str) -> None:
        with suppress(StoreError):  # then the package is looked for as any
            await self._node.connect(address)
            self._reporter.tell(PeerTold(job.job_id, address))
