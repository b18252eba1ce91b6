"""The command line, the same with the Blender application and with the bpy module:

blender -b FILE --command renderchain_submit --frames 1-8 --wait --output DIR
python -m renderchain submit FILE --frames 1-8 --wait --output DIR
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import bpy

from ..composition.requester import make_requester
from ..composition.view_keys import write_view_key
from ..composition.worker import run_worker
from ..settings import Settings
from .benchmark_command import benchmark
from .command_line import (
    add_board_option,
    chain_number,
    given_path,
    guarded,
    new_parser,
    real_path,
    settings_of,
    told_to_end,
)
from .console import ConsoleReporter
from .job_commands import JOB_COMMANDS
from .network.commands import NETWORK_COMMANDS
from .packing_commands import pack, preflight
from .probe_command import probe
from .provider.table import PROVIDER_COMMANDS
from .receipt_command import OFFLINE_COMMANDS
from .record_command import record
from .render_command import render
from .seen import Seen, seen
from .sketch_command import sketch
from .submit_command import submit
from .watchtower_command import watchtower


def share_key(arguments: Sequence[str]) -> int:
    """Write a private job's key for a watchtower."""
    parser = new_parser("renderchain_share_key", "Let a watchtower give workers a private job's key.")
    parser.add_argument("job", type=chain_number)
    parser.add_argument(
        "folder", type=given_path, help="the watchtower's package_keys; nobody else may read it"
    )
    add_board_option(parser)
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        requester = make_requester(settings_of(options), reporter)
        print(asyncio.run(requester.share_key(options.job, real_path(options.folder))), flush=True)
        return 0

    return guarded(options, run)


def view_key(arguments: Sequence[str]) -> int:
    """Write the key that opens an account's results."""
    text = "Write the key with which others can open the account's frames, and do nothing else."
    parser = new_parser("renderchain_view_key", text)
    parser.add_argument("file", type=given_path, help="a new file; nobody else may read it")
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        file = real_path(options.file)
        asyncio.run(write_view_key(settings_of(options), reporter, file))
        print(file, flush=True)
        return 0

    return guarded(options, run)


def draws(arguments: Sequence[str]) -> int:
    """Audits drawn against audits expected; exit code 1 if that is no chance."""
    parser = new_parser("renderchain_draws", "Count all boards' draws: is every rate what it promises?")
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
    "sketch": sketch,
    "probe": probe,
    **JOB_COMMANDS,
    **OFFLINE_COMMANDS,
    "share_key": share_key,
    "view_key": view_key,
    "draws": draws,
    "worker": worker,
    "watchtower": watchtower,
    "benchmark": benchmark,
    **PROVIDER_COMMANDS,
    **NETWORK_COMMANDS,
}
