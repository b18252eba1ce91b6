"""The one sender of an account: intended first, then signed and kept, then sent, then confirmed.

A crash between any two of these neither loses a transaction nor repeats it: what was kept is sent
again byte by byte, and all forms of one intent share one nonce, so at most one of them happens.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from ...core.errors import ChainError, JournalError, NodeAway, RenderChainError, StuckTransaction
from ...core.notices.process import TransactionConfirmed, TransactionReverted
from ...ports.fee_budget import FeeBudget
from ...ports.outbox import Intent, IntentState, Outbox
from .company import Company, Leases
from .errors import DUPLICATE, NOT_FOUND, NonceRefused, refusal, said
from .fees import Fee, Fees, Gas, kind_of

FIRST_LOOK_S = 0.02
LONGEST_PAUSE_S = 1.0
RESEND_S = 30.0
GIVE_UP_S = 180.0
MAX_NONCES = 5
PRICE_STEP = 1.5  # a replacement must offer clearly more than what it replaces
log = logging.getLogger(__name__)


class _RefusedAgain(StuckTransaction):
    """What was sent before is refused by a node now; another one may have passed it on."""


class Sender:
    """Sends what it is told in that order, from as many tasks as like.

    ``say_fee`` is told of each fee before it is paid, ``say_end`` of each transaction in a block; ``at_step``
    of each step, for crash tests.
    """

    def __init__(
        self,
        account: Any,
        outbox: Outbox,
        fee_limit_fri: int,
        *,
        budget: FeeBudget | None = None,
        say_fee: Callable[[str, Fee], None] = lambda action, fee: None,
        say_end: Callable[[TransactionConfirmed | TransactionReverted], None] = lambda notice: None,
        at_step: Callable[[str], None] = lambda step: None,
        resend_s: float = RESEND_S,
        give_up_s: float = GIVE_UP_S,
    ) -> None:
        self._account = account
        self._address = int(account.address)
        self._client = account.client
        self._outbox = outbox
        self._fees = Fees(account.client, fee_limit_fri)
        self._budget = budget
        self._taken_fri: dict[int, int] = {}  # out of the budget, by intent
        self._say_fee = say_fee
        self._say_end = say_end
        self._at_step = at_step
        self._resend_s = resend_s
        self._give_up_s = give_up_s
        self._turn = asyncio.Lock()
        self._company = Company(self._send_alone, self.is_open)
        self._next_nonce: int | None = None

    async def send(
        self, action: str, calls: list[Any], *, intent_name: str = "", checked: bool = True
    ) -> Any:
        """Have the calls done in one transaction; returns its receipt.

        With an intent's name it happens once, however often this is called and whatever crashes between, and
        goes by itself; else it takes along what waits. ``checked`` asks the node to run it first, so that a
        refusal costs nothing. Raises ContractError, FeeTooHigh, InsufficientFunds, StuckTransaction or
        ChainError.
        """
        if intent_name:
            return await self._send_alone(action, calls, intent_name=intent_name, checked=checked)
        return await self._company.send(action, calls, checked=checked)

    async def send_in_company(self, action: str, calls: list[Any], leases: Leases, until_s: float) -> Any:
        """The same with the account's next transaction, or then (since 1970); about (board, lease) each.

        The receipt has only their events. Raises the same.
        """
        return await self._company.wait(action, calls, leases, until_s)

    async def _send_alone(
        self, action: str, calls: list[Any], *, intent_name: str = "", checked: bool = True
    ) -> Any:
        plain = [
            (int(call.to_addr), int(call.selector), [int(one) for one in call.calldata]) for call in calls
        ]
        self._at_step("begin")
        intent = self._outbox.intend(intent_name or secrets.token_hex(16), self._address, action, plain)
        self._at_step("intended")
        if intent.state is IntentState.FAILED:
            raise ChainError(f"{action} was refused before under the same name; nothing was sent now.")
        return await self._complete(intent, checked)

    def is_open(self, intent_name: str) -> bool:
        """Whether what was intended under that name may still happen."""
        return self._outbox.is_open(intent_name, self._address)

    async def gas_price_fri(self) -> int:
        """The price of L2 gas that fees are reckoned by; raises ChainError if it is absurd."""
        return await self._fees.gas_price_fri()

    async def recover(self) -> list[tuple[str, Any]]:
        """Finish what processes that are gone left; returns name and receipt of each that happened."""
        done = []
        for intent in self._outbox.adopt(self._address):
            log.warning("finishing an earlier transaction: %s", intent.action)
            try:
                done.append((intent.name, await self._complete(intent, checked=True)))
            except _RefusedAgain as error:  # it has used up no nonce, so what comes next does not wait for it
                log.warning("%s", error)
            except (NodeAway, StuckTransaction):
                raise
            except RenderChainError as error:
                log.warning("an earlier transaction came to nothing: %s", error)
        return done

    async def _complete(self, intent: Intent, checked: bool) -> Any:
        for _ in range(MAX_NONCES):
            receipt = await self._find(intent, self._client)
            if receipt is not None:
                return self._end(intent, receipt)
            was_kept = intent.signed is not None
            if was_kept:
                accepted = await self._post_again(intent)
            else:
                intent, accepted = await self._send_next(intent, checked)
            self._at_step("sent")
            if accepted:
                return self._end(intent, await self._wait(intent))
            intent, receipt = await self._renounce(intent, was_kept)
            if receipt is not None:
                return self._end(intent, receipt)
        if intent.signed is not None:
            raise NodeAway(
                f"{intent.action} was sent as {_names(intent)}, whose nonce is refused now, and the node "
                "knows of nothing that used it: it is behind. It may have happened, or yet happen, but only "
                "once; it is followed up. Wait, or use another node."
            )
        raise ChainError(
            f"{intent.action} found its nonce taken {MAX_NONCES} times: another program sends from this "
            "account. Nothing is lost; stop that program and start again."
        )

    async def _send_next(self, intent: Intent, checked: bool) -> tuple[Intent, bool]:
        """Sign with the next nonce, keep, send; one at a time, so that nonces arrive in order."""
        async with self._turn:
            try:
                nonce, bounds = await self._prepare(intent, checked)
            except NonceRefused:
                self._next_nonce = None
                return intent, False
            except RenderChainError:
                if not intent.hashes:  # nothing was ever sent, and the caller is told so
                    self._outbox.note_end(intent, IntentState.FAILED)
                raise
            intent = await self._sign(intent, nonce, bounds)
            accepted = await self._post(intent, is_first=not intent.hashes[1:])
            self._next_nonce = nonce + 1 if accepted else None
        return intent, accepted

    async def _prepare(self, intent: Intent, checked: bool) -> tuple[int, Any]:
        """A nonce and resource bounds; the user hears of the fee."""
        calls = _calls_of(intent)
        kind = kind_of(calls)
        nonce = self._next_nonce
        if nonce is None:
            nonce = await self._chain_nonce(intent, self._client)
        if checked or not self._fees.knows(kind):
            await self._fees.learn_by_estimate(intent.action, self._account, calls, nonce)
        bounds, fee = await self._fees.bounds(intent.action, kind)
        if self._budget and intent.intent_id not in self._taken_fri:
            self._budget.take(intent.action, fee.highest_fri)
            self._taken_fri[intent.intent_id] = fee.highest_fri
        self._say_fee(intent.action, fee)
        return nonce, bounds

    async def _chain_nonce(self, intent: Intent, client: Any) -> int:
        asking = client.get_contract_nonce(self._address, block_number="pre_confirmed")
        return int(await said(intent.action, asking))

    async def _sign(self, intent: Intent, nonce: int, bounds: Any) -> Intent:
        """Sign and keep: from here on a crash is followed by sending just these bytes."""
        calls = _calls_of(intent)
        sign = self._account.sign_invoke_v3(calls, nonce=nonce, resource_bounds=_own(bounds), tip=0)
        signed = await said(intent.action, sign)
        tx_hash = signed.calculate_hash(self._account.signer.chain_id)
        intent = self._outbox.note_signed(intent, nonce, tx_hash, _plain(signed))
        self._at_step("signed")
        return intent

    async def _post(self, intent: Intent, *, is_first: bool) -> bool:
        """Send the bytes that were kept; False if their nonce was refused.

        Only what comes to a node for the first time and is refused is known to happen nowhere.
        """
        assert intent.signed is not None
        try:
            await said(intent.action, self._client.send_transaction(_signed_of(intent.signed)))
        except NodeAway as error:
            log.warning("%s; whether it came there is found out", error)
        except NonceRefused as error:
            log.info("%s", error)
            return False
        except RenderChainError as error:
            if str(getattr(error.__cause__, "code", "")) == DUPLICATE:
                return True
            self._next_nonce = None
            self._fees.forget(kind_of(_calls_of(intent)))
            if is_first:
                self._outbox.note_end(intent, IntentState.FAILED)
                self._settle_budget(intent, 0)
            raise
        return True

    async def _post_again(self, intent: Intent) -> bool:
        """Send what an earlier process signed. Raises StuckTransaction where a node refuses it now."""
        try:
            return await self._post(intent, is_first=False)
        except JournalError:
            raise
        except RenderChainError as error:
            raise _RefusedAgain(
                f"{intent.action} was sent before as {_names(intent)}, and the node refuses it now: {error} "
                "It may have come to another node and happen yet, but only once; it is followed up at the "
                "next start."
            ) from error

    async def _renounce(self, intent: Intent, was_kept: bool) -> tuple[Intent, Any]:
        """After a refused nonce: what can't happen any more gets another one; its receipt where it happened.

        What was signed just now and refused is nowhere. What was kept may have come to some node before: only
        a node that is past its nonce can tell, and that same one, for another may be behind it.
        """
        if intent.signed is None:
            return intent, None
        one_node = self._client.nodes.used.client
        is_past = await self._chain_nonce(intent, one_node) > (intent.nonce or 0)
        if is_past and was_kept:
            receipt = await self._find(intent, one_node)
            if receipt is not None:
                return intent, receipt
        if not is_past:
            await asyncio.sleep(LONGEST_PAUSE_S)  # an earlier one is on its way, or the node is behind
        if is_past or not was_kept:
            log.warning("%s: another program used nonce %s, trying the next", intent.action, intent.nonce)
            intent = dataclasses.replace(intent, signed=None)
        return intent, None

    async def _wait(self, intent: Intent) -> Any:
        """Wait for the receipt; send again, with a better price, what gets lost."""
        pause_s, started, sent = FIRST_LOOK_S, time.monotonic(), time.monotonic()
        while time.monotonic() - started < self._give_up_s:
            try:
                receipt = await self._find(intent, self._client)
                if receipt is not None:
                    return receipt
                if time.monotonic() - sent > self._resend_s:
                    sent = time.monotonic()
                    intent = await self._send_again(intent)
            except JournalError:
                raise
            except RenderChainError as error:  # whatever it is, what was sent may happen
                log.warning("%s; asking again", error)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
        self._next_nonce = None  # what comes next takes this one's place, or waits behind it for ever
        raise StuckTransaction(
            f"{intent.action} was sent {self._give_up_s:.0f} s ago as {_names(intent)} and is in no block. "
            "It may still happen, but only once; it is followed up at the next start. Check the node."
        )

    async def _send_again(self, intent: Intent) -> Intent:
        log.warning("%s (%s) is in no block yet: sending it again", intent.action, _names(intent))
        kind = kind_of(_calls_of(intent))
        if self._fees.knows(kind) and intent.nonce is not None:
            bounds, _ = await self._fees.bounds(intent.action, kind, PRICE_STEP ** len(intent.hashes))
            intent = await self._sign(intent, intent.nonce, bounds)
        await self._post(intent, is_first=False)  # a refused nonce means that an earlier form is in a block
        return intent

    async def _find(self, intent: Intent, client: Any) -> Any:
        """The receipt of whichever form is in a block; None if none is. Raises ChainError."""
        for tx_hash in intent.hashes:
            try:
                return await said(intent.action, client.get_transaction_receipt(tx_hash))
            except ChainError as error:
                if str(getattr(error.__cause__, "code", "")) != NOT_FOUND:
                    raise
        return None

    def _settle_budget(self, intent: Intent, paid_fri: int) -> None:
        """Give back what was set aside and not paid; of an earlier process's, nothing is."""
        taken_fri = self._taken_fri.pop(intent.intent_id, 0)
        if self._budget and taken_fri > paid_fri:
            self._budget.give_back(taken_fri - paid_fri)

    def _end(self, intent: Intent, receipt: Any) -> Any:
        self._at_step("confirmed")
        self._client.nodes.saw(receipt.block_number or 0)  # what is read from now on must have it
        self._settle_budget(intent, int(receipt.actual_fee.amount))
        used = receipt.execution_resources
        kind = kind_of(_calls_of(intent))
        if receipt.revert_reason is not None:
            self._fees.forget(kind)
            self._outbox.note_end(intent, IntentState.FAILED)
            refused = refusal(intent.action, receipt.revert_reason)
            self._say_end(TransactionReverted(*_facts(intent, receipt), str(refused)))
            raise refused
        self._fees.learn(kind, Gas(used.l1_gas, used.l1_data_gas, used.l2_gas))
        self._outbox.note_end(intent, IntentState.CONFIRMED)
        self._say_end(TransactionConfirmed(*_facts(intent, receipt)))
        return receipt


