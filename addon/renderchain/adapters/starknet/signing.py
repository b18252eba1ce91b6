"""What an account's changes are made with: what they cost, sending them, and reading those of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.errors import ChainError, ChangeRefused
from ...core.money import Fee
from ...core.provider import PlainCall, Receipt
from .errors import NOT_FOUND_CONTRACT, said
from .fees import Fees, kind_of
from .registry_calls import Calls
from .sender import Sender
from .view import ask


class StarknetSigning:
    """Serves SigningChain. Without a sender it reads and sends nothing."""

    _account: Any
    _token: Any
    _signs: Sender | None
    _limit_fri: int
    address: int

    @property
    def chain_name(self) -> str:
        """The chain's identifier, such as SN_MAIN."""
        name = int(self._account.signer.chain_id).to_bytes(31, "big").lstrip(b"\0")
        return name.decode("ascii", "replace")

    async def is_deployed(self, account: int) -> bool:
        """Whether there is a contract at an account's address."""
        return await is_deployed(self._account.client, account)

    async def tokens_fri(self, account: int) -> int:
        """STRK in an account."""
        return int(await ask(self._token, "balance_of", account))

    async def nonce(self) -> int:
        """How many transactions the account has sent."""
        answer = self._account.get_nonce(block_number="pre_confirmed")
        return int(await said("Asking for the account's nonce", answer))

    async def fee(self, action: str, calls: Calls) -> Fee:
        """What the calls would cost now in one transaction; raises what sending them would."""
        made, fees = calls_of(calls), Fees(self._account.client, self._limit_fri)
        await fees.learn_by_estimate(action, self._account, made, await self.nonce())
        return (await fees.bounds(action, kind_of(made)))[1]

    async def send(self, action: str, calls: Calls, intent_name: str = "") -> Receipt:
        """Send the calls in one transaction; with the same intent's name it happens once."""
        return receipt_of(await self._sent(action, calls, intent_name))

    async def _sent(self, action: str, calls: Calls, intent_name: str) -> Any:
        if self._signs is None:
            raise ChangeRefused(
                f"{action} was not sent: this machine has no key. Use --print and send there."
            )
        return await self._signs.send(action, calls_of(calls), intent_name=intent_name)

    def read(self, call: PlainCall) -> str:
        """A call that is ours in words; raises ChangeRefused for any other."""
        known = self._readable()
        contract = known.get(call.to)
        function = contract.functions.get(call.entrypoint) if contract else None
        if contract is None or function is None:
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

    def _readable(self) -> Mapping[int, Any]:
        """The contracts whose calls can be read, by their addresses."""
        raise NotImplementedError


async def is_deployed(client: Any, account: int) -> bool:
    """Whether there is a contract at an address; raises ChainError."""
    return bool(await class_at(client, account))


async def class_at(client: Any, address: int) -> int:
    """The class of the contract at an address, 0 if there is none; raises ChainError."""
    try:
        asked = client.get_class_hash_at(address, "latest")
        return int(await said(f"Looking for a contract at {address:#x}", asked))
    except ChainError as error:
        if str(getattr(error.__cause__, "code", "")) == NOT_FOUND_CONTRACT:
            return 0
        raise


def calls_of(calls: Calls) -> list[Any]:
    """As starknet-py has them."""
    from .library import Call, get_selector_from_name

    return [Call(one.to, get_selector_from_name(one.entrypoint), list(one.calldata)) for one in calls]


def receipt_of(receipt: Any) -> Receipt:
    """What is told of a transaction that is in a block."""
    paid_fri = int(receipt.actual_fee.amount)
    return Receipt(int(receipt.transaction_hash), int(receipt.block_number or 0), paid_fri)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_shown(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return hex(value) if isinstance(value, int) and value >= 2**128 else str(value)
