"""What any change of an account needs of its chain: a fee before it is asked for, and a transaction after."""

from __future__ import annotations

from typing import Protocol

from ..core.money import Fee
from ..core.provider import PlainCall, Receipt

Calls = tuple[PlainCall, ...]


class SigningChain(Protocol):
    """All raise ContractError or ChainError. ``address`` is the account whose calls they are."""

    @property
    def address(self) -> int:
        """The account whose calls they are."""
        ...

    @property
    def chain_name(self) -> str:
        """The chain's identifier, such as SN_MAIN."""
        ...

    async def is_deployed(self, account: int) -> bool:
        """Whether there is a contract at an account's address."""
        ...

    async def tokens_fri(self, account: int) -> int:
        """STRK in an account."""
        ...

    async def nonce(self) -> int:
        """How many transactions the account has sent."""
        ...

    async def fee(self, action: str, calls: Calls) -> Fee:
        """What the calls would cost now in one transaction; raises what sending them would."""
        ...

    async def send(self, action: str, calls: Calls, intent_name: str = "") -> Receipt:
        """Send the calls in one transaction; with the same intent's name it happens once."""
        ...

    def read(self, call: PlainCall) -> str:
        """A call that is ours in words; raises ChangeRefused for any other."""
        ...