def _facts(intent: Intent, receipt: Any) -> tuple[str, int, int, int]:
    """What was done, by which transaction, in which block, for what fee."""
    fee_fri = int(receipt.actual_fee.amount)
    return intent.action, int(receipt.transaction_hash), int(receipt.block_number or 0), fee_fri


def _own(bounds: Any) -> Any:
    """With a hundredth less at most, by chance.

    Another program may want the very same of the account at the same moment, with the same nonce: of the same
    bytes the node would keep one, and both would take it for theirs.
    """
    l2 = bounds.l2_gas
    less = secrets.randbelow(1 + l2.max_amount // 100)
    return dataclasses.replace(bounds, l2_gas=dataclasses.replace(l2, max_amount=l2.max_amount - less))


def _names(intent: Intent) -> str:
    return " or ".join(map(hex, intent.hashes))


def _plain(signed: Any) -> dict[str, Any]:
    """The signed transaction as JSON can keep it: what it was made from."""
    made_from = {field.name for field in dataclasses.fields(signed) if field.init}
    return {name: one for name, one in dataclasses.asdict(signed).items() if name in made_from}


def _calls_of(intent: Intent) -> list[Any]:
    from .library import Call

    return [Call(*call) for call in intent.calls]


def _signed_of(kept: dict[str, Any]) -> Any:
    """The transaction as it was signed."""
    from .library import InvokeV3, ResourceBounds, ResourceBoundsMapping

    bounds = {name: ResourceBounds(**one) for name, one in kept["resource_bounds"].items()}
    return InvokeV3(**{**kept, "resource_bounds": ResourceBoundsMapping(**bounds)})
