"""Deploying a network: what is lacking is priced, asked about and sent, and it goes on where it broke off.

Classes are declared one by one; the contracts come in one transaction, with the Directory's calls where the
account that sends them is its owner. Where it is not, the owner's calls are written down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...core.errors import ChangeRefused, FeeTooHigh, InsufficientFunds, SettingsError
from ...core.money import Fee, format_strk
from ...core.network_record import (
    CLASSES,
    OF_A_BOARD,
    ONE_EACH,
    NetworkRecord,
    RecordedBoard,
    parse_record,
)
from ...core.network_rules import Rules
from ...ports.network_chain import NetworkChain, NetworkStanding, Steps
from ...ports.signing_chain import Calls
from .records import read_record, write_record

Say = Callable[[str], None]
DEPLOYING = "Deploying the contracts"
MOST_AT_ONCE = 4  # boards: calls of one transaction are counted


@dataclass(frozen=True)
class Wanted:
    """A network that is to be; ``boards`` and ``rules`` are None where nothing is said of them."""

    name: str
    network: str
    owner: int
    boards: int | None
    rules: Rules | None


async def planned(chain: NetworkChain, path: Path, wanted: Wanted, classes: dict[str, int]) -> NetworkRecord:
    """The record that an earlier run began, or a new one that nobody has written yet; raises ChangeRefused
    where they contradict each other.
    """
    if not path.exists():
        return _readable(await _begun(chain, path, wanted, classes), path)
    record = read_record(path)
    _same("network", path, record.network, wanted.network)
    _same("chain", path, record.chain_id, chain.chain_name)
    _same("owner", path, hex(record.owner), hex(wanted.owner))
    if wanted.rules is not None:
        _same("rules", path, record.rules, wanted.rules)
    if wanted.boards is not None:
        _same("boards", path, len(record.boards), wanted.boards)
    _same("classes", path, dict(record.classes), those(classes, ONE_EACH))
    if placed(chain, record, [one.classes for one in record.boards]) != record:
        raise ChangeRefused(
            f"{path} has other addresses than follow from it, so somebody changed it; nothing was sent. Put "
            "back what was written, or use another name."
        )
    return record


def _readable(record: NetworkRecord, path: Path) -> NetworkRecord:
    """The same, where it can be read back once it is written; some of it the node or the options said."""
    try:
        parse_record(record.to_text(), str(path))
    except SettingsError as error:
        raise ChangeRefused(f"Nothing was sent, as this network could not be used: {error}") from error
    return record


async def _begun(chain: NetworkChain, path: Path, wanted: Wanted, classes: dict[str, int]) -> NetworkRecord:
    """A record that nobody here has written; what stands on the chain already it takes from there."""
    boards = 1 if wanted.boards is None else wanted.boards
    if not 0 < boards <= MOST_AT_ONCE:
        raise ChangeRefused(
            f"A network can begin with 1 to {MOST_AT_ONCE} boards, not {boards}; announce others later."
        )
    newest = await chain.newest_block()
    record = NetworkRecord(
        wanted.name,
        wanted.network,
        chain.chain_name,
        wanted.owner,
        wanted.rules or Rules(),
        those(classes, ONE_EACH),
    )
    of_a_board = those(classes, OF_A_BOARD)
    record = placed(chain, record, [of_a_board] * boards)
    record = replace(record, from_block=await first_block(chain, record, newest))
    if not await chain.class_at(record.directory):
        return record
    there = tuple(one.address for one in (await chain.standing(record.directory)).boards)
    if len(there) <= boards:
        return record
    record = placed(chain, record, [of_a_board] * len(there))
    if record.addresses != there:
        raise ChangeRefused(
            f"The network {wanted.name} is on the chain already, its Directory at {record.directory:#x}, "
            "with boards that don't follow from this version's contracts; nothing was sent. Put its record "
            f"at {path}, or use another name."
        )
    return record


async def first_block(chain: NetworkChain, record: NetworkRecord, newest: int) -> int:
    """The block of the network's first event; the newest where there was none. Boards tell nothing before the
    Directory announces them.
    """
    found = [await chain.first_event(one) for one in (record.directory, record.registry)]
    return min([newest, *(one for one in found if one is not None)])


def placed(chain: NetworkChain, record: NetworkRecord, boards: Sequence[Mapping[str, int]]) -> NetworkRecord:
    """The record with the addresses that follow from it, for boards of these classes."""
    record = replace(record, directory=chain.place(record, "directory", record.classes).address)
    record = replace(record, registry=chain.place(record, "registry", record.classes).address)
    places = [chain.place(record, board_part(index), classes) for index, classes in enumerate(boards)]
    made = zip(places, boards, strict=True)
    return replace(record, boards=tuple(RecordedBoard(one.address, classes) for one, classes in made))


def those(classes: Mapping[str, int], names: Sequence[str]) -> dict[str, int]:
    """Of the classes those of these names."""
    return {name: classes[name] for name in names}


async def undeclared(chain: NetworkChain, classes: Mapping[str, int]) -> list[str]:
    """The names of those that the chain lacks."""
    return [name for name, one in classes.items() if not await chain.knows_class(one)]


def board_part(index: int) -> str:
    """What a board's salt is made of."""
    return f"board-{index}"


