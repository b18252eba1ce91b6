"""What a network's commands share: its record, whose account, and how a change of its owner is sent."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from ...app.network.owning import Owning
from ...app.network.records import read_record, record_file
from ...app.provider.change import Change
from ...app.provider.signing import carry_out, make_file
from ...composition.network_owner import ARTEFACTS, known_classes, open_network
from ...composition.own_settings import NOT_CHOSEN
from ...core.errors import ChangeRefused
from ...core.network_record import NetworkRecord
from ...ports.network_chain import NetworkChain
from ...ports.reporter import Reporter
from ...settings import Settings
from ..command_line import given_path, guarded, real_path, settings_of
from ..provider.common import add_account_options, confirmed, say

RECORDS = Path("networks")
SEND = "renderchain network send"


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """Which network, whose account, and where the compiled contracts are."""
    parser.add_argument("name", help="the network's name, of which its record has its own: NAME.toml")
    text = "the folder of the records (default: networks, below this one)"
    parser.add_argument("--records", type=given_path, default=RECORDS, help=text)
    text = "the folder of the compiled contracts (default: the repository's)"
    parser.add_argument("--artefacts", type=given_path, default=ARTEFACTS, help=text)
    add_account_options(parser)


def path_of(options: argparse.Namespace) -> Path:
    """Where the record is; raises SettingsError for what can be no name."""
    return record_file(real_path(options.records), options.name)


def network_settings(
    options: argparse.Namespace, record: NetworkRecord | None, account: str | None = None
) -> Settings:
    """The settings that the options name; a record says which network it is. Raises SettingsError."""
    places = {name: getattr(options, name) for name in ("keystore", "password_file")}
    chosen: dict[str, object] = {name: str(real_path(one)) if one else None for name, one in places.items()}
    chosen["directory"] = hex(record.directory) if record else NOT_CHOSEN
    if record:
        chosen["network"] = record.network
    return settings_of(options, account=account or options.account, **chosen)


Plan = Callable[[Owning], Awaitable[Change]]


def change(options: argparse.Namespace, plan: Plan) -> int:
    """Say what a change of the network costs, ask, and send it, or write it down; the exit code."""

    async def run(reporter: Reporter) -> int:
        record = read_record(path_of(options))
        settings = await owners_settings(options, record, reporter)
        async with open_network(settings, reporter, options.artefacts, signs=options.file is None) as chain:
            chain.knows(record)
            standing = await chain.standing(record.directory)
            made = await plan(Owning(chain, record, standing, known_classes()))
            return await send_or_write(chain, made, options)

    return guarded(options, lambda reporter: asyncio.run(run(reporter)))


async def send_or_write(chain: NetworkChain, made: Change, options: argparse.Namespace) -> int:
    """What ``change`` ends with: 0 where it was sent or written, 1 where the answer was no."""
    if options.file is not None:
        await make_file(chain, made, say, options.file, f"{SEND} {options.name} FILE")
        return 0
    return 0 if await carry_out(chain, made, say, confirmed(options)) else 1


async def owners_settings(options: argparse.Namespace, record: NetworkRecord, reporter: Reporter) -> Settings:
    """For calls that are written down, those of the Directory's owner unless another account is named.

    Raises ChangeRefused where that can't be the one: the present owner does not accept its own Directory.
    """
    if options.file is None or options.account:
        return network_settings(options, record)
    if options.command == "accept":
        raise ChangeRefused("Say with --account which account accepts: it is not the present owner's to do.")
    async with open_network(network_settings(options, record, NOT_CHOSEN), reporter, signs=False) as chain:
        owner = (await chain.standing(record.directory)).owner
    return network_settings(options, record, hex(owner))
