"""``account``: keys and accounts of one's own."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ...composition.provider import (
    derived_address,
    key_place,
    new_private_key,
    open_deployment,
    open_provider,
    store_key,
)
from ...core.errors import KeyStoreError
from ...core.money import format_strk
from ...ports.key_store import KeyStore
from ...ports.provider_chain import ProviderChain
from ...ports.reporter import Reporter
from ...settings import Settings
from ..command_line import guarded, new_parser, settings_file_of, settings_of
from .common import add_account_options, address, confirmed, look, provider_settings, say
from .profile import worker_key
from .subcommands import Subcommands

NO_ACCOUNT = "0x1"  # until there is one, the settings need an address that nothing looks at
PUBLISHED = ("signer",)  # keys of a worker


def account(arguments: Sequence[str]) -> int:
    """Make, import, deploy and show an account."""
    commands = Subcommands("account", "The accounts that own and operate workers.")
    parser = commands.add("new", "Make a key; the account can be given STRK before it is deployed.")
    parser = commands.add("import", "Store an account's key (hexadecimal, on standard input).")
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
    store, key = _store(options, may_make_password=True), new_private_key()
    made = derived_address(key)
    store.save(made, key)
    say(f'account = "{made:#x}"')
    say("That is the line for the settings. Send STRK to this address, then deploy it (`account deploy`).")
    say("Keep a copy of the key where this machine's disk can't take it along: nobody else has it.")
    return 0


def key(arguments: Sequence[str]) -> int:
    """Store the account's key, read from standard input so that no shell keeps it; or publish a worker's."""
    if arguments and arguments[0] in PUBLISHED:
        return worker_key(arguments)
    parser = new_parser(
        "renderchain_key",
        "Store the account's private key (hexadecimal, on standard input). `key signer` publishes the key "
        "that checks a worker's results.",
    )
    options = parser.parse_args(list(arguments))

    def run(_: Reporter) -> int:
        settings = settings_of(options)
        store_key(settings, _key_on_standard_input())
        return 0

    return guarded(options, run)


def _key_on_standard_input() -> int:
    try:
        return int(sys.stdin.readline().strip(), 16)
    except ValueError:
        raise KeyStoreError("Standard input holds no hexadecimal key; nothing was stored.") from None


def _import(options: argparse.Namespace) -> int:
    key = _key_on_standard_input()
    _store(options, may_make_password=True).save(options.address, key)
    say(f"The key of {options.address:#x} is stored.")
    return 0


def _store(options: argparse.Namespace, *, may_make_password: bool) -> KeyStore:
    """Where the options, else the settings, else nobody but the system's keyring would keep the key."""
    keystore: Path | None = options.keystore
    password: Path | None = options.password_file
    if keystore is None and settings_file_of(options) is not None:
        options.account = options.account or NO_ACCOUNT
        settings = provider_settings(options)
        keystore, password = settings.keystore, settings.password_file
    return key_place(keystore, password, may_make_password=may_make_password)


async def deploy(settings: Settings, reporter: Reporter, confirm: Callable[[], bool]) -> bool:
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
