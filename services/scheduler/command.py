"""Start a scheduler: ``python -m services.scheduler --config FILE``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

from renderchain.composition.own_settings import settings_file
from renderchain.composition.scheduler import open_scheduler
from renderchain.core.errors import SettingsError
from renderchain.settings import Settings, load_settings

from services.common.logs import LogReporter
from services.common.service import run_service, serve

from .pages import Pages

HOST, PORT = "127.0.0.1", 8752


def main(arguments: Sequence[str]) -> int:
    """Schedule until told to end; returns the exit code."""
    options = _parser().parse_args(list(arguments))
    return run_service("scheduler", lambda: _run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.scheduler",
        description="Assign the leases of jobs that name the settings' account as their scheduler.",
    )
    parser.add_argument("--config", type=Path, help="settings file (default: as for other commands)")
    parser.add_argument("--host", default=HOST, help=f"where to listen (default: {HOST}, this machine alone)")
    parser.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    text = "addresses or networks of web servers before it, whose X-Forwarded-For is believed (default: none)"
    parser.add_argument("--trusted-proxies", nargs="+", default=[], metavar="ADDRESS", help=text)
    return parser


async def _run(options: argparse.Namespace) -> None:
    proxies = trusted(options.trusted_proxies)
    settings = load_settings(settings_file(options.config))
    pages = Pages(time.time)
    duties = {"schedule": _schedule(settings, pages)}
    await serve(pages.app(), options.host, options.port, duties, proxies)


def trusted(addresses: Sequence[str]) -> list[str]:
    """As networks; raises SettingsError where one is none."""
    try:
        return [str(ip_network(one)) for one in addresses]
    except ValueError as error:
        raise SettingsError(f"--trusted-proxies: {error}. Name addresses or networks.") from error


async def _schedule(settings: Settings, pages: Pages) -> None:
    """Until cancelled; what is on its way to the chain stays in the outbox for the next start."""
    reporter = LogReporter()
    async with open_scheduler(settings, reporter) as parts:
        reporter.say(f"Scheduling as {parts.address:#x}")
        with pages.told_by(parts.scheduler, parts.intake):
            await parts.scheduler.run()


def run_program() -> None:
    """As a program."""
    sys.exit(main(sys.argv[1:]))
