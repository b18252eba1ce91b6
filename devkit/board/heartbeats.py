"""What a scheduler reads of workers on the board in memory, and signatures that a real key makes."""

from __future__ import annotations

from renderchain.adapters.starknet.accounts import public_key_of
from renderchain.adapters.starknet.scheduler import typed_heartbeat
from renderchain.adapters.starknet.signer import sign
from renderchain.core.contract_errors import UnknownWorker
from renderchain.core.ids import WorkerId
from renderchain.core.job import StandingOffer
from renderchain.core.scheduling.heartbeat import Heartbeat, SignedHeartbeat

from devkit.board.account import MemoryView


class MemoryHeartbeats(MemoryView):
    """An account's private key is its own number here."""

    async def worker_count(self) -> int:
        """How many workers are registered; they are numbered from 1 on."""
        return await self._ask("Reading worker_count", lambda model: len(model.workers))

    async def offer(self, worker_id: WorkerId) -> StandingOffer:
        """On what terms a worker takes what schedulers assign."""
        return await self._ask("Reading offer", lambda model: model.workers[worker_id].offer)

    async def operator_key(self, worker_id: WorkerId) -> int:
        """The public key that the operator's account checks signatures by."""
        worker = await self.worker(worker_id)
        if not worker.operator:
            raise UnknownWorker(f"Reading worker {worker_id}")
        return public_key_of(worker.operator)

    def sign_heartbeat(self, heartbeat: Heartbeat, scheduler: int) -> SignedHeartbeat:
        """As the operator, for one scheduler alone."""
        from starknet_py.utils.typed_data import TypedData

        typed = TypedData.from_dict(typed_heartbeat(self.chain_id, self.board, scheduler, heartbeat))
        return SignedHeartbeat(heartbeat, sign(typed.message_hash(self.address), self.address))
