"""The registry and the boards as a provider's owner or operator uses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...core.ids import NO_WORKER, WorkerId
from ...core.job import StandingOffer
from ...core.provider import Leaving, Receipt, RegistryRules, StakeLoss, Standing
from .boards import nobody
from .chain import find_contracts
from .errors import said
from .past_events import past_events
from .provider_board import StarknetProviderBoard, open_provider_boards
from .registry_calls import Calls, StarknetProviderCalls
from .scheduler import key_of
from .sender import Sender
from .signing import StarknetSigning, receipt_of
from .view import StarknetView, ask


class StarknetProvider(StarknetSigning, StarknetView):
    """Serves ProviderChain. Make it with ``connect``; without a sender it reads and sends nothing."""

    def __init__(
        self, sender: Sender | None, account: Any, contracts: dict[str, Any], limit_fri: int
    ) -> None:
        super().__init__(sender, account, contracts)  # type: ignore[arg-type]  # only ``send`` needs it
        self._signs = sender
        self._limit_fri = limit_fri
        self._first_block = 0
        self.calls = StarknetProviderCalls(self._token, self._registry)
        self.boards: list[StarknetProviderBoard] = []

    @classmethod
    async def connect(
        cls,
        account: Any,
        sender: Sender | None,
        directory: int,
        board: int = 0,
        *,
        from_block: int = 0,
        limit_fri: int,
        leave_out: Callable[[int], None] = nobody,
    ) -> StarknetProvider:
        """Find everything from the directory; without a board all that are active and known here.

        Raises WrongNetwork or ChainError.
        """
        contracts = await find_contracts(account, directory, board)
        made = cls(sender, account, contracts, limit_fri)
        made._first_block = from_block
        parts = (sender, account, contracts, directory, board, from_block)
        made.boards = await open_provider_boards(*parts, leave_out)
        return made

    async def rules(self) -> RegistryRules:
        """What the network asks of workers."""
        cooldown_s = int(await ask(self._registry, "cooldown_s"))
        limits = await ask(self._registry, "limits")
        return RegistryRules(
            cooldown_s,
            cooldown_s // int(limits["slowest_block_s"]),
            int(await ask(self._registry, "minimum_stake_fri")),
            int(await ask(self._registry, "seat_unit_fri")),
            int(await ask(self._registry, "epoch")),
        )

    async def standing(self, worker_id: WorkerId, families: Sequence[int]) -> Standing:
        """How a worker stands, in those families; raises UnknownWorker."""
        worker, rules = await self.worker(worker_id), await self.rules()
        raw = await ask(self._registry, "worker", worker_id)
        supported = [one for one in families if await ask(self._registry, "supports", worker_id, one)]
        seats = {one: int(await ask(self._registry, "seats_of", worker_id, one)) for one in families}
        return Standing(
            worker,
            await self._named_operator(worker_id),
            _leaving(raw["unstaking"], rules),
            _leaving(raw["seat_unstaking"], rules),
            StandingOffer(**await ask(self._registry, "offer", worker_id)),
            tuple(supported),
            seats,
        )

    async def worker_id_of(self, operator: int) -> WorkerId:
        """The worker that an account operates; 0 if none."""
        return WorkerId(int(await ask(self._registry, "worker_id_of", operator)))

    async def workers_of(self, owner: int) -> list[WorkerId]:
        """The workers that an account registered."""
        found = await self._told(["WorkerRegistered"], [], [hex(owner)])
        return [WorkerId(int(one.keys[1])) for one in found]

    async def families_of(self, worker_id: WorkerId) -> list[int]:
        """The families that a worker ever announced or had seats in, in that order."""
        announced = await self._told(["FamiliesChanged"], [hex(worker_id)])
        seated = await self._told(["SeatsChanged"], [hex(worker_id)])
        named = [int(one) for raw in announced for one in raw.data[1 : 1 + int(raw.data[0])]]
        return list(dict.fromkeys([*named, *(int(raw.keys[2]) for raw in seated)]))

    async def losses_of(self, worker_id: WorkerId, from_block: int) -> list[StakeLoss]:
        """What boards took of a worker's stake since a block, each purse in the chain's order."""
        slashed = await self._told(["Slashed"], [hex(worker_id)], first=from_block)
        forfeited = await self._told(["Forfeited"], [hex(worker_id)], first=from_block)
        return [
            *(StakeLoss(int(raw.block_number), int(raw.data[0]), False) for raw in slashed),
            *(StakeLoss(int(raw.block_number), int(raw.data[1]), True) for raw in forfeited),
        ]

    async def public_key(self) -> int:
        """The key that the account checks signatures by, 0 where it does not say: wallets differ in that."""
        return await key_of(self._account.client, self.address)

    async def newest_block(self) -> tuple[int, int]:
        """Its number, and when it was made in seconds since 1970."""
        block = await said(
            "Asking for the newest block",
            self._account.client.get_block_with_tx_hashes(block_number="latest"),
        )
        return int(block.block_number), int(block.timestamp)

    async def block_time_s(self, block: int) -> int:
        """When a block was made, in seconds since 1970."""
        found = await said(
            "Reading a block", self._account.client.get_block_with_tx_hashes(block_number=block)
        )
        return int(found.timestamp)

    async def send(self, action: str, calls: Calls, intent_name: str = "") -> Receipt:
        """Send the calls in one transaction; with the same intent's name it happens once."""
        receipt = await self._sent(action, calls, intent_name)
        return replace(receipt_of(receipt), worker_id=self._registered_in(receipt))

    def _readable(self) -> Mapping[int, Any]:
        boards = [one.contract for one in self.boards]
        return {int(one.address): one for one in (self._registry, *boards, self._token)}

    async def _named_operator(self, worker_id: WorkerId) -> int:
        """Whom the owner named and who has not accepted yet; the registry tells it by its events only."""
        from .library import get_selector_from_name

        named = operator = 0
        for raw in await self._told(["OperatorNamed", "AddressesChanged"], [hex(worker_id)]):
            if raw.keys[0] == get_selector_from_name("OperatorNamed"):
                named = int(raw.keys[2])
            elif int(raw.data[0]) != operator:
                named, operator = 0, int(raw.data[0])
        return named

    async def _told(self, names: Sequence[str], *keys: list[str], first: int = 0) -> list[Any]:
        """The registry's events of those kinds, raw, in the chain's order."""
        from .library import get_selector_from_name

        wanted = [[hex(get_selector_from_name(name)) for name in names], *keys]
        since = max(first, self._first_block)
        parts = (self._account.client, int(self._registry.address), since, wanted)
        return [raw async for raw in past_events(*parts)]

    def _registered_in(self, receipt: Any) -> WorkerId:
        from .library import get_selector_from_name

        selector = get_selector_from_name("WorkerRegistered")
        for event in receipt.events:
            if event.from_address == self._registry.address and event.keys[0] == selector:
                return WorkerId(int(event.keys[1]))
        return NO_WORKER


def _leaving(raw: Any, rules: RegistryRules) -> Leaving:
    ready_s = int(raw["since_s"]) + rules.cooldown_s
    return Leaving(int(raw["unstaking_fri"]), ready_s, int(raw["since_block"]) + rules.wait_blocks)
