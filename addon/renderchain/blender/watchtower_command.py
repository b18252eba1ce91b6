"""Standing by for workers that may be down:

blender -b --command renderchain_watchtower --config FILE
python -m renderchain watchtower --config FILE
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..composition.watchtower import run_watchtower
from ..settings import Settings
from .command_line import guarded, new_parser, settings_of, told_to_end
from .console import ConsoleReporter
from .seen import Seen, seen


def watchtower(arguments: Sequence[str]) -> int:
    """Answer for workers in audits until interrupted; returns the exit code."""
    parser = new_parser("renderchain_watchtower", "Answer in audits for workers that are down.")
    parser.add_argument("--name", default="", help="shown in every line")
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        settings = settings_of(options)
        with seen(settings, reporter, options.name, "watchtower.log") as watched:
            asyncio.run(_watch(settings, watched))
        return 0

    return guarded(options, run)


async def _watch(settings: Settings, watched: Seen) -> None:
    async with watched.beating():
        await run_watchtower(settings, watched.reporter, told_to_end())
