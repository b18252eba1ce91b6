"""Whether a network is what its record says, by computing its addresses and asking its Directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...core.errors import WrongNetwork
from ...core.network_record import STRK, NetworkRecord, RecordedBoard
from ...ports.network_chain import NetworkChain
from .deploying import first_block, placed


@dataclass(frozen=True)
class Verified:
    """One thing that was compared; ``is_right`` is None where this version has nothing to compare it with."""

    is_right: bool | None
    what: str

    @property
    def line(self) -> str:
        """For a person."""
        mark = {True: "ok   ", False: "WRONG", None: "?    "}
        return f"{mark[self.is_right]} {self.what}"


def verdict(found: Sequence[Verified]) -> str:
    """All of it in a sentence."""
    wrong = sum(one.is_right is False for one in found)
    unknown = sum(one.is_right is None for one in found)
    if wrong:
        return f"{wrong} of {len(found)} are wrong: don't use this network."
    if unknown:
        return (
            f"Nothing is wrong, and {unknown} of {len(found)} this version can't tell: run it with the "
            "versions that announced these boards."
        )
    return "All of it is right."


async def verify(chain: NetworkChain, record: NetworkRecord, classes: Mapping[str, int]) -> list[Verified]:
    """All that can be compared; ``classes`` are this version's. Raises ChainError where the node can't be
    asked.
    """
    known = [
        Verified(one == classes[name], f"{name}: the record has the class {one:#x}")
        for name, one in record.classes.items()
    ]
    known += [_contracts(index, one, classes) for index, one in enumerate(record.boards)]
    chain_id = Verified(record.chain_id == chain.chain_name, f"the node serves {chain.chain_name}")
    if not chain_id.is_right:
        return [chain_id, *known]
    computed = placed(chain, record, [one.classes for one in record.boards])
    boards = zip(record.boards, computed.addresses, strict=True)
    parts = [
        ("the Directory", record.directory, computed.directory, record.classes["Directory"]),
        ("the registry", record.registry, computed.registry, record.classes["WorkerRegistry"]),
        *(
            (f"board {index}", board.address, follows, board.classes["JobBoard"])
            for index, (board, follows) in enumerate(boards)
        ),
    ]
    state = "complete" if record.complete else "of a deployment that broke off"
    found = [chain_id, Verified(record.complete, f"the record is {state}"), *known]
    for title, address, follows, recorded in parts:
        found.append(
            Verified(address == follows, f"{title} {address:#x} follows from owner, rules and classes")
        )
        class_hash = await chain.class_at(address)
        found.append(Verified(class_hash == recorded, f"{title} is of the class {class_hash:#x}"))
    return [*found, await _of_first_block(chain, record), *await _of_directory(chain, record)]


def _contracts(index: int, board: RecordedBoard, classes: Mapping[str, int]) -> Verified:
    """Whether a board is made of what this version knows; that of another version may do anything."""
    others = [f"{name} {one:#x}" for name, one in board.classes.items() if classes[name] != one]
    if others:
        return Verified(None, f"board {index} has contracts of another version: {', '.join(others)}")
    return Verified(True, f"board {index} has the contracts of this version")


async def _of_first_block(chain: NetworkChain, record: NetworkRecord) -> Verified:
    """Who reads events from a later block on misses keys, offers and jobs."""
    first = await first_block(chain, record, await chain.newest_block())
    text = f"its first event is in block {first}, and clients read from block {record.from_block} on"
    return Verified(record.from_block <= first, text)


async def _of_directory(chain: NetworkChain, record: NetworkRecord) -> list[Verified]:
    try:
        standing = await chain.standing(record.directory)
    except WrongNetwork as error:
        return [Verified(False, str(error))]
    is_strk = standing.token == STRK or not await chain.class_at(STRK)  # a chain of its own may have another
    listed = tuple(one.address for one in standing.boards)
    found = [
        Verified(standing.token == record.token and is_strk, f"its token is {standing.token:#x}"),
        Verified(standing.registry == record.registry, f"its registry is {standing.registry:#x}"),
        Verified(listed == record.addresses, f"its boards are {', '.join(map(hex, listed)) or 'none'}"),
    ]
    for index, one in enumerate(standing.boards):
        state = "active" if one.is_active else "announced, not active yet"
        takes = "" if one.takes_jobs or standing.is_paused else ", retired"
        found.append(Verified(True, f"board {index} is {state}{takes}"))
    whose = "" if standing.owner == record.owner else ", and it was deployed for another"
    found.append(Verified(True, f"the Directory's owner is {standing.owner:#x}{whose}"))
    return [*found, Verified(True, f"the network is {'paused' if standing.is_paused else 'not paused'}")]
