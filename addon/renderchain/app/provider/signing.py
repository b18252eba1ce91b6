"""Saying what a change costs, asking, and having it signed: here, or on the machine that has the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...core.calls_file import CallsFile, parse_calls
from ...core.errors import ChangeRefused, InsufficientFunds
from ...core.money import Fee, format_strk
from ...core.provider import PlainCall, Receipt
from ...ports.signing_chain import Calls, SigningChain
from .change import Change

Say = Callable[[str], None]
Confirm = Callable[[], bool]
SEND = "renderchain send FILE"


async def carry_out(
    chain: SigningChain, change: Change, say: Say, confirm: Confirm, intent_name: str = ""
) -> Receipt | None:
    """Say what a change costs, ask, and send it; None where the answer is no.

    Raises InsufficientFunds or ChangeRefused before anything is asked, and what sending raises.
    """
    fee = await _weigh(chain, change)
    _tell(change, fee, say)
    if not confirm():
        say("Nothing was sent.")
        return None
    receipt = await chain.send(change.action, change.calls, intent_name)
    say(
        f"Done in block {receipt.block}, transaction {receipt.tx_hash:#x}; the fee was "
        f"{format_strk(receipt.fee_fri)} STRK."
    )
    return receipt


async def explained(chain: SigningChain, change: Change) -> list[str]:
    """What ``carry_out`` says before it asks; raises what that does until then."""
    lines: list[str] = []
    _tell(change, await _weigh(chain, change), lines.append)
    return lines


async def make_file(chain: SigningChain, change: Change, say: Say, path: Path, command: str = SEND) -> None:
    """Say what a change costs, and write its calls into a new file; raises ChangeRefused if there is one.

    ``command`` is the one that sends it.
    """
    fee = await _weigh(chain, change)
    _tell(change, fee, say)
    await write_calls(chain, change, say, path, command)
    say("Nothing was sent.")


async def write_calls(chain: SigningChain, change: Change, say: Say, path: Path, command: str = SEND) -> None:
    """The same without the costs, for an account whose fees another one may pay; raises ChangeRefused."""
    file = CallsFile(chain.chain_name, chain.address, change.action, await chain.nonce(), change.calls)
    try:
        target = path.open("x", encoding="utf-8")
    except FileExistsError:
        raise ChangeRefused(f"{path} is there already; move it away first, or name another file.") from None
    except OSError as error:
        raise ChangeRefused(f"{path} can't be written ({error.strerror}); name another file.") from error
    try:
        with target:
            target.write(file.to_text())
    except OSError as error:
        path.unlink(missing_ok=True)  # else the next try has to name another
        raise ChangeRefused(f"{path} can't be written ({error.strerror}); name another file.") from error
    say(f"{path} has the calls. Sign and send it where the key of {chain.address:#x} is: {command}")


def holds(path: Path, chain: SigningChain, calls: Calls) -> bool:
    """Whether a file has just these calls for the chain's account; no where there is none, or it is wrong."""
    try:
        file = parse_calls(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ChangeRefused):
        return False
    return (file.chain_id, file.account, file.calls) == (chain.chain_name, chain.address, calls)


async def send_file(chain: SigningChain, path: Path, say: Say, confirm: Confirm) -> Receipt | None:
    """Read what such a file would do, out of its calls alone, ask, and send it.

    Raises ChangeRefused where it is for another chain or account, or calls what RenderChain never does.
    """
    try:
        file = parse_calls(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ChangeRefused(f"{path} can't be read ({type(error).__name__}); check it.") from error
    if file.chain_id != chain.chain_name:
        raise ChangeRefused(
            f"{path} is for the chain {file.chain_id}, and the settings' node serves {chain.chain_name}. "
            "Nothing was sent; use the settings of that network."
        )
    if file.account != chain.address:
        raise ChangeRefused(
            f"{path} is for the account {file.account:#x}, and the settings name {chain.address:#x}. Nothing "
            "was sent; use that account's settings."
        )
    read = tuple(chain.read(one) for one in file.calls)
    sent = await chain.nonce() - file.nonce
    if sent > 0:
        say(
            f"The account has sent {sent} transactions since the file was made: look whether it is still "
            "wanted."
        )
    # The file's own words on itself are not to be believed, so they are not said.
    change = Change(f"Sending {path.name}", file.calls, _allowed_fri(file.calls), read)
    return await carry_out(chain, change, say, confirm, file.intent_name)


def _allowed_fri(calls: tuple[PlainCall, ...]) -> int:
    """What the calls let a contract take at most: an approval has its spender and a u256, low half first."""
    approvals = [one.calldata for one in calls if one.entrypoint == "approve"]
    return sum(low | high << 128 for _, low, high in approvals)


async def _weigh(chain: SigningChain, change: Change) -> Fee:
    """The fee of a change that the account can pay for, with what it pays."""
    if not await chain.is_deployed(chain.address):
        raise ChangeRefused(
            f"There is no account at {chain.address:#x} yet. Send STRK to it, then deploy it (`account "
            "deploy`)."
        )
    have_fri = await chain.tokens_fri(chain.address)
    if have_fri < change.pays_fri:
        raise _lacking(chain.address, have_fri, change, 0)
    fee = await chain.fee(change.action, change.calls)
    if have_fri < change.pays_fri + fee.highest_fri:
        raise _lacking(chain.address, have_fri, change, fee.highest_fri)
    return fee


def _lacking(address: int, have_fri: int, change: Change, fee_fri: int) -> InsufficientFunds:
    fee = f" and up to {format_strk(fee_fri)} for the fee" if fee_fri else " and a fee"
    return InsufficientFunds(
        f"{change.action} takes {format_strk(change.pays_fri)} STRK{fee}, and the account {address:#x} has "
        f"{format_strk(have_fri)} STRK. Nothing was sent; send STRK to it first."
    )


def _tell(change: Change, fee: Fee, say: Say) -> None:
    say(f"{change.action}:")
    for effect in change.effects:
        say(f"  {effect}")
    pays = f"{format_strk(change.pays_fri)} STRK and " if change.pays_fri else ""
    likely, highest = format_strk(fee.estimated_fri), format_strk(fee.highest_fri)
    say(f"  It costs {pays}a fee of about {likely} STRK, at most {highest}.")
