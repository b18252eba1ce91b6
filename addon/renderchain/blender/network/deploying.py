"""``network deploy`` and ``network verify``."""

from __future__ import annotations

import argparse
import asyncio
import tomllib
from pathlib import Path

from ...app.network.deploying import (
    Lacking,
    Wanted,
    by_account,
    carry_out,
    check_owner,
    declare,
    finish,
    lacking,
    planned,
    terms,
    those,
    undeclared,
    weigh,
)
from ...app.network.records import read_record
from ...app.network.verifying import verdict, verify
from ...app.provider.change import Change
from ...app.provider.signing import holds, write_calls
from ...composition.network_owner import check_artefacts, known_classes, open_network
from ...composition.own_settings import NOT_CHOSEN
from ...core.errors import SettingsError
from ...core.network_record import CLASSES, MOST_BYTES, NetworkRecord
from ...core.network_rules import Rules, rules_of
from ...core.networks import NETWORKS, network_of
from ...ports.network_chain import Steps
from ...ports.reporter import Reporter
from ..command_line import given_path, guarded
from ..provider.common import address, confirmed, count, say
from .common import SEND, network_settings, path_of

UNREVIEWED = (
    "Nobody outside the project has reviewed the contracts, and no money that matters belongs into them."
)


def add_deploy_options(parser: argparse.ArgumentParser) -> None:
    """What a network is deployed with."""
    text = "whose the Directory is, such as a multisig account (default: the account that deploys)"
    parser.add_argument("--owner", type=address, help=text)
    parser.add_argument("--boards", type=count, help="how many boards it begins with (default: 1)")
    text = "a TOML file with rules that are not to be as usual (docs/deployment.md)"
    parser.add_argument("--rules", type=given_path, help=text)
    text = "only say what is lacking and what it costs by the node's prices of now; needs no key"
    parser.add_argument("--dry-run", action="store_true", help=text)
    parser.add_argument("--yes", action="store_true", help="send without asking")
    text = "where the owner's calls are written if it is another account (default: NAME.calls.json there)"
    parser.add_argument("--print", type=given_path, dest="file", metavar="FILE", help=text)


def deploy(options: argparse.Namespace) -> int:
    """Deploy a network, or what is lacking of it."""

    async def run(reporter: Reporter) -> int:
        rules = _read_rules(options.rules) if options.rules else None
        settings = network_settings(options, None)
        path = path_of(options)
        async with open_network(settings, reporter, options.artefacts, signs=not options.dry_run) as chain:
            owner = options.owner or chain.address
            network = network_of(settings.network, chain.chain_name)
            wanted = Wanted(options.name, network, owner, options.boards, rules)
            record = await planned(chain, path, wanted, known_classes())
            chain.knows(record)
            missing = await lacking(chain, record, known_classes())
            found = by_account(missing, is_owner=owner == chain.address)
            if found.is_nothing and options.dry_run:
                say("Nothing is lacking on the chain, and nothing was sent or written.")
                return 0
            if found.is_nothing:
                finish(path, record, say)
                return 0
            say(
                f"Deploying the network {record.name} on {chain.chain_name}, its Directory at "
                f"{record.directory:#x}:"
            )
            if NETWORKS[network].is_public:
                say(f"  {UNREVIEWED}")
            for line in terms(record, chain.address):
                say(f"  {line}")
            await check_owner(chain, record, found)
            check_artefacts(options.artefacts, found.steps.classes)
            await weigh(chain, found.steps, settings.fee_limit_fri, say)
            if options.dry_run:
                say("Nothing was sent.")
                return 0
            if (found.steps.classes or found.steps.calls) and not confirmed(options)():
                say("Nothing was sent.")
                return 1
            await carry_out(chain, path, record, found, say)
        if found.owners:
            return await _write_owners(options, record, found, reporter)
        finish(path, record, say)
        return 0

    return guarded(options, lambda reporter: asyncio.run(run(reporter)))


async def _write_owners(
    options: argparse.Namespace, record: NetworkRecord, found: Lacking, reporter: Reporter
) -> int:
    """What the owner has to sign where it is another account than the one that deploys."""
    file = options.file or path_of(options).with_suffix(".calls.json")
    settings = network_settings(options, record, hex(record.owner))
    async with open_network(settings, reporter, options.artefacts, signs=False) as chain:
        chain.knows(record)
        say(f"What is left only the owner can do, {record.owner:#x}: name the registry, announce the boards.")
        if holds(file, chain, found.owners):
            say(f"{file} has these calls already.")
        else:
            made = Change(f"Opening the network {record.name}", found.owners, 0, ())
            await write_calls(chain, made, say, file, f"{SEND} {record.name} FILE")
        say("Once they were sent, run network deploy again, with the same options.")
    return 0


def declare_classes(options: argparse.Namespace) -> int:
    """Declare those of this version's classes that the chain lacks, before a board of them is announced."""

    async def run(reporter: Reporter) -> int:
        record = read_record(path_of(options))
        settings = network_settings(options, record)
        async with open_network(settings, reporter, options.artefacts, signs=True) as chain:
            chain.knows(record)
            names = await undeclared(chain, those(known_classes(), CLASSES))
            if not names:
                say("The chain has all classes of this version; nothing was sent.")
                return 0
            check_artefacts(options.artefacts, names)
            say(f"Declaring classes on {chain.chain_name}:")
            await weigh(chain, Steps(tuple(names)), settings.fee_limit_fri, say)
            if not confirmed(options)():
                say("Nothing was sent.")
                return 1
            await declare(chain, names, say)
        return 0

    return guarded(options, lambda reporter: asyncio.run(run(reporter)))


def verify_network(options: argparse.Namespace) -> int:
    """Compare a network with its record; exit code 1 where they differ, or where nobody here can tell."""

    async def run(reporter: Reporter) -> int:
        record = read_record(path_of(options))
        settings = network_settings(options, record, NOT_CHOSEN)
        async with open_network(settings, reporter, options.artefacts, signs=False) as chain:
            found = await verify(chain, record, known_classes())
        for one in found:
            say(one.line)
        say(verdict(found))
        return 0 if all(one.is_right for one in found) else 1

    return guarded(options, lambda reporter: asyncio.run(run(reporter)))


def _read_rules(path: Path) -> Rules:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SettingsError(f"{path} is too long for a network's rules; correct it.")
        return rules_of(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:  # numbers of thousands of digits, too
        raise SettingsError(f"The rules {path} can't be read as TOML ({error}); correct it.") from error
