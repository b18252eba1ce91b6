"""Commands that register a worker and move its stake."""

from __future__ import annotations

from collections.abc import Sequence

from ...app.provider.change import Change
from ...app.provider.changes import Changes
from ...core.ids import WorkerId
from ...core.provider import parse_family
from ...ports.provider_chain import ProviderChain
from .common import (
    add_account_options,
    add_signing_options,
    add_worker_option,
    address,
    amount,
    change,
    provider_parser,
)
from .subcommands import Subcommands


def register(arguments: Sequence[str]) -> int:
    """Register a worker that this account owns."""
    parser = provider_parser("register", "Register a worker with its first stake; this account owns it.")
    parser.add_argument("--stake", type=amount, required=True, help="STRK of work stake")
    text = "the account that the worker signs with; it must accept (default: this account)"
    parser.add_argument("--operator", type=address, help=text)
    parser.add_argument("--payout", type=address, help="where its pay goes (default: this account)")
    text = "what it renders, such as 4.5/cycles/cpu"
    parser.add_argument("--families", nargs="+", required=True, metavar="FAMILY", help=text)
    add_signing_options(parser)
    options = parser.parse_args(list(arguments))

    async def plan(changes: Changes, chain: ProviderChain, _: WorkerId) -> Change:
        families = [parse_family(one) for one in options.families]
        operator, payout = options.operator or chain.address, options.payout or chain.address
        return await changes.register(operator, payout, families, options.stake)

    return change(options, plan, needs_worker=False)


def stake(arguments: Sequence[str]) -> int:
    """Add, move, withdraw, keep and collect stake."""
    commands = Subcommands("stake", "A worker's two purses: work stake and seat stake.")
    for name, text in (
        ("add", "Add work stake."),
        ("move", "Move free work stake into the seat purse."),
        ("withdraw", "Start the cool-down of free work stake, or of seat stake."),
    ):
        parser = commands.add(name, text)
        parser.add_argument("amount", type=amount, help="STRK")
        if name == "withdraw":
            parser.add_argument("--seats", action="store_true", help="out of the seat purse")
    commands.add("keep", "Let all stay that is cooling down.")
    commands.add("collect", "Take out what has cooled down.")
    for parser in commands.all:
        add_account_options(parser)
        add_worker_option(parser)
        add_signing_options(parser)
    options = commands.parse(arguments)

    async def plan(changes: Changes, _: ProviderChain, number: WorkerId) -> Change:
        match options.command:
            case "add":
                return await changes.add_stake(number, options.amount)
            case "move":
                return await changes.move_to_seats(number, options.amount)
            case "withdraw" if options.seats:
                return await changes.withdraw_seats(number, options.amount)
            case "withdraw":
                return await changes.withdraw_work(number, options.amount)
            case "keep":
                return await changes.keep(number)
        return await changes.collect(number)

    return change(options, plan)
