"""What may have come to a node is never given up, whatever another one says of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.starknet.errors import FeeTooLow
from renderchain.adapters.starknet.sender import Sender
from renderchain.core.errors import ChainError, StuckTransaction
from starknet_py.net.client_errors import ClientError
from starknet_py.net.client_models import Call, ResourceBounds, ResourceBoundsMapping
from starknet_py.net.models.transaction import InvokeV3

NONE = ResourceBoundsMapping(*[ResourceBounds(1, 1)] * 3)
CALL = Call(to_addr=1, selector=2, calldata=[3])
RECEIPT = SimpleNamespace(
    block_number=1,
    actual_fee=SimpleNamespace(amount=1),
    execution_resources=SimpleNamespace(l1_gas=1, l1_data_gas=1, l2_gas=1),
    revert_reason=None,
    transaction_hash=1,
)


class Chain:
    """A node, an account on it and its fees; ``refuses`` is what it says to transactions."""

    def __init__(self) -> None:
        self.address = 0xACC
        self.client = self
        self.signer = SimpleNamespace(chain_id=1)
        self.nodes = SimpleNamespace(saw=lambda block: None, used=SimpleNamespace(client=self))
        self.sent: list[int] = []
        self.nonce = 0
        self.refuses: Exception | None = None
        self.is_in_a_block = False

    async def get_contract_nonce(self, *_: Any, **__: Any) -> int:
        return self.nonce

    async def get_transaction_receipt(self, _: int) -> Any:
        if not self.is_in_a_block:
            raise ClientError(message="Transaction hash not found", code="29")
        return RECEIPT

    async def send_transaction(self, signed: InvokeV3) -> None:
        self.sent.append(signed.nonce)
        if self.refuses:
            raise self.refuses

    async def sign_invoke_v3(self, _: Any, *, nonce: int, resource_bounds: Any, tip: int) -> InvokeV3:
        return InvokeV3(
            version=3,
            signature=[1],
            nonce=nonce,
            resource_bounds=resource_bounds,
            tip=tip,
            calldata=[len(self.sent)],
            sender_address=self.address,
        )


class NoFees:
    """They cost nothing, and are known or not."""

    def __init__(self, *, is_known: bool) -> None:
        self._is_known = is_known

    def knows(self, _: Any) -> bool:
        return self._is_known

    def learn(self, *_: Any) -> None:
        pass

    def forget(self, _: Any) -> None:
        pass

    async def learn_by_estimate(self, *_: Any) -> None:
        pass

    async def bounds(self, *_: Any) -> tuple[Any, Any]:
        return NONE, SimpleNamespace(highest_fri=1)


def sender(chain: Chain, outbox: SqliteJournal, *, is_known: bool = True, **options: Any) -> Sender:
    made = Sender(chain, outbox, 10**18, **options)
    made._fees = NoFees(is_known=is_known)  # type: ignore[assignment]
    return made


@pytest.fixture
def outbox(tmp_path: Path) -> SqliteJournal:
    return SqliteJournal(tmp_path / "journal.sqlite")


def test_what_an_earlier_process_sent_is_not_given_up_for_what_another_node_says(
    outbox: SqliteJournal,
) -> None:
    """It was called refused, so that it was done anew under another name, and paid for twice."""
    chain = Chain()

    def die(step: str) -> None:
        if step == "sent":
            raise KeyboardInterrupt

    async def life() -> None:
        with pytest.raises(KeyboardInterrupt):
            await sender(chain, outbox, at_step=die).send("Paying", [CALL], intent_name="job")
        chain.refuses = ClientError(message="Max fee is too low", code="53")  # prices rose meanwhile
        with pytest.raises(StuckTransaction, match="may have come to another node"):
            await sender(chain, outbox).send("Paying", [CALL], intent_name="job")
        chain.is_in_a_block = True  # the first node had passed it on
        assert await sender(chain, outbox).send("Paying", [CALL], intent_name="job") is RECEIPT

    asyncio.run(life())
    assert set(chain.sent) == {0}


def test_what_is_sent_a_second_time_and_refused_then_is_not_given_up(outbox: SqliteJournal) -> None:
    chain = Chain()

    async def life() -> None:
        one = sender(chain, outbox, is_known=False, resend_s=0.1, give_up_s=1.5)
        paying = asyncio.create_task(one.send("Paying", [CALL], intent_name="job"))
        while not chain.sent:
            await asyncio.sleep(0.01)
        chain.refuses = ClientError(message="Max fee is too low", code="53")
        with pytest.raises(StuckTransaction, match="only once"):
            await paying
        chain.is_in_a_block = True
        assert await sender(chain, outbox).send("Paying", [CALL], intent_name="job") is RECEIPT

    asyncio.run(life())


def test_what_was_refused_when_it_was_sent_first_is_given_up(outbox: SqliteJournal) -> None:
    chain = Chain()
    chain.refuses = ClientError(message="Max fee is too low", code="53")

    async def life() -> None:
        with pytest.raises(FeeTooLow):
            await sender(chain, outbox).send("Paying", [CALL], intent_name="job")
        with pytest.raises(ChainError, match="refused before under the same name"):
            await sender(chain, outbox).send("Paying", [CALL], intent_name="job")

    asyncio.run(life())
