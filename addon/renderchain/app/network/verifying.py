"""Whether a network is what its record says, by computing its addresses and asking its Directory."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.errors import WrongNetwork
from ...core.network_record import STRK, NetworkRecord
from ...ports.network_chain import NetworkChain
from .deploying import first_block, placed


@dataclass(frozen=True)
class Verified:
    """One thing that was compared."""

    is_right: bool
    what: str

    @property
    def line(self) -> str:
        """For a person."""
        return f"{'ok   ' if self.is_right else 'WRONG'} {self.what}"


async def verify(chain: NetworkChain, record: NetworkRecord, classes: dict[str, int]) -> list[Verified]:
    """All that can be compared; raises ChainError where the node can't be asked."""
    known = [
        Verified(
            record.classes[name] == class_hash, f"{name}: the record has the class {record.classes[name]:#x}"
        )
        for name, class_hash in classes.items()
    ]
    chain_id = Verified(record.chain_id == chain.chain_name, f"the node serves {chain.chain_name}")
    if not chain_id.is_right:
        return [chain_id, *known]
    computed = placed(chain, record, len(record.boards))
    parts = [
        ("Directory", "the Directory", record.directory, computed.directory),
        ("WorkerRegistry", "the registry", record.registry, computed.registry),
        *(
            ("JobBoard", f"board {index}", board, one)
            for index, (board, one) in enumerate(zip(record.boards, computed.boards, strict=True))
        ),
    ]
    state = "complete" if record.complete else "of a deployment that broke off"
    found = [chain_id, Verified(record.complete, f"the record is {state}"), *known]
    for name, title, address, follows in parts:
        found.append(
            Verified(address == follows, f"{title} {address:#x} follows from owner, rules and classes")
        )
        class_hash = await chain.class_at(address)
        found.append(Verified(class_hash == record.classes[name], f"{title} is of the class {class_hash:#x}"))
    return [*found, await _of_first_block(chain, record), *await _of_directory(chain, record)]


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
        Verified(listed == record.boards, f"its boards are {', '.join(map(hex, listed)) or 'none'}"),
    ]
    for index, one in enumerate(standing.boards):
        state = "active" if one.is_active else "announced, not active yet"
        takes = "" if one.takes_jobs or standing.is_paused else ", retired"
        found.append(Verified(True, f"board {index} is {state}{takes}"))
    whose = "" if standing.owner == record.owner else ", and it was deployed for another"
    found.append(Verified(True, f"the Directory's owner is {standing.owner:#x}{whose}"))
    return [*found, Verified(True, f"the network is {'paused' if standing.is_paused else 'not paused'}")]
