"""A chain as those use it who deploy and own a network.

Contracts are deployed by the universal deployer at addresses that follow from what they are alone, not from
who has them deployed: sent twice, or by somebody else, it is the same contract at the same address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.errors import ChainError, ChangeRefused
from ...core.money import Fee
from ...core.network_record import NetworkRecord
from ...core.provider import PlainCall, Receipt
from ...ports.network_chain import BoardStanding, NetworkStanding, Place, Steps
from .artefacts import Artefacts
from .contracts import abi_of, class_hash_of, contract_at, open_contract, open_token, read_abis_fast
from .errors import said
from .fees import Gas, bounds_of
from .node import nodes_of
from .past_events import past_events
from .registry_calls import plain_call
from .sender import Sender
from .signing import StarknetSigning, calls_of, class_at, receipt_of
from .view import ask

NO_CLASS = "28"
WAIT_S = 300.0
LOOK_S = 0.2
NO_LIMIT_FRI = 2**128  # of what is only said
DEPLOY = "deployContract"


class StarknetNetwork(StarknetSigning):
    """Serves NetworkChain."""

    def __init__(self, account: Any, sender: Sender | None, artefacts: Artefacts, limit_fri: int) -> None:
        self._account = account
        self._signs = sender
        self._artefacts = artefacts
        self._limit_fri = limit_fri
        self._token: Any = None
        self._known: dict[int, Any] = {}
        self.address = int(account.address)

    def knows(self, record: NetworkRecord) -> None:
        """Of which network it is from now on."""
        self._token = open_token(record.token, self._account)
        named = (("Directory", record.directory), ("WorkerRegistry", record.registry))
        self._known = {place: contract_at(name, place, self._account) for name, place in named if place}

    async def newest_block(self) -> int:
        """Its number."""
        return int(await said("Asking for the newest block", self._account.client.get_block_number()))

    async def class_at(self, address: int) -> int:
        """The class of the contract at an address, 0 if there is none."""
        return await class_at(self._account.client, address)

    async def first_event(self, address: int) -> int | None:
        """The block of a contract's first event; None where it told none."""
        async for raw in past_events(self._account.client, address, 0):
            return int(raw.block_number)
        return None

    async def knows_class(self, class_hash: int) -> bool:
        """Whether a class was declared."""
        try:
            asked = self._account.client.get_class_by_hash(class_hash, block_number="latest")
            await said(f"Asking for the class {class_hash:#x}", asked)
        except ChainError as error:
            if str(getattr(error.__cause__, "code", "")) == NO_CLASS:
                return False
            raise
        return True

    def place(self, record: NetworkRecord, part: str, classes: Mapping[str, int]) -> Place:
        """Of the directory, the registry or a board ("board-0"), as they follow from the record and the
        classes of that part.
        """
        from .library import Deployer, translate_constructor_args

        read_abis_fast()
        name, arguments = _made_of(record, part, classes)
        raw = translate_constructor_args(abi_of(name), arguments, cairo_version=1)
        made = Deployer().create_contract_deployment_raw(
            classes[name], salt=record.salt(part), raw_calldata=raw
        )
        calldata = tuple(int(one) for one in made.call.calldata)
        call = PlainCall(int(made.call.to_addr), DEPLOY, calldata)
        return Place(classes[name], int(made.address), call)

    def directory_call(self, directory: int, name: str, *arguments: int) -> PlainCall:
        """A call of a Directory, which need not be there yet."""
        return plain_call(contract_at("Directory", directory, self._account), name, *arguments)

    async def standing(self, directory: int) -> NetworkStanding:
        """What the Directory says; raises WrongNetwork where there is none."""
        known = await open_contract("Directory", directory, self._account)
        boards = []
        for index in range(int(await ask(known, "board_count"))):
            board = int(await ask(known, "board_at", index))
            is_active = bool(await ask(known, "is_active_board", board))
            boards.append(BoardStanding(board, is_active, bool(await ask(known, "takes_jobs", board))))
        return NetworkStanding(
            int(await ask(known, "owner")),
            int(await ask(known, "token")),
            int(await ask(known, "registry")),
            tuple(boards),
            bool(await ask(known, "paused")),
        )

    async def fees(self, steps: Steps) -> Sequence[Fee]:
        """What each transaction would cost now, each after those before it: the calls' comes last."""
        nonce, version = await self.nonce(), await self._starknet_version()
        names = [f"Declaring {name}" for name in steps.classes]
        drafts = [
            await self._declaration(name, nonce + place, version) for place, name in enumerate(steps.classes)
        ]
        if steps.calls:
            names.append("Deploying the contracts")
            sign = self._account.sign_invoke_v3(
                calls_of(steps.calls), nonce=nonce + len(drafts), resource_bounds=_nothing(), tip=0
            )
            drafts.append(await said(names[-1], sign))
        if not drafts:
            return []
        asked = self._account.client.estimate_fee(tx=drafts, skip_validate=True)
        found = await said("Asking what the deployment costs", asked)
        return [_bounds(name, one, NO_LIMIT_FRI)[1] for name, one in zip(names, found, strict=True)]

    async def declare(self, name: str) -> Receipt | None:
        """Bring a class onto the chain; None where somebody else was faster."""
        if self._signs is None:
            raise ChangeRefused(f"{name} was not declared: this machine has no key. Nothing was sent.")
        action, client = f"Declaring {name}", self._account.client
        nonce, version = await self.nonce(), await self._starknet_version()
        try:
            draft = await self._declaration(name, nonce, version)
            asked = client.estimate_fee(tx=draft, skip_validate=True)  # hashing a class takes its time
            bounds, _ = _bounds(action, await said(action, asked), self._limit_fri)
            signed = await self._declaration(name, nonce, version, bounds)
            sent = await said(action, client.declare(signed))
            wait = client.wait_for_tx(
                sent.transaction_hash, check_interval=LOOK_S, retries=int(WAIT_S / LOOK_S)
            )
            receipt = receipt_of(await said(action, wait))
            nodes_of(self._account).saw(
                receipt.block
            )  # else a node without the class says what deploying costs
            return receipt
        except ChainError:
            # An earlier try of ours, or anybody: the class is the same.
            if await self.knows_class(class_hash_of(name)):
                return None
            raise

    async def _declaration(self, name: str, nonce: int, version: str, bounds: Any = None) -> Any:
        sign = self._account.sign_declare_v3(
            self._artefacts.sierra(name),
            self._artefacts.compiled_hash(name, version),
            nonce=nonce,
            resource_bounds=bounds or _nothing(),
            tip=0,
        )
        return await said(f"Declaring {name}", sign)

    async def _starknet_version(self) -> str:
        block = await said(
            "Asking for the newest block", self._account.client.get_block(block_number="latest")
        )
        return str(block.starknet_version)

    def read(self, call: PlainCall) -> str:
        """A call that is ours in words; raises ChangeRefused for any other."""
        return _read_deployment(call) or super().read(call)

    def _readable(self) -> Mapping[int, Any]:
        return self._known


