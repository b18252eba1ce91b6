"""A worker that cheats with the leases that it renders.

    python -m devkit.cheats.worker --config FILE --cheat NAME [--share S] [--seed N] [--from-exp E]

With ``--from-exp`` it is honest with leases that chance audits more often than 1 time in 2^E, until its
record brings it others. It ends by itself when it is caught.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import bpy  # noqa: F401 - as a Python module it has to come first
from renderchain.blender.command_line import told_to_end
from renderchain.blender.console import FORMS, ConsoleReporter
from renderchain.composition.worker import run_worker
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices import Notice
from renderchain.core.notices.leases import LeaseNotAccepted
from renderchain.ports.renderer import Renderer
from renderchain.settings import load_settings

from .patience import Patience
from .renderer import CHEATS, CheatingRenderer


class Watchful(ConsoleReporter):
    """Lets patience hear what is told, and stops the worker when it was caught."""

    def __init__(self, name: str, form: str, stop: asyncio.Event, patience: Patience) -> None:
        super().__init__(name, form)
        self._stop = stop
        self._patience = patience

    def tell(self, notice: Notice) -> None:
        """Print, and stop after a rejection."""
        super().tell(notice)
        self._patience.note(notice)
        if isinstance(notice, LeaseNotAccepted) and notice.state is LeaseState.REJECTED:
            self._stop.set()


async def work(options: argparse.Namespace) -> None:
    """Cheat until caught or ended."""
    stop = told_to_end()
    settings = load_settings(options.config, {"appeals": "false"})
    patience = Patience(options.from_exp)
    reporter = Watchful(options.name, options.log, stop, patience)
    reporter.say(f"Cheating: {options.cheat}")

    def cheating(honest: Renderer) -> Renderer:
        return CheatingRenderer(honest, options.cheat, options.share, options.seed, patience.is_over)

    await run_worker(settings, reporter, own="", stop=stop, cheating=cheating)


def main() -> int:
    """Read the options and work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--cheat", choices=CHEATS, required=True)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--from-exp", type=int, default=0)
    parser.add_argument("--name", default="")
    parser.add_argument("--log", choices=FORMS, default="")
    asyncio.run(work(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
