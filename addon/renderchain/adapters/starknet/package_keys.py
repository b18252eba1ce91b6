"""Keys of private packages, as they are asked for and given on the board."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.audit.events import VotesDrawn
from ...core.board_events import KeyAsked, KeyGiven
from ...core.ids import JobId, WorkerId
from ...core.node_address import giving
from ...core.private_package import WrappedKey
from ...core.sealed import KEY_BYTES
from .view import StarknetView, ask


class StarknetPackageKeys(StarknetView):
    """The part of StarknetChain through which keys of packages go."""

    async def scene_key(self, worker_id: WorkerId) -> bytes | None:
        """The X25519 key that a worker published, if it did."""
        key = int(await ask(self._registry, "key", worker_id))
        return key.to_bytes(KEY_BYTES, "big") if key else None

    async def publish_scene_key(self, key: bytes) -> None:
        """As a worker's operator, publish it."""
        number = (await self.worker_id(), int.from_bytes(key, "big"))
        call = self._registry.functions["set_key"].prepare_invoke_v3(*number)
        await self._sender.send("Publishing the key that packages' keys are wrapped for", [call])

    async def supports(self, worker_id: WorkerId, family: int) -> bool:
        """Whether a worker renders a family."""
        return bool(await ask(self._registry, "supports", worker_id, family))

    async def ask_key(self, job_id: JobId) -> None:
        """As a worker's operator, ask for the key of a job's package."""
        await self._invoke(f"Asking for the key of job {job_id}", "ask_key", job_id, await self.worker_id())

    async def asked_keys(self, job_id: JobId, from_block: int) -> list[WorkerId]:
        """Who asked for it since that block, in order."""
        events = await self._stream.past_of("KeyAsked", from_block, job_id=job_id)
        return [event.worker_id for event in events if isinstance(event, KeyAsked)]

    async def drawn_verifiers(self, job_id: JobId, from_block: int) -> set[WorkerId]:
        """Who was drawn since that block to vote on leases of the job."""
        events = await self._stream.past_of("VotesDrawn", from_block, job_id=job_id)
        return {WorkerId(one) for event in events if isinstance(event, VotesDrawn) for one in event.verifiers}

    async def give_keys(self, job_id: JobId, keys: Sequence[tuple[WorkerId, WrappedKey]]) -> None:
        """Give 1 to 100 workers the key of a job's package; anyone may."""
        given = [
            {
                "worker_id": worker_id,
                "ephemeral": int.from_bytes(one.ephemeral, "big"),
                "sealed": int.from_bytes(one.sealed, "big"),
                "tag": int.from_bytes(one.tag, "big"),
            }
            for worker_id, one in keys
        ]
        await self._invoke(giving(job_id, [one for one, _ in keys]), "give_keys", job_id, given)

    async def given_keys(
        self, job_id: JobId, from_block: int, worker_id: WorkerId | None = None, most: int | None = None
    ) -> list[tuple[WorkerId, WrappedKey]]:
        """What was given of a job since that block, to one worker or to all; the first so many."""
        worker = [] if worker_id is None else [[worker_id]]
        events = await self._stream.past_with("KeyGiven", from_block, [job_id], *worker, most=most)
        return [(event.worker_id, event.wrapped) for event in events if isinstance(event, KeyGiven)]
