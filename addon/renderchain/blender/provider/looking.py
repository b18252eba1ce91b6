"""Status, earnings, pausing; and sending what was made up elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ...app.provider.control import read_control, write_control
from ...app.provider.doctor_machine import examine_watchtower
from ...app.provider.earnings import csv_of, earnings_of, table_of
from ...app.provider.signing import send_file
from ...app.provider.status import status_of
from ...composition.provider import open_provider
from ...core.worker_control import Control
from ...ports.provider_chain import ProviderChain
from ...ports.reporter import Reporter
from ...settings import Settings
from ..command_line import given_path, guarded
from .common import (
    add_worker_option,
    chosen_worker,
    confirmed,
    count,
    look,
    provider_parser,
    provider_settings,
    say,
)


def status(arguments: Sequence[str]) -> int:
    """How a worker stands."""
    parser = provider_parser("status", "Show a worker's stake, profile, leases and what it is owed.")
    add_worker_option(parser)
    options = parser.parse_args(list(arguments))

    async def show(chain: ProviderChain, settings: Settings) -> int:
        number = await chosen_worker(chain, options.worker)
        for line in await status_of(chain, number, read_control(settings.folder)):
            say(line)
        say(f"watchtower: {examine_watchtower(settings.watchtower_key).text}")
        return 0

    return look(options, show)


def earnings(arguments: Sequence[str]) -> int:
    """What a worker earned and lost."""
    parser = provider_parser("earnings", "Show what a worker was paid and what it lost.")
    parser.add_argument("--csv", action="store_true", help="comma-separated values instead of a table")
    parser.add_argument("--from-block", type=count, default=0, help="leave out what is older")
    add_worker_option(parser)
    options = parser.parse_args(list(arguments))

    async def show(chain: ProviderChain, _: Settings) -> int:
        earned = await earnings_of(chain, await chosen_worker(chain, options.worker), options.from_block)
        print(
            csv_of(earned) if options.csv else table_of(earned), end="" if options.csv else "\n", flush=True
        )
        return 0

    return look(options, show)


def send(arguments: Sequence[str]) -> int:
    """Sign and send what another machine wrote down."""
    parser = provider_parser("send", "Sign and send the calls that another machine wrote with --print.")
    parser.add_argument("file", type=given_path)
    parser.add_argument("--yes", action="store_true", help="send without asking")
    options = parser.parse_args(list(arguments))

    async def run(reporter: Reporter) -> int:
        async with open_provider(provider_settings(options), reporter) as chain:
            receipt = await send_file(chain, options.file, say, confirmed(options))
        if receipt and receipt.worker_id:
            say(f"The worker has the number {receipt.worker_id}.")
        return 0 if receipt else 1

    return guarded(options, lambda reporter: asyncio.run(run(reporter)))


def _told(name: str, text: str, control: Control) -> Callable[[Sequence[str]], int]:
    def command(arguments: Sequence[str]) -> int:
        options = provider_parser(name, text).parse_args(list(arguments))

        def run(_: Reporter) -> int:
            say(f"Written to {write_control(provider_settings(options).folder, control)}. {text}")
            return 0

        return guarded(options, run)

    command.__doc__ = text
    return command


pause = _told("pause", "The worker claims nothing until it is resumed.", Control(paused=True))
resume = _told("resume", "The worker works as usual.", Control())
drain = _told(
    "drain", "The worker claims nothing more, and ends once its leases have.", Control(draining=True)
)
