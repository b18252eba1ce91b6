"""The command line, the same with the Blender application and with the bpy module:

blender -b FILE --command renderchain_submit --frames 1-8 --wait --output DIR
python -m renderchain submit FILE --frames 1-8 --wait --output DIR
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import bpy

from ..composition.requester import make_requester
from ..composition.worker import run_worker
from ..core.money import parse_strk
from ..core.plain_text import plain
from ..settings import Settings
from .benchmark_command import benchmark
from .command_line import (
    guarded,
    new_parser,
    settings_of,
    told_to_end,
)
from .console import ConsoleReporter
from .packing_commands import pack, preflight
from .probe_command import probe
from .provider.table import PROVIDER_COMMANDS
from .record_command import record
from .render_command import render
from .seen import Seen, seen
from .submit_command import follow, submit
from .watchtower_command import watchtower


def download(arguments: Sequence[str]) -> int:
    """Follow a job to its end and download its frames."""
    parser = new_parser("renderchain_download", "Fetch a job's frames, check them, and pay for them.")
    parser.add_argument("job", type=int)
    parser.add_argument("--output", type=Path, help="folder for the frames; default: as submitted")
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        requester = make_requester(settings_of(options), reporter, bpy.app.binary_path)
        return follow(requester, options.job, options.output)

    return guarded(options, run)


def jobs(arguments: Sequence[str]) -> int:
    """List the jobs submitted from here."""
    options = new_parser("renderchain_jobs", "List the jobs submitted from here.").parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        for entry in make_requester(settings_of(options), reporter).jobs():
            print(f"{entry.job_id}\t{entry.state}\t{entry.name}\t{plain(entry.output)}")
        return 0

    return guarded(options, run)


def cancel(arguments: Sequence[str]) -> int:
    """Cancel a job."""
    parser = new_parser("renderchain_cancel", "Take back the frames that nobody has claimed.")
    parser.add_argument("job", type=int)
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        asyncio.run(make_requester(settings_of(options), reporter).cancel(options.job))
        return 0

    return guarded(options, run)


def top_up(arguments: Sequence[str]) -> int:
    """Put more money into a job."""
    parser = new_parser("renderchain_top_up", "Add to a job's audit pool, or raise what its frames pay.")
    parser.add_argument("job", type=int)
    parser.add_argument(
        "--pool", default="0", help="STRK to add for audits; what they do not need comes back"
    )
    parser.add_argument("--reward", help="STRK that new leases pay per frame; never less than now")
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        reward_fri = parse_strk(options.reward) if options.reward is not None else None
        requester, more_fri = make_requester(settings_of(options), reporter), parse_strk(options.pool)
        asyncio.run(requester.top_up(options.job, more_pool_fri=more_fri, reward_fri=reward_fri))
        return 0

    return guarded(options, run)


def challenge(arguments: Sequence[str]) -> int:
    """Doubt a lease."""
    parser = new_parser("renderchain_challenge", "Have verifiers look at a lease, inside its window.")
    parser.add_argument("lease", type=int)
    text = "1 to 8 leaves, by task, tile and view layer; without any, whether the results can be had"
    parser.add_argument("--leaves", type=int, nargs="+", default=[], help=text)
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        requester = make_requester(settings_of(options), reporter)
        asyncio.run(requester.challenge(options.lease, options.leaves))
        return 0

    return guarded(options, run)


def draws(arguments: Sequence[str]) -> int:
    """Audits drawn against audits expected; exit code 1 if that is no chance."""
    parser = new_parser("renderchain_draws", "Count the board's draws: is every rate what it promises?")
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        count = asyncio.run(make_requester(settings_of(options), reporter).draws())
        expected = f"{count.expected:.1f} expected (standard deviation {count.deviation:.1f})"
        print(f"{count.leases} leases drawn: {count.audits} audits, {expected}", flush=True)
        return 0 if count.is_plausible else 1

    return guarded(options, run)


def worker(arguments: Sequence[str]) -> int:
    """Render for the network until interrupted."""
    parser = new_parser("renderchain_worker", "Render for the network and be paid.")
    parser.add_argument("--device", help="AUTO, CPU, OPTIX, CUDA, HIP, ONEAPI or METAL")
    parser.add_argument("--name", default="", help="shown in every line")
    text = "show in the terminal what it does, instead of lines; they go to FOLDER/logs/worker.log"
    parser.add_argument("--once", action="store_true", help="take one lease, see it settled, and end")
    parser.add_argument("--view", action="store_true", help=text)
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        settings = settings_of(options, device=options.device)
        with seen(settings, reporter, options.name, "worker.log", view=options.view) as watched:
            asyncio.run(_work(settings, watched, once=options.once))
        return 0

    return guarded(options, run)


async def _work(settings: Settings, watched: Seen, *, once: bool) -> None:
    async with watched.beating():
        await run_worker(settings, watched.reporter, own=bpy.app.binary_path, stop=told_to_end(), once=once)


COMMANDS = {
    "submit": submit,
    "preflight": preflight,
    "pack": pack,
    "render": render,
    "record": record,
    "probe": probe,
    "download": download,
    "jobs": jobs,
    "cancel": cancel,
    "top_up": top_up,
    "challenge": challenge,
    "draws": draws,
    "worker": worker,
    "watchtower": watchtower,
    "benchmark": benchmark,
    **PROVIDER_COMMANDS,
}
