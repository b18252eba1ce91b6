"""Keys of private packages, on the board in memory."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.core.audit.events import VotesDrawn
from renderchain.core.board_events import KeyAsked, KeyGiven
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.node_address import giving
from renderchain.core.private_package import WrappedKey
from renderchain.core.sealed import KEY_BYTES

from devkit.board.account import MemoryView


class MemoryPackageKeys(MemoryView):
    """Implements KeyChain."""

    async def scene_key(self, worker_id: WorkerId) -> bytes | None:
        """The X25519 key that a worker published, if it did."""
        key = await self._ask("Reading key", lambda model: model.key_of(worker_id))
        return key.to_bytes(KEY_BYTES, "big") if key else None

    async def publish_scene_key(self, key: bytes) -> None:
        """As a worker's operator, publish it."""
        given = (await self.worker_id(), int.from_bytes(key, "big"))
        await self._do("Publishing the scene key", lambda model: model.set_key(self.address, *given))

    async def supports(self, worker_id: WorkerId, family: int) -> bool:
        """Whether a worker renders a family."""
        return await self._ask("Reading supports", lambda model: model.renders(worker_id, family))

    async def ask_key(self, job_id: JobId) -> None:
        """As a worker's operator, ask for the key of a job's package."""
        worker_id = await self.worker_id()
        action = f"Asking for the key of job {job_id}"
        await self._do(action, lambda model: model.ask_key(self.address, job_id, worker_id))

    async def asked_keys(self, job_id: JobId, from_block: int) -> list[WorkerId]:
        """Who asked for it since that block, in order."""
        told = await self._past(KeyAsked, from_block)
        return [one.worker_id for one in told if one.job_id == job_id]

    async def drawn_verifiers(self, job_id: JobId, from_block: int) -> set[WorkerId]:
        """Who was drawn since that block to vote on leases of the job."""
        told = [one for one in await self._past(VotesDrawn, from_block) if one.job_id == job_id]
        return {WorkerId(one) for event in told for one in event.verifiers}

    async def give_keys(self, job_id: JobId, keys: Sequence[tuple[WorkerId, WrappedKey]]) -> None:
        """Give 1 to 100 workers the key of a job's package; anyone may."""
        given = list(keys)
        action = giving(job_id, [one for one, _ in given])
        await self._do(action, lambda model: model.give_keys(self.address, job_id, given))

    async def given_keys(
        self, job_id: JobId, from_block: int, worker_id: WorkerId | None = None, most: int | None = None
    ) -> list[tuple[WorkerId, WrappedKey]]:
        """What was given of a job since that block, to one worker or to all; the first so many."""
        told = [one for one in await self._past(KeyGiven, from_block) if one.job_id == job_id]
        return [(one.worker_id, one.wrapped) for one in told if worker_id in (None, one.worker_id)][:most]
