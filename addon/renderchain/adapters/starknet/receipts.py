"""What a receipt is made of: transactions that posted results, transfers to the board, keys of accounts."""

from __future__ import annotations

from typing import Any

from ...core.errors import ChainError
from ...core.ids import JobId, LeaseId
from ...core.receipt.document import AccountKey
from ...core.receipt.history import Brought
from ...core.receipt.signed_call import SignedCall
from .errors import said
from .past_events import past_events
from .view import StarknetView

PUBLIC_KEY_NAMES = ("get_public_key", "getPublicKey")


class StarknetReceipts(StarknetView):
    """The part of StarknetChain that writes receipts."""

    async def posted(self, job_id: JobId, from_block: int) -> dict[LeaseId, SignedCall]:
        """The transactions that posted results of a job since a block, where they are plain ones."""
        found: dict[LeaseId, SignedCall] = {}
        for raw in await self._raws("ResultSubmitted", job_id, from_block):
            asked = self._account.client.get_transaction(raw.transaction_hash)
            call = call_of(await said("Reading a transaction", asked))
            if call is not None:
                found[LeaseId(raw.keys[2])] = call
        return found

    async def brought(self, job_id: JobId, from_block: int) -> list[Brought]:
        """What a job's requester paid in since a block, with its creation and with each top-up."""
        found = []
        for name in ("JobCreated", "JobImproved"):
            for raw in await self._raws(name, job_id, from_block):
                asked = self._account.client.get_transaction_receipt(raw.transaction_hash)
                amount_fri = self._transferred(await said("Reading a receipt", asked))
                if amount_fri:
                    found.append(Brought(int(raw.block_number), amount_fri))
        return found

    def _transferred(self, receipt: Any) -> int:
        """STRK that came to the board in a transaction; tokens have these fields as keys or as data."""
        from .library import get_selector_from_name

        transfer, token = get_selector_from_name("Transfer"), int(self._token.address)
        moved = [
            [*raw.keys[1:], *raw.data]
            for raw in receipt.events
            if raw.from_address == token and raw.keys and raw.keys[0] == transfer
        ]
        return sum(low + (high << 128) for _, to, low, high in moved if to == self.board)

    async def account_key(self, address: int) -> AccountKey:
        """Class and public key of an account; 0 where it does not say."""
        asked = self._account.client.get_class_hash_at(contract_address=address)
        class_hash = int(await said("Asking for an account's class", asked))
        for name in PUBLIC_KEY_NAMES:
            if public_key := await self._asked_for_key(address, name):
                return AccountKey(address, class_hash, public_key)
        return AccountKey(address, class_hash, 0)

    async def _asked_for_key(self, address: int, name: str) -> int:
        from .library import Call, get_selector_from_name

        call = Call(address, get_selector_from_name(name), [])
        try:
            found = await said("Asking an account for its key", self._account.client.call_contract(call))
        except ChainError as error:
            if getattr(error.__cause__, "code", None) is None:
                raise
            return 0  # the node answered that there is no such function
        return int(found[0]) if len(found) == 1 else 0

    async def _raws(self, name: str, job_id: JobId, from_block: int) -> list[Any]:
        from .library import get_selector_from_name

        keys = [[hex(get_selector_from_name(name))], [hex(job_id)]]
        client = self._account.client
        return [raw async for raw in past_events(client, self.board, from_block, keys)]


def call_of(transaction: Any) -> SignedCall | None:
    """A node's transaction; None where it is no invoke transaction of version 3."""
    from .library import InvokeTransactionV3

    if not isinstance(transaction, InvokeTransactionV3):
        return None
    limits = transaction.resource_bounds
    bounds = [
        (one.max_amount, one.max_price_per_unit) for one in (limits.l1_gas, limits.l2_gas, limits.l1_data_gas)
    ]
    return SignedCall(
        int(transaction.sender_address),
        int(transaction.nonce),
        int(transaction.tip),
        tuple(int(value) for pair in bounds for value in pair),
        (
            int(transaction.nonce_data_availability_mode.value),
            int(transaction.fee_data_availability_mode.value),
        ),
        tuple(map(int, transaction.paymaster_data)),
        tuple(map(int, transaction.account_deployment_data)),
        tuple(map(int, transaction.proof_facts or ())),
        tuple(map(int, transaction.calldata)),
        tuple(map(int, transaction.signature)),
    )
