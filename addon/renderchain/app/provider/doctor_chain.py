"""What a check-up asks the network: is it there, and may this account work?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from ...core.errors import InsufficientFunds, RenderChainError, WrongKey
from ...core.exit_codes import exit_code_of
from ...core.finding import Finding, doubt, fault, fault_of, fine
from ...core.ids import WorkerId
from ...core.job import family_name
from ...core.money import FRI_PER_STRK, format_strk, four_decimals
from ...core.provider import Standing
from ...ports.provider_chain import ProviderChain
from ..indexed.asking import Asking

LOW_FRI = FRI_PER_STRK  # with less an account soon can't pay its fees
AHEAD_S = 60.0  # a block may not be that far in this machine's future
ANY_AGE_S = 1e9
NO_MONEY, WRONG = exit_code_of(InsufficientFunds()), exit_code_of(WrongKey())
OpenChain = Callable[[], AbstractAsyncContextManager[ProviderChain]]


async def examine_chain(
    open_chain: OpenChain,
    families: Sequence[int],
    now_s: float,
    oldest_head_s: float,
    public_key: int = 0,
    index: Asking | None = None,
) -> list[Finding]:
    """Node, index, account and worker, in that order; each only where what it needs is there.

    ``public_key`` is that of the key that is stored here, 0 if it can't be read; ``index`` the one that is
    named, if one is.
    """
    try:
        async with open_chain() as chain:
            boards = "board is" if len(chain.boards) == 1 else f"its {len(chain.boards)} boards are"
            found = [fine("network", f"{chain.chain_name}, directory and {boards} there")]
            found.append(await examine_head(chain, now_s, oldest_head_s))
            if index:
                head, _ = await chain.newest_block()
                found.append(await index.examine(chain.chain_name, head))
            found.append(await examine_account(chain, public_key))
            found += await _worker(chain, families)
            return found
    except RenderChainError as error:
        return [fault_of("network", error)]


def judge_nodes(looked: Sequence[tuple[str, str, int]]) -> list[Finding]:
    """Each of several nodes: its address, what is wrong with it ("": nothing), its newest block."""
    if len(looked) < 2:
        return []  # it is looked at with the network
    return [
        doubt("nodes", f"{shown} would not be used now: {wrong}")
        if wrong
        else fine("nodes", f"{shown} is at block {block}")
        for shown, wrong, block in looked
    ]


async def examine_head(chain: ProviderChain, now_s: float, oldest_s: float) -> Finding:
    """Whether the node shows the present, by this machine's clock."""
    block, made_s = await chain.newest_block()
    age_s = now_s - made_s
    if age_s < -AHEAD_S:
        # Who gives a node any age has a network of its own, whose clock may be turned.
        return (doubt if oldest_s >= ANY_AGE_S else fault)(
            "clock",
            f"block {block} was made {-age_s:.0f} s in this machine's future; set its clock (NTP), for "
            "deadlines are reckoned by it.",
        )
    if age_s > oldest_s:
        return fault(
            "node",
            f"its newest block {block} is {age_s / 60:.0f} minutes old: it is behind, or this machine's "
            "clock is ahead. Wait, use another node, or set the clock (NTP).",
        )
    return fine("node", f"newest block {block}, {max(age_s, 0):.0f} s old by this machine's clock")


async def examine_account(chain: ProviderChain, public_key: int) -> Finding:
    """Whether the account can sign and pay."""
    have_fri = await chain.tokens_fri(chain.address)
    text = f"{chain.address:#x} has {four_decimals(have_fri, up=False)} STRK"
    if not await chain.is_deployed(chain.address):
        return fault("account", f"{text} and is not deployed; {_until_deployed(have_fri)}", NO_MONEY)
    known = await chain.public_key()
    if public_key and known and known != public_key:
        return fault(
            "account",
            f"{text}, but the key that is stored for it is another one's: no transaction would be taken. "
            "Store the right one (import it, or `account import`).",
            WRONG,
        )
    if not have_fri:
        return fault("account", f"{text}; send STRK to it, for every transaction has a fee.", NO_MONEY)
    if have_fri < LOW_FRI:
        return doubt("account", f"{text}, which may soon be too little for fees; send more.")
    return fine("account", text)


def _until_deployed(have_fri: int) -> str:
    return f"{'' if have_fri else 'send STRK to it, then '}deploy it (the button, or `account deploy`)."


async def _worker(chain: ProviderChain, families: Sequence[int]) -> list[Finding]:
    number = await chain.worker_id_of(chain.address)
    if not number:
        return [await _no_worker(chain)]
    standing = await chain.standing(number, await chain.families_of(number))
    return [
        fine("worker", f"the account operates worker {number}"),
        _stake(number, standing),
        _families(number, standing, families),
        *_seats(standing),
    ]


async def _no_worker(chain: ProviderChain) -> Finding:
    for number in await chain.workers_of(chain.address):
        standing = await chain.standing(number, ())
        if not standing.worker.operator:
            named = f"{standing.named:#x}" if standing.named else "nobody"
            return fault("worker", f"worker {number} waits for {named} to accept: `operator accept`.")
    return fault(
        "worker",
        f"{chain.address:#x} operates none; `register` one, or have its owner name this account (`operator "
        "set`) and then `operator accept`.",
    )


def _stake(number: WorkerId, standing: Standing) -> Finding:
    worker = standing.worker
    free = format_strk(max(worker.free_fri, 0))
    text = f"{format_strk(worker.stake_fri)} STRK of work stake, {free} of it free"
    if worker.free_fri <= 0 and not worker.locked_fri:
        return fault("stake", f"{text}: worker {number} can claim nothing; `stake add`, or `stake keep`.")
    if worker.free_fri <= 0:
        return doubt("stake", f"{text}: nothing more is claimed until leases have ended; `stake add`.")
    return fine("stake", text)


def _families(number: WorkerId, standing: Standing, families: Sequence[int]) -> Finding:
    supported = ", ".join(map(family_name, standing.supported)) or "none"
    lacking = [one for one in families if one not in standing.supported]
    if lacking:
        names = " ".join(map(family_name, lacking))
        return fault(
            "families",
            f"worker {number} announced {supported}, and this machine renders {names}: `families add "
            f"{names}`.",
        )
    return fine("families", supported)


def _seats(standing: Standing) -> list[Finding]:
    held = {one: units for one, units in standing.seats.items() if units}
    if not held:
        return []
    text = ", ".join(f"{units} in {family_name(one)}" for one, units in held.items())
    if not standing.offer.audit_fee_fri:
        return [doubt("seats", f"{text}, but the offer takes no votes: `offer --votes-from STRK`.")]
    return [fine("seats", f"{text}; votes from {format_strk(standing.offer.audit_fee_fri)} STRK on")]
