"""``account``: keys and accounts of one's own."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from ...composition.keys import (
    back_up,
    checked_key,
    derived_address,
    from_backup,
    keep_account,
    key_place,
    needs_passphrase,
    new_private_key,
    store_key,
)
from ...composition.own_settings import NOT_CHOSEN, OwnSettings
from ...composition.provider import open_deployment, open_provider
from ...core.money import format_strk
from ...ports.provider_chain import ProviderChain
from ...ports.reporter import Reporter
from ...settings import Settings
from ..command_line import given_path, guarded, new_parser, settings_file_of, settings_of
from ..secrets_asked import asked_key, asked_passphrase, new_passphrase
from .common import add_account_options, address, confirmed, look, provider_settings, say
from .profile import worker_key
from .subcommands import Subcommands

PUBLISHED = ("signer",)  # keys of a worker


def account(arguments: Sequence[str]) -> int:
    """Make, import, deploy and show an account."""
    commands = Subcommands("account", "Accounts: an artist's, and those that own and operate workers.")
    commands.add("new", "Make a key; the account can be given STRK before it is deployed.")
    parser = commands.add("import", "Store an account's key, which is asked for.")
    parser.add_argument("address", type=address, nargs="?", help="in a backup it stands already")
    parser.add_argument("--backup", type=given_path, help="a file of `account backup`, in the place of both")
    parser = commands.add("backup", "Seal the key of the settings' account into a new file.")
    parser.add_argument("file", type=given_path)
    deploying = commands.add("deploy", "Bring the settings' account onto the chain, once it has STRK.")
    deploying.add_argument("--yes", action="store_true", help="send without asking")
    commands.add("show", "Show the settings' account: address, STRK, whether it is deployed.")
    for parser in commands.all:
        add_account_options(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
    options = commands.parse(arguments)
    if options.command == "show":
        return look(options, lambda chain, settings: _show(chain, settings, as_json=options.json))
    if options.command == "deploy":
        if options.json and not options.yes:
            commands.error("programs can't be asked: with --json say --yes too")
        return guarded(options, lambda reporter: asyncio.run(_deploy(options, reporter)))
    if options.command == "import" and bool(options.address) == bool(options.backup):
        commands.error("say which account, or give a backup")
    keep = {"new": _new, "import": _import, "backup": _back_up}[options.command]
    return guarded(options, lambda _: keep(options))


def _new(options: argparse.Namespace) -> int:
    key = new_private_key()
    made = derived_address(key)
    place = _keep(options, made, key)
    if options.json:
        say(json.dumps({"account": hex(made), "kept_in": place}))
        return 0
    say(f'account = "{made:#x}"')
    named = "the settings name the account now" if _is_own(options) else "that is the line for the settings"
    say(f"Its key is in {place}; {named}. Send STRK to this address, then deploy it (`account deploy`).")
    say("Keep a copy of the key where this machine's disk can't take it along: nobody else has it.")
    return 0


async def _deploy(options: argparse.Namespace, reporter: Reporter) -> int:
    settings = provider_settings(options)
    tell = reporter.say if options.json else say
    if not await deploy(settings, reporter, confirmed(options), tell):
        return 1
    if options.json:
        async with open_provider(settings, reporter, signs=False) as chain:
            return await _show(chain, settings, as_json=True)
    return 0


def key(arguments: Sequence[str]) -> int:
    """Store the account's key, which no shell keeps and no terminal shows; or publish a worker's."""
    if arguments and arguments[0] in PUBLISHED:
        return worker_key(arguments)
    parser = new_parser(
        "renderchain_key",
        "Store the account's private key (hexadecimal; asked for, or the first line of standard input). "
        "`key signer` publishes the key that checks a worker's results.",
    )
    options = parser.parse_args(list(arguments))

    def run(_: Reporter) -> int:
        settings = settings_of(options)
        say(f"The key of {settings.account:#x} is stored in {store_key(settings, asked_key())}.")
        return 0

    return guarded(options, run)


def _import(options: argparse.Namespace) -> int:
    if options.backup:
        imported, key = from_backup(options.backup, asked_passphrase(options.backup))
    else:
        imported, key = options.address, checked_key(asked_key())
    place = _keep(options, imported, key)
    if options.json:
        say(json.dumps({"account": hex(imported), "kept_in": place}))
    else:
        say(f"The key of {imported:#x} is stored in {place}.")
    return 0


def _back_up(options: argparse.Namespace) -> int:
    settings, file = provider_settings(options), options.file.absolute()
    back_up(settings, file, new_passphrase())
    if options.json:
        say(json.dumps({"account": hex(settings.account), "kept_in": str(file)}))
    else:
        say(f"The key of {settings.account:#x} is sealed in {file}; keep that on another disk.")
    return 0


def _is_own(options: argparse.Namespace) -> bool:
    """Whether it is about the account of the add-on's preferences, as nothing else is named."""
    return options.keystore is None and settings_file_of(options) in (None, OwnSettings().file)