@dataclass(frozen=True)
class Lacking:
    """What the chain lacks of a network: steps of anybody, and calls that only the owner can make."""

    steps: Steps
    owners: Calls

    @property
    def is_nothing(self) -> bool:
        """Whether all is there."""
        return not self.steps.classes and not self.steps.calls and not self.owners


async def lacking(chain: NetworkChain, record: NetworkRecord, known: Mapping[str, int]) -> Lacking:
    """What is to be done, as the chain stands; ``known`` are this version's classes.

    Raises ChangeRefused where it can't be finished.
    """
    classes = await _to_declare(chain, record, known)
    places = [chain.place(record, part, record.classes) for part in ("directory", "registry")]
    boards = enumerate(record.boards)
    places += [chain.place(record, board_part(index), one.classes) for index, one in boards]
    there = [await chain.class_at(one.address) for one in places]
    calls = tuple(one.call for one, found in zip(places, there, strict=True) if not found)
    standing = await chain.standing(record.directory) if there[0] else None
    return Lacking(Steps(classes, calls), _owners_calls(chain, record, standing))


async def _to_declare(
    chain: NetworkChain, record: NetworkRecord, known: Mapping[str, int]
) -> tuple[str, ...]:
    """Those of the record's classes that the chain lacks and this version has."""
    recorded = {*record.classes.items(), *(pair for one in record.boards for pair in one.classes.items())}
    found = {pair for pair in recorded if not await chain.knows_class(pair[1])}
    if others := [f"{name} {one:#x}" for name, one in sorted(found) if known[name] != one]:
        raise ChangeRefused(
            f"The chain lacks classes of another version than this one ({', '.join(others)}); nothing was "
            "sent. Run it with the version that announced their board."
        )
    return tuple(name for name in CLASSES if (name, known[name]) in found)


def _owners_calls(chain: NetworkChain, record: NetworkRecord, standing: NetworkStanding | None) -> Calls:
    """Naming the registry, once, and announcing the boards."""
    named = standing.registry if standing else 0
    if named not in (0, record.registry):
        raise ChangeRefused(
            f"The Directory {record.directory:#x} has the registry {named:#x}, and the record says "
            f"{record.registry:#x}; nothing was sent. Deploy under another name."
        )
    announced = {one.address for one in standing.boards} if standing else set()
    first = () if named else (chain.directory_call(record.directory, "set_registry", record.registry),)
    boards = [one for one in record.addresses if one not in announced]
    return (*first, *(chain.directory_call(record.directory, "announce_board", one) for one in boards))


def terms(record: NetworkRecord, account: int) -> list[str]:
    """What holds for the network for good, and is agreed to with what it costs."""
    whose = (
        "the account that deploys" if record.owner == account else "another account than that which deploys"
    )
    usual = Rules().values()
    others = [f"{name} = {one} (usually {usual[name]})" for name, one in record.rules.values().items()]
    odd = [
        line for line, name in zip(others, usual, strict=True) if record.rules.values()[name] != usual[name]
    ]
    return [
        f"Its Directory is owned by {record.owner:#x}, {whose}.",
        f"Its rules, for good: {', '.join(odd)}, the others as usual." if odd else "Its rules are as usual.",
    ]


