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
from renderchain.core.money import parse_strk
from renderchain.core.scheduling.serving import MOST_JOBS, Serving
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
    text = "accounts whose jobs it schedules (default: anybody's that names it)"
    parser.add_argument("--requesters", nargs="+", default=[], metavar="ACCOUNT", help=text)
    text = "STRK that a frame must pay for its job to be scheduled (default: 0)"
    parser.add_argument("--least-reward", default="0", metavar="STRK", help=text)
    text = f"jobs that it schedules at once on each board (default: {MOST_JOBS})"
    parser.add_argument("--most-jobs", type=int, default=MOST_JOBS, metavar="COUNT", help=text)
    return parser


async def _run(options: argparse.Namespace) -> None:
    proxies = trusted(options.trusted_proxies)
    settings = load_settings(settings_file(options.config))
    pages = Pages(time.time)
    duties = {"schedule": _schedule(settings, pages, serving_of(options))}
    await serve(pages.app(), options.host, options.port, duties, proxies)


def trusted(addresses: Sequence[str]) -> list[str]:
    """As networks; raises SettingsError where one is none."""
    try:
        return [str(ip_network(one)) for one in addresses]
    except ValueError as error:
        raise SettingsError(f"--trusted-proxies: {error}. Name addresses or networks.") from error


def serving_of(options: argparse.Namespace) -> Serving:
    """Whose jobs; raises SettingsError."""
    try:
        requesters = frozenset(int(one, 16) for one in options.requesters)
    except ValueError as error:
        raise SettingsError(f"--requesters: {error}. Name accounts, such as 0x123.") from error
    if options.most_jobs < 1:
        raise SettingsError("--most-jobs: it must be 1 or more.")
    return Serving(requesters, parse_strk(options.least_reward), options.most_jobs)


async def _schedule(settings: Settings, pages: Pages, serving: Serving) -> None:
    """Until cancelled; what is on its way to the chain stays in the outbox for the next start."""
    reporter = LogReporter()
    async with open_scheduler(settings, reporter, serving) as parts:
        named = ", ".join(f"{one:#x}" for one in parts.boards)
        reporter.say(f"Scheduling as {parts.address:#x} on {named}")
        with pages.told_by(parts.boards):
            await parts.run()


def run_program() -> None:
    """As a program."""
    sys.exit(main(sys.argv[1:]))