def _keep(options: argparse.Namespace, address: int, key: int) -> str:
    """Keep the key where the options, else the settings say; where that is.

    The preferences' settings name the account from then on.
    """
    if _is_own(options):
        passphrase = new_passphrase() if needs_passphrase() else ""
        return keep_account(OwnSettings(), key, address, passphrase)
    keystore: Path | None = options.keystore
    password: Path | None = options.password_file
    if keystore is None:
        options.account = options.account or NOT_CHOSEN
        settings = provider_settings(options)
        keystore, password = settings.keystore, settings.password_file
    store = key_place(keystore, password, may_make_password=True)
    store.save(address, key)
    return store.place


async def deploy(
    settings: Settings, reporter: Reporter, confirm: Callable[[], bool], say: Callable[[str], None] = say
) -> bool:
    """Bring the settings' account onto the chain unless it is there; False where the answer was no.

    Raises InsufficientFunds, ChangeRefused, KeyStoreError or ChainError.
    """
    async with open_provider(settings, reporter, signs=False) as chain:
        have_fri = await chain.tokens_fri(settings.account)
        if await chain.is_deployed(settings.account):
            say(f"The account {settings.account:#x} is deployed already.")
            return True
    async with open_deployment(settings) as deployment:
        fee = await deployment.fee(settings.fee_limit_fri)
        likely, highest = format_strk(fee.estimated_fri), format_strk(fee.highest_fri)
        say(
            f"Deploying {settings.account:#x} costs about {likely} STRK, at most {highest}; it locks nothing."
        )
        if have_fri >= fee.highest_fri and not confirm():
            say("Nothing was sent.")
            return False
        receipt = await deployment.send(have_fri, fee)
    say(f"Done in block {receipt.block}; the fee was {format_strk(receipt.fee_fri)} STRK.")
    return True


async def _show(chain: ProviderChain, settings: Settings, *, as_json: bool) -> int:
    is_deployed, have_fri = (
        await chain.is_deployed(settings.account),
        await chain.tokens_fri(settings.account),
    )
    operated, owned = await chain.worker_id_of(settings.account), await chain.workers_of(settings.account)
    if as_json:
        facts = {
            "account": hex(settings.account),
            "chain": chain.chain_name,
            "is_deployed": is_deployed,
            "balance_fri": str(have_fri),
            "operates": operated,
            "owns": owned,
        }
        say(json.dumps(facts))
        return 0
    deployed = "deployed" if is_deployed else "not deployed yet"
    say(f"{settings.account:#x} on {chain.chain_name}: {deployed}, {format_strk(have_fri)} STRK")
    say(f"operates worker {operated}" if operated else "operates no worker")
    say(f"owns {', '.join(f'worker {one}' for one in owned)}" if owned else "owns no worker")
    return 0