async def check_owner(chain: NetworkChain, record: NetworkRecord, found: Lacking) -> None:
    """Raises ChangeRefused where the owner, another account, has to send calls and is not there."""
    if found.owners and not await chain.is_deployed(record.owner):
        raise ChangeRefused(
            f"There is no account at {record.owner:#x}, which would own the network for good. "
            "Nothing was sent. Check --owner, or deploy that account first."
        )


async def weigh(chain: NetworkChain, steps: Steps, limit_fri: int, say: Say) -> None:
    """Say what each transaction costs by the node's prices of now, and all together.

    Raises InsufficientFunds if the account can't pay, FeeTooHigh where one may cost more than the limit, or
    ChainError.
    """
    if not await chain.is_deployed(chain.address):
        raise ChangeRefused(
            f"There is no account at {chain.address:#x} yet, and nothing was sent. Send STRK to it, then "
            "deploy it (`account deploy`)."
        )
    fees = await chain.fees(steps)
    names = [f"Declaring {name}" for name in steps.classes] + [DEPLOYING] * bool(steps.calls)
    for name, fee in zip(names, fees, strict=True):
        say(f"  {name}: {_cost(fee)}")
    total = _sum(fees)
    have_fri = await chain.tokens_fri(chain.address)
    say(f"  All together: {_cost(total)}; the account has {format_strk(have_fri)} STRK.")
    if dear := [name for name, fee in zip(names, fees, strict=True) if fee.highest_fri > limit_fri]:
        raise FeeTooHigh(
            f"{', '.join(dear)} may cost more than your limit of {format_strk(limit_fri)} STRK. Nothing was "
            "sent; wait for lower prices or raise fee_limit_fri."
        )
    if have_fri < total.highest_fri:
        raise InsufficientFunds(
            f"Deploying may cost up to {format_strk(total.highest_fri)} STRK, and the account "
            f"{chain.address:#x} has {format_strk(have_fri)} STRK. Nothing was sent; send STRK to it first."
        )


async def carry_out(chain: NetworkChain, path: Path, record: NetworkRecord, found: Lacking, say: Say) -> None:
    """Send what is lacking, and what follows of the owner's where the account is the owner.

    The record is there before anything is sent.
    """
    write_record(path, record)
    await declare(chain, found.steps.classes, say)
    if found.steps.calls:
        receipt = await chain.send(DEPLOYING, found.steps.calls)
        say(
            f"The contracts are there, in block {receipt.block}, transaction {receipt.tx_hash:#x}; the fee "
            f"was {format_strk(receipt.fee_fri)} STRK."
        )


async def declare(chain: NetworkChain, names: Sequence[str], say: Say) -> None:
    """Bring classes onto the chain, and say of each that it is there."""
    for name in names:
        receipt = await chain.declare(name)
        if receipt is None:
            say(f"{name} is declared already.")
        else:
            say(
                f"{name} is declared, in block {receipt.block}; the fee was "
                f"{format_strk(receipt.fee_fri)} STRK."
            )


def finish(path: Path, record: NetworkRecord, say: Say) -> None:
    """Have clients use the network: nothing is lacking."""
    if not record.complete:
        write_record(path, replace(record, complete=True))
    say(f"The network is deployed; its record is {path}, its Directory {record.directory:#x}.")


def by_account(found: Lacking, *, is_owner: bool) -> Lacking:
    """The same as one account can send it: with the owner's calls in its transaction if it is the owner."""
    if not is_owner:
        return found
    return Lacking(Steps(found.steps.classes, found.steps.calls + found.owners), ())


def _cost(fee: Fee) -> str:
    return f"about {format_strk(fee.estimated_fri)} STRK, at most {format_strk(fee.highest_fri)}"


def _sum(fees: Sequence[Fee]) -> Fee:
    return Fee(sum(one.estimated_fri for one in fees), sum(one.highest_fri for one in fees))


def _same(what: str, path: Path, kept: object, wanted: object) -> None:
    if kept != wanted:
        raise ChangeRefused(
            f"{path} is of a deployment with other {what} ({kept!s:.200}, not {wanted!s:.200}); nothing was "
            "sent. Use another name, or the same options as before."
        )
