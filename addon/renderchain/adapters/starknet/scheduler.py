"""The scheduler's side: what workers offer, and who signed their heartbeats."""

from __future__ import annotations

from typing import Any

from ...core.errors import ChainError
from ...core.ids import WorkerId
from ...core.job import StandingOffer
from ...core.scheduling.heartbeat import Heartbeat, SignedHeartbeat
from .errors import said
from .view import StarknetView, ask


class StarknetScheduler(StarknetView):
    """The part of StarknetChain about heartbeats, of both who sends and who hears them."""

    async def worker_count(self) -> int:
        """How many workers are registered; they are numbered from 1 on."""
        return int(await ask(self._registry, "worker_count"))

    async def offer(self, worker_id: WorkerId) -> StandingOffer:
        """On what terms a worker takes what schedulers assign."""
        return StandingOffer(**await ask(self._registry, "offer", worker_id))

    async def operator_key(self, worker_id: WorkerId) -> int:
        """The public key that the operator's account checks signatures by; 0 where it does not say."""
        return await key_of(self._account.client, (await self.worker(worker_id)).operator)

    def sign_heartbeat(self, heartbeat: Heartbeat, scheduler: int) -> SignedHeartbeat:
        """As the operator, for one scheduler alone."""
        typed = typed_heartbeat(self.chain_id, self.board, scheduler, heartbeat)
        r, s = self._account.sign_message(typed)
        return SignedHeartbeat(heartbeat, (int(r), int(s)))


def typed_heartbeat(chain_id: int, board: int, scheduler: int, heartbeat: Heartbeat) -> dict[str, Any]:
    """A heartbeat as a typed message (SNIP-12, revision 1), which no contract takes."""
    high, low = heartbeat.digest
    fields = [
        ("Board", "ContractAddress", board),
        ("Scheduler", "ContractAddress", scheduler),
        ("Worker", "felt", heartbeat.worker_id),
        ("Content high", "u128", high),
        ("Content low", "u128", low),
    ]
    domain = ("name", "version", "chainId", "revision")
    return {
        "types": {
            "StarknetDomain": [{"name": name, "type": "shortstring"} for name in domain],
            "Heartbeat": [{"name": name, "type": kind} for name, kind, _ in fields],
        },
        "primaryType": "Heartbeat",
        "domain": {"name": "RenderChain", "version": "1", "chainId": hex(chain_id), "revision": "1"},
        "message": {name: hex(value) for name, _, value in fields},
    }


async def key_of(client: Any, account: int) -> int:
    """The key that an account checks signatures by, 0 where it does not say: wallets differ in that."""
    from .library import Call, get_selector_from_name

    call = Call(account, get_selector_from_name("get_public_key"), [])
    try:
        found = await said("Asking the account for its key", client.call_contract(call))
    except ChainError as error:
        if getattr(error.__cause__, "code", None) is None:
            raise
        return 0  # the node answered that there is no such function
    return int(found[0]) if len(found) == 1 else 0
