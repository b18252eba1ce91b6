"""A chain as those use it who deploy and own a network: its classes, its contracts, its Directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..core.money import Fee
from ..core.network_record import NetworkRecord
from ..core.provider import PlainCall, Receipt
from .signing_chain import Calls, SigningChain


@dataclass(frozen=True)
class Place:
    """Where a contract of a network is, or will be once ``call`` was sent, by whomever."""

    class_hash: int
    address: int
    call: PlainCall


@dataclass(frozen=True)
class BoardStanding:
    """A board as its Directory knows it."""

    address: int
    is_active: bool
    takes_jobs: bool


@dataclass(frozen=True)
class NetworkStanding:
    """What a Directory says; ``registry`` is 0 until it is set."""

    owner: int
    token: int
    registry: int
    boards: tuple[BoardStanding, ...]
    is_paused: bool


@dataclass(frozen=True)
class Steps:
    """What is to be sent: a transaction for each class that the chain lacks, and one with all calls."""

    classes: tuple[str, ...] = ()
    calls: Calls = ()


class NetworkChain(SigningChain, Protocol):
    """All raise ContractError or ChainError."""

    async def newest_block(self) -> int:
        """Its number."""
        ...

    async def class_at(self, address: int) -> int:
        """The class of the contract at an address, 0 if there is none."""
        ...

    async def first_event(self, address: int) -> int | None:
        """The block of a contract's first event; None where it told none."""
        ...

    async def knows_class(self, class_hash: int) -> bool:
        """Whether a class was declared."""
        ...

    def place(self, record: NetworkRecord, part: str, classes: Mapping[str, int]) -> Place:
        """Of the directory, the registry or a board ("board-0"), as they follow from the record and the
        classes of that part.
        """
        ...

    def directory_call(self, directory: int, name: str, *arguments: int) -> PlainCall:
        """A call of a Directory, which need not be there yet."""
        ...

    async def standing(self, directory: int) -> NetworkStanding:
        """What the Directory says; raises WrongNetwork where there is none."""
        ...

    async def fees(self, steps: Steps) -> Sequence[Fee]:
        """What each transaction would cost now, each after those before it: the calls' comes last."""
        ...

    async def declare(self, name: str) -> Receipt | None:
        """Bring a class onto the chain; None where somebody else was faster."""
        ...
