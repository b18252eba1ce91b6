"""What a receipt is made of, on the board in memory: transactions are made up, and signed for real."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from renderchain.adapters.starknet.signatures import KeySigner, StarkSigning
from renderchain.core.board_events import BoardEvent, JobCreated, JobImproved, LeaseClaimed, ResultSubmitted
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.receipt.document import AccountKey
from renderchain.core.receipt.history import Brought
from renderchain.core.receipt.signed_call import SUBMIT, SignedCall

from devkit.board.account import MemoryView

NOTHING: tuple[int, ...] = ()


@cache
def signer_of(address: int) -> KeySigner:
    """Who signs for an account, whose private key is its address: finding its public key takes a while."""
    return KeySigner(address)


class MemoryReceipts(MemoryView):
    """Implements ReceiptChain; each account's private key is its address."""

    async def posted(self, job_id: JobId, from_block: int) -> dict[LeaseId, SignedCall]:
        """The transactions that posted results of a job since a block."""
        told = await self._of(job_id, from_block)
        by = {one.lease_id: one.operator for one in told if isinstance(one, LeaseClaimed)}
        posted = [one for one in told if isinstance(one, ResultSubmitted)]
        return {one.lease_id: self._call(by[one.lease_id], one) for one in posted}

    def _call(self, sender: int, told: ResultSubmitted) -> SignedCall:
        arguments = (told.lease_id, told.count, *told.result.felts())
        calldata = (1, self.board, SUBMIT, len(arguments), *arguments)
        bounds = (0, 1, 10**9, 10**10, 10**3, 10**12)
        more = (bounds, (0, 0), NOTHING, NOTHING, NOTHING, calldata, NOTHING)
        call = SignedCall(sender, told.block, 0, *more)
        signature = signer_of(sender).sign(StarkSigning().call_hash(self.chain_id, call))
        return replace(call, signature=signature)

    async def brought(self, job_id: JobId, from_block: int) -> list[Brought]:
        """What a job's requester paid in since a block, with its creation and with each top-up."""
        told = await self._of(job_id, from_block)
        blocks = [one.block for one in told if isinstance(one, JobCreated | JobImproved)]
        return [Brought(block, fri) for block in blocks if (fri := self._network.brought_fri_in(block)) > 0]

    async def account_key(self, address: int) -> AccountKey:
        """Class and public key of an account, which does not follow from them here."""
        return await self._ask(
            "Reading an account", lambda model: AccountKey(address, 0, signer_of(address).public_key)
        )

    async def _of(self, job_id: JobId, from_block: int) -> list[BoardEvent]:
        await self._ask("Reading past events", lambda model: None)
        blocks = range(max(from_block, 0), self._network.block + 1)
        events = [one for block in blocks for one in self._network.events_of(block)]
        return [one for one in events if getattr(one, "job_id", None) == job_id]