def _made_of(record: NetworkRecord, part: str, classes: Mapping[str, int]) -> tuple[str, list[Any]]:
    """The class of a part, and what its constructor is given."""
    if part == "directory":
        return "Directory", [record.owner, record.token, record.rules.board_wait_s]
    if part == "registry":
        return "WorkerRegistry", [record.directory, record.token, *record.rules.registry_arguments()]
    libraries = [classes[name] for name in ("AuditLibrary", "ChallengeLibrary")]
    return "JobBoard", [record.directory, record.registry, record.token, *libraries]


def _read_deployment(call: PlainCall) -> str:
    """The deployment of a class of ours in words; "" for any other call."""
    from .library import DEFAULT_DEPLOYER_ADDRESS

    is_deployer = call.to == int(DEFAULT_DEPLOYER_ADDRESS, 16) and call.entrypoint == DEPLOY
    if not is_deployer or len(call.calldata) < 4:
        return ""
    named = {class_hash_of(name): name for name in ("Directory", "WorkerRegistry", "JobBoard")}
    class_hash, _, unique, count, *arguments = call.calldata
    if class_hash not in named or unique != 0 or count != len(arguments):
        return ""
    return f"deploy a {named[class_hash]} with {', '.join(map(hex, arguments))}"


def _bounds(action: str, found: Any, limit_fri: int) -> tuple[Any, Fee]:
    gas = Gas(found.l1_gas_consumed, found.l1_data_gas_consumed, found.l2_gas_consumed)
    prices = (found.l1_gas_price, found.l1_data_gas_price, found.l2_gas_price)
    return bounds_of(action, gas, prices, limit_fri)


def _nothing() -> Any:
    from .library import ResourceBoundsMapping

    return ResourceBoundsMapping.init_with_zeros()
