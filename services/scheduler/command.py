"""Start a scheduler: ``python -m services.scheduler --config FILE``."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web
from renderchain.composition.own_settings import settings_file
from renderchain.composition.scheduler import open_scheduler
from renderchain.core.errors import RenderChainError, SettingsError
from renderchain.core.exit_codes import exit_code_of
from renderchain.core.notices import Notice
from renderchain.core.notices.lines import to_line
from renderchain.core.notices.process import Remark
from renderchain.settings import Settings, load_settings

from .pages import Pages

HOST, PORT = "127.0.0.1", 8752
GRACE_S = 5.0  # for answers under way


class JsonLines:
    """A reporter that writes each notice as a line of JSON to the standard error."""

    def tell(self, notice: Notice) -> None:
        """Write one, unless it is for metrics alone."""
        if not notice.is_quiet:
            print(to_line(notice, time.time()), file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """The same for a plain sentence."""
        self.tell(Remark(text))

    def progress(self, what: str, done: int, total: int) -> None:
        """Nobody looks at it."""


def main(arguments: Sequence[str]) -> int:
    """Schedule until told to end; returns the exit code."""
    options = _parser().parse_args(list(arguments))
    try:
        asyncio.run(run(load_settings(settings_file(options.config)), options.host, options.port))
    except RenderChainError as error:
        print(error, file=sys.stderr)
        return exit_code_of(error)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.scheduler",
        description="Assign the leases of jobs that name the settings' account as their scheduler.",
    )
    parser.add_argument("--config", type=Path, help="settings file (default: as for other commands)")
    parser.add_argument("--host", default=HOST, help=f"where to listen (default: {HOST}, this machine alone)")
    parser.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    return parser


async def run(settings: Settings, host: str, port: int) -> None:
    """Until SIGTERM or SIGINT; what is on its way to the chain stays in the outbox for the next start."""
    stop, reporter = asyncio.Event(), JsonLines()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_scheduler(settings, reporter, stop) as parts:
        pages = Pages(parts.scheduler, parts.intake, time.time)
        runner = web.AppRunner(pages.app(), access_log=None, shutdown_timeout=GRACE_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            reporter.say(f"Scheduling as {parts.address:#x}, answering on http://{host}:{port}")
            await parts.scheduler.run(stop)
        except OSError as error:
            raise SettingsError(
                f"Nothing can listen on {host}:{port} ({error.strerror or error}): name another --port."
            ) from error
        finally:
            await runner.cleanup()


def run_program() -> None:
    """As a program."""
    sys.exit(main(sys.argv[1:]))
