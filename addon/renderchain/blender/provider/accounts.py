"""``account``: keys and accounts of one's own."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from ...composition.keys import (
    checked_key,
    derived_address,
    keep_account,
    key_place,
    needs_passphrase,
    new_private_key,
    store_key,
)
from ...composition.own_settings import NOT_CHOSEN, OwnSettings
from ...composition.provider import open_deployment, open_provider
from ...core.money import format_strk
from ...ports.key_store import KeyStore
from ...ports.provider_chain import ProviderChain
from ...ports.reporter import Reporter
from ...settings import Settings
from ..command_line import guarded, new_parser, settings_file_of, settings_of
from ..secrets_asked import asked_key, new_passphrase
from .common import add_account_options, address, confirmed, look, provider_settings, say
from .profile import worker_key
from .subcommands import Subcommands

PUBLISHED = ("signer", "scene")  # keys of a worker


def account(arguments: Sequence[str]) -> int:
    """Make, import, deploy and show an account."""
    commands = Subcommands("account", "The accounts that own and operate workers.")
    parser = commands.add("new", "Make a key; the account can be given STRK before it is deployed.")
    parser = commands.add("import", "Store an account's key, which is asked for.")
    parser.add_argument("address", type=address)
    parser = commands.add("deploy", "Bring the settings' account onto the chain, once it has STRK.")
    parser.add_argument("--yes", action="store_true", help="send without asking")
    commands.add("show", "Show the settings' account: address, STRK, whether it is deployed.")
    for parser in commands.all:
        add_account_options(parser)
    options = commands.parse(arguments)
    if options.command == "show":
        return look(options, _show)

    def run(reporter: Reporter) -> int:
        if options.command == "deploy":
            settings = provider_settings(options)
            return 0 if asyncio.run(deploy(settings, reporter, confirmed(options))) else 1
        return _new(options) if options.command == "new" else _import(options)

    return guarded(options, run)


def _new(options: argparse.Namespace) -> int:
    key = new_private_key()
    made = derived_address(key)
    if _is_own(options):
        say(f"The key of {made:#x} is in {_keep(made, key)}; the settings name the account now.")
    else:
        store = _store(options, may_make_password=True)
        store.save(made, key)
        say(f'account = "{made:#x}"')
        say(f"That is the line for the settings; its key is in {store.place}.")
    say(f"Send STRK to {made:#x}, then deploy it (`account deploy`).")
    say("Keep a copy of the key where this machine's disk can't take it along: nobody else has it.")
    return 0


def key(arguments: Sequence[str]) -> int:
    """Store the account's key, which no shell keeps and no terminal shows; or publish a worker's."""
    if arguments and arguments[0] in PUBLISHED:
        return worker_key(arguments)
    parser = new_parser(
        "renderchain_key",
        "Store the account's private key (hexadecimal; asked for, or the first line of standard input). "
        "`key signer` and `key scene` publish keys of a worker.",
    )
    options = parser.parse_args(list(arguments))

    def run(_: Reporter) -> int:
        settings = settings_of(options)
        say(f"The key of {settings.account:#x} is stored in {store_key(settings, asked_key())}.")
        return 0

    return guarded(options, run)


def _import(options: argparse.Namespace) -> int:
    key = checked_key(asked_key())
    if _is_own(options):
        place = _keep(options.address, key)
    else:
        store = _store(options, may_make_password=True)
        store.save(options.address, key)
        place = store.place
    say(f"The key of {options.address:#x} is stored in {place}.")
    return 0


def _is_own(options: argparse.Namespace) -> bool:
    """Whether it is about the account of the add-on's preferences, as nothing else is named."""
    return options.keystore is None and settings_file_of(options) in (None, OwnSettings().file)


def _keep(address: int, key: int) -> str:
    """Have the preferences' settings name the account from now on; where its key is."""
    passphrase = new_passphrase() if needs_passphrase() else ""
    return keep_account(OwnSettings(), key, address, passphrase)


def _store(options: argparse.Namespace, *, may_make_password: bool) -> KeyStore:
    """Where the options, else the settings, would keep the key."""
    keystore: Path | None = options.keystore
    password: Path | None = options.password_file
    if keystore is None:
        options.account = options.account or NOT_CHOSEN
        settings = provider_settings(options)
        keystore, password = settings.keystore, settings.password_file
    return key_place(keystore, password, may_make_password=may_make_password)


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


async def _show(chain: ProviderChain, settings: Settings) -> int:
    deployed = "deployed" if await chain.is_deployed(settings.account) else "not deployed yet"
    have = format_strk(await chain.tokens_fri(settings.account))
    say(f"{settings.account:#x} on {chain.chain_name}: {deployed}, {have} STRK")
    operated, owned = await chain.worker_id_of(settings.account), await chain.workers_of(settings.account)
    say(f"operates worker {operated}" if operated else "operates no worker")
    say(f"owns {', '.join(f'worker {one}' for one in owned)}" if owned else "owns no worker")
    return 0
