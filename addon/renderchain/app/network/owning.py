"""What the owner of a Directory may do, each as one change that is said and asked about before it is sent."""

from __future__ import annotations

from collections.abc import Mapping

from ...core.durations import duration_of
from ...core.errors import ChangeRefused
from ...core.network_record import MOST_BOARDS, OF_A_BOARD, NetworkRecord, RecordedBoard
from ...core.provider import PlainCall
from ...ports.network_chain import NetworkChain, NetworkStanding, Place
from ..provider.change import Change
from .deploying import board_part, those, undeclared


class Owning:
    """All of them, of one network; ``classes`` are this version's.

    Each raises ChangeRefused where it could not be done, or ChainError.
    """

    def __init__(
        self,
        chain: NetworkChain,
        record: NetworkRecord,
        standing: NetworkStanding,
        classes: Mapping[str, int],
    ) -> None:
        self._chain = chain
        self._record = record
        self._standing = standing
        self._classes = classes

    @property
    def next_board(self) -> RecordedBoard:
        """What comes after the boards of the record."""
        if len(self._record.boards) >= MOST_BOARDS:
            raise ChangeRefused(
                f"The network has {MOST_BOARDS} boards; nothing was sent. That is all there may be."
            )
        return RecordedBoard(self._place.address, self._made_of)

    @property
    def is_announced(self) -> bool:
        """Whether the next board is announced already, which the record does not say yet."""
        return self.next_board.address in {one.address for one in self._standing.boards}

    async def announce(self) -> Change:
        """Deploy the next board, unless it is there, and announce it."""
        self._check_owner()
        self._check_classes()
        self._check_all_recorded()
        place = self._place
        if lacking := await undeclared(self._chain, self._made_of):
            raise ChangeRefused(
                f"The chain does not know the board's classes {', '.join(lacking)}; nothing was sent. "
                f"Declare them first, with any account: network declare {self._record.name}."
            )
        is_there = await self._chain.class_at(place.address)
        wait = duration_of(self._record.rules.board_wait_s)
        calls = (() if is_there else (place.call,)) + (self._call("announce_board", place.address),)
        effects: tuple[str, ...] = (
            f"It becomes active after {wait}, in which workers who don't want it can leave; at once "
            "while nobody has staked.",
        )
        if any(one.classes != self._made_of for one in self._record.boards):
            effects += (
                f"It has other contracts than boards before it (class {place.class_hash:#x}): versions of "
                "RenderChain that don't know these leave it out.",
            )
        return Change(f"Announcing the board {place.address:#x}", calls, 0, effects)

    def retire(self, board: int) -> Change:
        """Have a board take no new jobs and leases, for good."""
        self._check_owner()
        found = [one for one in self._standing.boards if one.address == board]
        if not found:
            raise ChangeRefused(
                f"{board:#x} is no board of this network. Nothing was sent; check the address."
            )
        if not found[0].takes_jobs and not self._standing.is_paused:
            raise ChangeRefused(f"The board {board:#x} is retired already. Nothing was sent.")
        return Change(
            f"Retiring the board {board:#x}",
            (self._call("retire_board", board),),
            0,
            (
                "It takes no new jobs and no new leases, for good. Those that it has go on to their end.",
                "Announce its successor long before, so that there is always one that takes jobs.",
            ),
        )

    def pause(self, paused: bool) -> Change:
        """Stop new jobs on all boards, or let them come again."""
        self._check_owner()
        if self._standing.is_paused == paused:
            raise ChangeRefused(
                f"The network is {'paused' if paused else 'not paused'} already. Nothing was sent."
            )
        effect = "stops new jobs, on all boards, and nothing else: no lease and nobody's money waits for it."
        effects = (f"It {effect}",) if paused else ("New jobs may come again.",)
        action = "Pausing the network" if paused else "Resuming the network"
        return Change(action, (self._call("set_paused", paused),), 0, effects)

    def transfer(self, owner: int) -> Change:
        """Name another owner, who must accept."""
        self._check_owner()
        return Change(
            f"Naming {owner:#x} the Directory's next owner",
            (self._call("transfer_ownership", owner),),
            0,
            ("Until it accepts (`network accept`), this account stays the owner.",),
        )

    def accept(self) -> Change:
        """Become the owner; the chain refuses whoever was not named."""
        return Change(
            f"Accepting the ownership of the Directory {self._record.directory:#x}",
            (self._call("accept_ownership"),),
            0,
            ("This account announces and retires boards from then on, pauses, and names the next owner.",),
        )

    @property
    def _made_of(self) -> dict[str, int]:
        """The classes of a board of this version."""
        return those(self._classes, OF_A_BOARD)

    @property
    def _place(self) -> Place:
        return self._chain.place(self._record, board_part(len(self._record.boards)), self._classes)

    def _call(self, name: str, *arguments: int) -> PlainCall:
        return self._chain.directory_call(self._record.directory, name, *arguments)

    def _check_classes(self) -> None:
        """A board works with the Directory and the registry that this version knows, and with no other."""
        if others := [name for name, one in self._record.classes.items() if self._classes[name] != one]:
            raise ChangeRefused(
                f"The network {self._record.name} has other contracts than this version of RenderChain "
                f"({', '.join(others)}); nothing was sent. Announce its boards with the version that "
                "deployed it; the new contracts need a network of their own (network deploy)."
            )

    def _check_all_recorded(self) -> None:
        """The next board's place is counted by the record, which others may have announced boards without."""
        unknown = [one for one in self._standing.boards if one.address not in self._record.addresses]
        if unknown:
            raise ChangeRefused(
                f"The Directory has the board {unknown[0].address:#x}, which the record lacks; nothing was "
                "sent. Note it first: run the same with the version that announced it, or take the record "
                "of who did."
            )

    def _check_owner(self) -> None:
        if self._chain.address != self._standing.owner:
            raise ChangeRefused(
                f"Only the owner of the Directory, {self._standing.owner:#x}, may do this, and the settings "
                f"name {self._chain.address:#x}. Nothing was sent; use the owner's settings, or --print and "
                "sign where its key is."
            )
