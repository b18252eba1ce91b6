"""The registry and the boards as a provider's owner or operator uses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.errors import ChainError, ChangeRefused
from ...core.ids import NO_WORKER, WorkerId
from ...core.job import StandingOffer
from ...core.money import Fee
from ...core.provider import Leaving, PlainCall, Receipt, RegistryRules, StakeLoss, Standing
from .chain import find_contracts
from .errors import NOT_FOUND_CONTRACT, said
from .fees import Fees, kind_of
from .provider_board import StarknetProviderBoard, open_provider_boards
from .registry_calls import Calls, StarknetProviderCalls
from .scheduler import key_of
from .sender import Sender
from .view import StarknetView, ask

CHUNK = 500


class StarknetProvider(StarknetView):
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
        self.chain_name = self.chain_id.to_bytes(31, "big").lstrip(b"\0").decode("ascii", "replace")

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
    ) -> StarknetProvider:
        """Find everything from the directory; without a board all that are active.

        Raises WrongNetwork or ChainError.
        """
        contracts = await find_contracts(account, directory, board)
        made = cls(sender, account, contracts, limit_fri)
        made._first_block = from_block
        parts = (sender, account, contracts, directory, board, from_block)
        made.boards = await open_provider_boards(*parts)
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

    async def is_deployed(self, account: int) -> bool:
        """Whether there is a contract at an account's address."""
        return await is_deployed(self._account.client, account)

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

    async def nonce(self) -> int:
        """How many transactions the account has sent."""
        answer = self._account.get_nonce(block_number="pre_confirmed")
        return int(await said("Asking for the account's nonce", answer))

    async def fee(self, action: str, calls: Calls) -> Fee:
        """What the calls would cost now in one transaction; raises what sending them would."""
        made, fees = _made(calls), Fees(self._account.client, self._limit_fri)
        await fees.learn_by_estimate(action, self._account, made, await self.nonce())
        return (await fees.bounds(action, kind_of(made)))[1]

    async def send(self, action: str, calls: Calls, intent_name: str = "") -> Receipt:
        """Send the calls in one transaction; with the same intent's name it happens once."""
        if self._signs is None:
            raise ChangeRefused(
                f"{action} was not sent: this machine has no key. Use --print and send there."
            )
        receipt = await self._signs.send(action, _made(calls), intent_name=intent_name)
        return Receipt(
            int(receipt.transaction_hash),
            int(receipt.block_number or 0),
            int(receipt.actual_fee.amount),
            self._registered_in(receipt),
        )

    def read(self, call: PlainCall) -> str:
        """A call of the registry, a board or the token in words; raises ChangeRefused for any other."""
        boards = [one.contract for one in self.boards]
        known = {int(one.address): one for one in (self._registry, *boards, self._token)}
        contract = known.get(call.to)
        function = contract.functions.get(call.entrypoint) if contract else None
        if contract is None or function is None or function.get_selector(call.entrypoint) != call.selector:
            raise ChangeRefused(
                f"Nothing was sent: a call of {call.entrypoint} at {call.to:#x} is none that RenderChain "
                "makes on this network. Have the file made anew with --print."
            )
        adapter = function._payload_transformer
        try:
            given = adapter.inputs_serializer.deserialize(list(call.calldata)).as_dict()
            is_whole = adapter.serialize(**given) == list(call.calldata)
        except Exception as error:  # noqa: BLE001 - the library has no base for what calldata can do to it
            raise ChangeRefused(
                f"Nothing was sent: the call of {call.entrypoint} has calldata that can't be read "
                f"({type(error).__name__}). Have the file made anew with --print."
            ) from error
        if not is_whole or (contract is self._token and given.get("spender") not in known):
            raise ChangeRefused(
                f"Nothing was sent: the call of {call.entrypoint} says more than RenderChain would have it "
                "say. Have the file made anew with --print."
            )
        return f"{call.entrypoint}({', '.join(f'{name}: {_shown(one)}' for name, one in given.items())})"

    async def _named_operator(self, worker_id: WorkerId) -> int:
        """Whom the owner named and who has not accepted yet; the registry tells it by its events only."""
        from starknet_py.hash.selector import get_selector_from_name

        named = operator = 0
        for raw in await self._told(["OperatorNamed", "AddressesChanged"], [hex(worker_id)]):
            if raw.keys[0] == get_selector_from_name("OperatorNamed"):
                named = int(raw.keys[2])
            elif int(raw.data[0]) != operator:
                named, operator = 0, int(raw.data[0])
        return named

    async def _told(self, names: Sequence[str], *keys: list[str], first: int = 0) -> list[Any]:
        """The registry's events of those kinds, raw, in the chain's order."""
        from starknet_py.hash.selector import get_selector_from_name

        found, token = [], None
        while True:
            asked = self._account.client.get_events(
                address=self._registry.address,
                keys=[[hex(get_selector_from_name(name)) for name in names], *keys],
                from_block_number=max(first, self._first_block),
                to_block_number="latest",
                continuation_token=token,
                chunk_size=CHUNK,
            )
            page = await said("Reading past events of the registry", asked)
            found += page.events
            token = page.continuation_token
            if token is None:
                return found

    def _registered_in(self, receipt: Any) -> WorkerId:
        from starknet_py.hash.selector import get_selector_from_name

        selector = get_selector_from_name("WorkerRegistered")
        for event in receipt.events:
            if event.from_address == self._registry.address and event.keys[0] == selector:
                return WorkerId(int(event.keys[1]))
        return NO_WORKER


async def is_deployed(client: Any, account: int) -> bool:
    """Whether there is a contract at an address; raises ChainError."""
    try:
        await said("Looking for the account", client.get_class_hash_at(account, "latest"))
    except ChainError as error:
        if str(getattr(error.__cause__, "code", "")) == NOT_FOUND_CONTRACT:
            return False
        raise
    return True


def _leaving(raw: Any, rules: RegistryRules) -> Leaving:
    ready_s = int(raw["since_s"]) + rules.cooldown_s
    return Leaving(int(raw["unstaking_fri"]), ready_s, int(raw["since_block"]) + rules.wait_blocks)


def _made(calls: Calls) -> list[Any]:
    from starknet_py.net.client_models import Call

    return [Call(one.to, one.selector, list(one.calldata)) for one in calls]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_shown(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return hex(value) if isinstance(value, int) and value >= 2**128 else str(value)
