"""A worker's way to the keys of private packages: it names itself, asks once, and waits.

Nothing of a key is kept but in memory: after a start it is read from the chain again, and unwrapped with what
derives from the account's key.
"""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from ...core.errors import KeyMissing
from ...core.ids import JobId, WorkerId
from ...core.job import JobInfo
from ...core.notices.private import PackageKeyAsked, PackageKeyKnown
from ...core.private_package import KeyPlace, PrivateHeader
from ...ports.package_keys import KeyChain, SceneKey
from ...ports.reporter import Reporter
from .told_addresses import AGAIN_BLOCKS

WAIT_S, POLL_S = 20.0, 2.0  # later it is asked for in vain until the board tells of a key
MOST_TRIED = 10_000  # of what was given to us of a job, the last first: anyone may give what is no key


class AskedKeys:
    """What the board tells of a job is looked for from ``from_block`` on."""

    def __init__(
        self,
        chain: KeyChain,
        scene_key: SceneKey,
        reporter: Reporter,
        from_block: int,
        wait_s: float = WAIT_S,
    ) -> None:
        self._chain = chain
        self._scene_key = scene_key
        self._reporter = reporter
        self._from_block = from_block
        self._wait_s = wait_s
        self._known: dict[JobId, bytes] = {}
        # Worker and verifier may want the same.
        self._turns: WeakValueDictionary[JobId, asyncio.Lock] = WeakValueDictionary()

    async def key_of(self, job: JobInfo, header: PrivateHeader) -> bytes:
        """The key of a job's package, asked for where it was not given yet; waits for it a little.

        Raises KeyMissing, ContractError or ChainError.
        """
        known = self._known.get(job.job_id)
        if known is not None and header.fits(known):
            return known
        async with self._turns.setdefault(job.job_id, asyncio.Lock()):
            worker_id, newest = await self._chain.worker_id(), await self._chain.block_number()
            key = await self._given(job, header, worker_id, self._from_block)
            if key is None:
                await self._ask(job, worker_id)
                key = await self._awaited(job, header, worker_id, newest)
        self._known[job.job_id] = key
        self._reporter.tell(PackageKeyKnown(job.job_id))
        return key

    def known(self, job_id: JobId) -> bytes | None:
        """The key of a job's package, where it came since this process began."""
        return self._known.get(job_id)

    async def _given(
        self, job: JobInfo, header: PrivateHeader, worker_id: WorkerId, since: int
    ) -> bytes | None:
        """What fits the package of all that was given to us since that block."""
        place = KeyPlace(self._chain.chain_id, self._chain.board, job.job_id, worker_id)
        given = await self._chain.given_keys(job.job_id, since, worker_id)
        for _, wrapped in given[: -MOST_TRIED - 1 : -1]:
            key = self._scene_key.unwrap_package_key(wrapped, place)
            if key is not None and header.fits(key):
                return key
        return None

    async def _ask(self, job: JobInfo, worker_id: WorkerId) -> None:
        """Once a job, and again only with another key of ours."""
        mine = self._scene_key.public_key
        is_published = await self._chain.scene_key(worker_id) == mine
        if not is_published:
            await self._chain.publish_scene_key(mine)
        elif worker_id in await self._chain.asked_keys(job.job_id, self._from_block):
            return
        await self._chain.ask_key(job.job_id)
        self._reporter.tell(PackageKeyAsked(job.job_id))

    async def _awaited(self, job: JobInfo, header: PrivateHeader, worker_id: WorkerId, newest: int) -> bytes:
        """What is given from now on; ``newest`` is the block to which all was looked through in vain."""
        left_s = self._wait_s
        while left_s > 0:
            await asyncio.sleep(POLL_S)
            left_s -= POLL_S
            since = max(self._from_block, newest - AGAIN_BLOCKS)
            newest = await self._chain.block_number()
            if key := await self._given(job, header, worker_id, since):
                return key
        raise KeyMissing(
            f"Job {job.job_id} is private, and its artist has not given this worker the key yet. It comes "
            "when the artist's client or watchtower is there."
        )
