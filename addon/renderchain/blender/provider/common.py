"""What a provider's commands share: whose account, which worker, and how a change is asked about and sent.

Nothing here needs bpy, so that a machine that only signs needs no Blender.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from ...app.provider.change import Change
from ...app.provider.changes import Changes
from ...app.provider.signing import carry_out, make_file
from ...composition.provider import open_provider
from ...core.errors import ChangeRefused, SettingsError
from ...core.ids import WorkerId
from ...core.money import parse_strk
from ...ports.provider_chain import ProviderChain
from ...ports.reporter import Reporter
from ...settings import Settings
from ..command_line import given_path, guarded, new_parser, real_path, settings_of, worker_number

Plan = Callable[[Changes, ProviderChain, WorkerId], Awaitable[Change]]


def provider_parser(name: str, description: str) -> argparse.ArgumentParser:
    """A command's parser, with whose account it is about."""
    parser = new_parser(f"renderchain_{name}", description)
    add_account_options(parser)
    return parser


def add_account_options(parser: argparse.ArgumentParser) -> None:
    """Another account than the settings', and where its key is."""
    parser.add_argument("--account", help="another account than the settings', such as the owner's")
    parser.add_argument("--keystore", type=given_path, help="where its key is, if not where the settings say")
    parser.add_argument("--password-file", type=given_path, help="the keystore's password")


def add_worker_option(parser: argparse.ArgumentParser) -> None:
    """Which worker a command is about."""
    text = "the worker's number; default: the one that the account operates or owns"
    parser.add_argument("--worker", type=worker_number, help=text)


def add_signing_options(parser: argparse.ArgumentParser, command: str = "renderchain send") -> None:
    """How a change is agreed to and where it is signed."""
    parser.add_argument("--yes", action="store_true", help="send without asking")
    text = f"write the calls into this file instead, for `{command}` on the machine with the key"
    parser.add_argument("--print", type=given_path, dest="file", metavar="FILE", help=text)


def provider_settings(options: argparse.Namespace) -> Settings:
    """The settings that the options name; raises SettingsError."""
    places = {name: getattr(options, name) for name in ("keystore", "password_file")}
    chosen = {name: str(real_path(one)) if one else None for name, one in places.items()}
    return settings_of(options, account=options.account, **chosen)


def change(options: argparse.Namespace, plan: Plan, *, needs_worker: bool = True) -> int:
    """Say what a change costs, ask, and send it, or write it down; returns the exit code."""

    async def run(reporter: Reporter) -> int:
        settings = provider_settings(options)
        async with open_provider(settings, reporter, signs=options.file is None) as chain:
            number = await chosen_worker(chain, options.worker) if needs_worker else WorkerId(0)
            made = await plan(Changes(chain), chain, number)
            return await send_or_write(chain, made, options)

    return guarded(options, lambda reporter: asyncio.run(run(reporter)))


async def send_or_write(chain: ProviderChain, made: Change, options: argparse.Namespace) -> int:
    """What ``change`` ends with: 0 where it was sent or written, 1 where the answer was no."""
    if options.file is not None:
        await make_file(chain, made, say, options.file)
        return 0
    receipt = await carry_out(chain, made, say, confirmed(options))
    if receipt and receipt.worker_id:
        say(f"The worker has the number {receipt.worker_id}.")
    return 0 if receipt else 1


def look(options: argparse.Namespace, work: Callable[[ProviderChain, Settings], Awaitable[int]]) -> int:
    """Read something of the network, without the key; returns the exit code."""

    async def run(reporter: Reporter) -> int:
        settings = provider_settings(options)
        async with open_provider(settings, reporter, signs=False) as chain:
            return await work(chain, settings)

    return guarded(options, lambda reporter: asyncio.run(run(reporter)))


async def chosen_worker(chain: ProviderChain, named: int | None) -> WorkerId:
    """The worker that was named, or the only one that it can be; raises ChangeRefused."""
    if named is not None:
        return WorkerId(named)
    operated = await chain.worker_id_of(chain.address)
    if operated:
        return operated
    owned = await chain.workers_of(chain.address)
    if len(owned) == 1:
        return owned[0]
    if owned:
        numbers = ", ".join(map(str, owned))
        raise ChangeRefused(f"{chain.address:#x} owns the workers {numbers}; say which with --worker.")
    raise ChangeRefused(
        f"{chain.address:#x} neither operates nor owns a worker; register one first, or say which with "
        "--worker."
    )


def confirmed(options: argparse.Namespace) -> Callable[[], bool]:
    """Whether the person wants it: asked on the terminal, unless they said so before."""

    def ask() -> bool:
        if options.yes:
            return True
        try:
            return input("Send it? [y/N] ").strip().lower() in ("y", "yes")
        except (EOFError, ValueError, RuntimeError):  # nobody is there to say yes
            return False

    return ask


def say(text: str) -> None:
    """A line for the person who ran the command."""
    print(text, flush=True)


def amount(text: str) -> int:
    """An option's STRK, in fri."""
    try:
        return parse_strk(text.removesuffix("STRK"))
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def address(text: str) -> int:
    """An option's address."""
    try:
        number = int(text, 16)
    except ValueError:
        number = 0
    if not 0 < number < 2**251:
        raise argparse.ArgumentTypeError(f"{text!r:.20} is no address; write it as 0x…")
    return number


def count(text: str) -> int:
    """An option's whole number, 0 or more."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r:.20} is no whole number")
    return int(text)
