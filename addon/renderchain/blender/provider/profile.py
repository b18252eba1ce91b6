"""Commands that change what a worker takes on, and who acts for it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from ...adapters.many_reporters import ManyReporters
from ...app.provider.change import Change
from ...app.provider.changes import NO_END, Changes
from ...composition.keys import public_key
from ...core.errors import ChangeRefused
from ...core.ids import LeaseId, WorkerId
from ...core.job import family_name
from ...core.provider import parse_family
from ...ports.provider_chain import ProviderChain
from ...settings import Settings
from ..command_line import chain_number
from .common import (
    add_account_options,
    add_signing_options,
    add_worker_option,
    address,
    amount,
    change,
    chosen_worker,
    count,
    look,
    provider_parser,
    provider_settings,
    say,
)
from .machine import look_at_blenders
from .subcommands import Subcommands

LONGEST_S = 2**39  # of a standing offer; in the year 19,000
LARGEST_BYTES = 2 * 2**30  # of a package that a worker takes unasked


def families(arguments: Sequence[str]) -> int:
    """Show, add and remove what a worker renders."""
    commands = Subcommands("families", "What a worker renders.", default="show")
    commands.add("show", "Show them.")
    for name, text in (("add", "Announce families."), ("remove", "Take families back.")):
        parser = commands.add(name, text)
        parser.add_argument("families", nargs="*", metavar="FAMILY", help="such as 4.5/cycles/cpu")
        parser.add_argument("--here", action="store_true", help="those that this machine's Blenders render")
        add_signing_options(parser)
    _add_places(commands)
    options = commands.parse(arguments)
    if options.command == "show":
        return look(options, lambda chain, _: _show_families(chain, options))

    if bool(options.families) == options.here:
        commands.error("name families, or say --here")

    async def plan(changes: Changes, _: ProviderChain, number: WorkerId) -> Change:
        named = [parse_family(one) for one in options.families] or await _families_here(options)
        return await changes.families(number, named, options.command == "add")

    return change(options, plan)


async def _families_here(options: argparse.Namespace) -> list[int]:
    """What this machine renders; raises ChangeRefused where that is nothing."""
    found, seen = await look_at_blenders(provider_settings(options), ManyReporters())
    for one in seen:
        say(one.line)
    if not found:
        raise ChangeRefused("No Blender of the settings can be used here; nothing was changed.")
    return found


async def _show_families(chain: ProviderChain, options: argparse.Namespace) -> int:
    number = await chosen_worker(chain, options.worker)
    standing = await chain.standing(number, await chain.families_of(number))
    for family in standing.supported:
        say(f"{family_name(family)}\t{standing.seats[family]} seats")
    return 0


def offer(arguments: Sequence[str]) -> int:
    """Set the standing offer, by what of it is to change."""
    parser = provider_parser("offer", "Say which votes and assigned leases a worker takes.")
    parser.add_argument("--votes-from", type=amount, help="STRK, least fee of a vote; 0: no votes")
    parser.add_argument("--memory", type=count, help="MiB that a scene may need; 0 says nothing")
    parser.add_argument("--votes-until", type=count, help="the epoch in which it votes no more")
    slots = "of its 16 slots, those that schedulers may fill; a lease keeps one until it has ended; 0: none"
    parser.add_argument("--slots", type=count, help=slots)
    parser.add_argument("--reward", type=amount, help="STRK, least pay of an assigned frame")
    parser.add_argument("--largest-package", type=count, help="bytes of an assigned job's package")
    parser.add_argument("--until", type=count, help="seconds since 1970 when assigning ends")
    add_worker_option(parser)
    add_signing_options(parser)
    options = parser.parse_args(list(arguments))
    fields = {
        "audit_fee_fri": options.votes_from,
        "memory_mib": options.memory,
        "audits_until_epoch": options.votes_until,
        "slots": options.slots,
        "least_reward_fri": options.reward,
        "largest_package_bytes": options.largest_package,
        "until_s": options.until,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    if not given:
        parser.error("say what is to change, such as --votes-from 0.001")

    async def plan(changes: Changes, chain: ProviderChain, number: WorkerId) -> Change:
        made = replace((await chain.standing(number, ())).offer, **given)
        if made.audit_fee_fri and not made.audits_until_epoch:
            made = replace(made, audits_until_epoch=NO_END)
        if made.slots and not made.until_s:
            made = replace(made, until_s=LONGEST_S)
        if made.slots and not made.largest_package_bytes:
            made = replace(made, largest_package_bytes=LARGEST_BYTES)
        return await changes.offer(number, made)

    return change(options, plan)


def seats(arguments: Sequence[str]) -> int:
    """Take seats in a family."""
    parser = provider_parser("seats", "Take so many seats in a family, 0 to give them up.")
    parser.add_argument("units", type=count)
    parser.add_argument("--family", required=True, help="such as 4.5/cycles/cpu")
    add_worker_option(parser)
    add_signing_options(parser)
    options = parser.parse_args(list(arguments))

    async def plan(changes: Changes, _: ProviderChain, number: WorkerId) -> Change:
        return await changes.seats(number, parse_family(options.family), options.units)

    return change(options, plan)


def operator(arguments: Sequence[str]) -> int:
    """Name another operator, or accept to be it."""
    commands = Subcommands("operator", "The account that a worker signs with.")
    parser = commands.add("set", "As the owner, name another; it must accept.")
    parser.add_argument("operator", type=address)
    commands.add("accept", "As the account that was named, operate the worker from now on.")
    options = _parse_signed(commands, arguments)

    async def plan(changes: Changes, _: ProviderChain, number: WorkerId) -> Change:
        if options.command == "set":
            return await changes.operator(number, options.operator)
        return await changes.accept(number)

    return change(options, plan)


def payout(arguments: Sequence[str]) -> int:
    """Have the pay go elsewhere, or sent."""
    commands = Subcommands("payout", "Where a worker's pay goes.")
    parser = commands.add("set", "As the owner, have it go elsewhere.")
    parser.add_argument("payout", type=address)
    commands.add("withdraw", "Have the board send the payout account what it owes.")
    options = _parse_signed(commands, arguments)

    async def plan(changes: Changes, chain: ProviderChain, number: WorkerId) -> Change:
        if options.command == "set":
            return await changes.payout(number, options.payout)
        return await changes.withdraw((await chain.standing(number, ())).worker.payout)

    return change(options, plan)


def worker_key(arguments: Sequence[str]) -> int:
    """Publish the key that checks a worker's results."""
    commands = Subcommands("key", "The key that a worker publishes for its results.")
    parser = commands.add("signer", "Have results that others post checked by a Stark key, not the account.")
    parser.add_argument("--key", type=address, help="a public key (default: the account's own)")
    parser.add_argument("--none", action="store_true", help="have the account check them again")
    options = _parse_signed(commands, arguments)

    async def plan(changes: Changes, _: ProviderChain, number: WorkerId) -> Change:
        return await changes.signer(number, _signer(options, provider_settings(options)))

    return change(options, plan)


def _signer(options: argparse.Namespace, settings: Settings) -> int:
    if options.none:
        return 0
    return int(options.key or public_key(settings))


def give_back(arguments: Sequence[str]) -> int:
    """Give a lease back."""
    parser = provider_parser("give_back", "Give a lease back before its submission.")
    parser.add_argument("lease", type=chain_number)
    parser.add_argument("--reason", default="asked by the provider", help="1 to 31 plain characters")
    add_worker_option(parser)
    add_signing_options(parser)
    options = parser.parse_args(list(arguments))
    if not options.reason.isascii() or not options.reason.isprintable() or not 0 < len(options.reason) < 32:
        parser.error("--reason must have 1 to 31 plain characters")

    async def plan(changes: Changes, _: ProviderChain, number: WorkerId) -> Change:
        return await changes.give_back(number, LeaseId(options.lease), options.reason)

    return change(options, plan)


def _parse_signed(commands: Subcommands, arguments: Sequence[str]) -> argparse.Namespace:
    """The options of commands that each sign something."""
    for one in commands.all:
        add_signing_options(one)
    _add_places(commands)
    return commands.parse(arguments)


def _add_places(commands: Subcommands) -> None:
    for parser in commands.all:
        add_account_options(parser)
        add_worker_option(parser)
