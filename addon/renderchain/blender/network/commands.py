"""``network``: deploying a network, checking it, and what the owner of its Directory may do."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace

from ...app.network.owning import Owning
from ...app.network.records import read_record, write_record
from ...app.provider.change import Change
from ...app.provider.signing import send_file
from ...composition.network_owner import known_classes, open_network
from ...ports.reporter import Reporter
from ..command_line import given_path, guarded
from ..provider.common import add_signing_options, address, confirmed, say
from ..provider.subcommands import Subcommands
from .common import (
    SEND,
    add_network_options,
    change,
    network_settings,
    owners_settings,
    path_of,
    send_or_write,
)
from .deploying import add_deploy_options, declare_classes, deploy, verify_network

OWNERS = (
    ("pause", "Stop new jobs on all boards, and nothing else."),
    ("resume", "Let new jobs come again."),
    ("retire-board", "Have a board take no new jobs and leases, for good."),
    ("transfer", "Name another owner of the Directory, who must accept."),
    ("accept", "Become the Directory's owner."),
)


def network(arguments: Sequence[str]) -> int:
    """Deploy a network, verify one, and what its owner may do."""
    commands = Subcommands("network", "Deploying, checking and owning a network.")
    add_deploy_options(_added(commands, "deploy", "Deploy a network, or what is lacking of it."))
    text = "Bring this version's classes onto the chain, those that it lacks; any account may."
    parser = _added(commands, "declare", text)
    parser.add_argument("--yes", action="store_true", help="send without asking")
    _added(commands, "verify", "Compare a network with its record; needs no account.")
    text = "Deploy another board and announce it."
    add_signing_options(_added(commands, "announce-board", text), SEND)
    for name, text in OWNERS:
        parser = _added(commands, name, text)
        add_signing_options(parser, SEND)
        if name in ("retire-board", "transfer"):
            parser.add_argument("address", type=address)
    parser = _added(commands, "send", "Sign and send the owner's calls that --print wrote.")
    parser.add_argument("calls", type=given_path)
    parser.add_argument("--yes", action="store_true", help="send without asking")
    options = commands.parse(arguments)
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    match options.command:
        case "deploy":
            return deploy(options)
        case "declare":
            return declare_classes(options)
        case "verify":
            return verify_network(options)
        case "announce-board":
            return _announce(options)
        case "send":
            return _send(options)
    return change(options, lambda owning: _changed(owning, options))


async def _changed(owning: Owning, options: argparse.Namespace) -> Change:
    match options.command:
        case "retire-board":
            return owning.retire(options.address)
        case "transfer":
            return owning.transfer(options.address)
        case "accept":
            return owning.accept()
    return owning.pause(options.command == "pause")


def _added(commands: Subcommands, name: str, text: str) -> argparse.ArgumentParser:
    parser = commands.add(name, text)
    add_network_options(parser)
    return parser


def _announce(options: argparse.Namespace) -> int:
    """Another board; where an earlier run was ended before it was noted, it is noted now."""

    async def run(reporter: Reporter) -> int:
        path = path_of(options)
        record = read_record(path)
        settings = await owners_settings(options, record, reporter)
        async with open_network(settings, reporter, options.artefacts, signs=options.file is None) as chain:
            chain.knows(record)
            standing = await chain.standing(record.directory)
            owning = Owning(chain, record, standing, known_classes())
            board = owning.next_board
            if not owning.is_announced:
                code = await send_or_write(chain, await owning.announce(), options)
                if code or options.file is not None:
                    return code
        write_record(path, replace(record, boards=(*record.boards, board)))
        say(f"The board {board.address:#x} is announced; {path} has it.")
        return 0

    return guarded(options, lambda reporter: asyncio.run(run(reporter)))


def _send(options: argparse.Namespace) -> int:
    async def run(reporter: Reporter) -> int:
        record = read_record(path_of(options))
        async with open_network(
            network_settings(options, record), reporter, options.artefacts, signs=True
        ) as chain:
            chain.knows(record)
            receipt = await send_file(chain, options.calls, say, confirmed(options))
        return 0 if receipt else 1

    return guarded(options, lambda reporter: asyncio.run(run(reporter)))


NETWORK_COMMANDS = {"network": network}
