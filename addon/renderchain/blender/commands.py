"""The command line, the same with the Blender application and with the bpy module:

blender -b FILE --command renderchain_submit --frames 1-8 --wait --output DIR
python -m renderchain submit FILE --frames 1-8 --wait --output DIR
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import bpy

from ..app.requester.offer import Offer
from ..composition.requester import make_requester
from ..composition.worker import run_worker
from ..core.job import DEVICE_GROUPS
from ..core.money import parse_strk
from ..core.probe import DEFAULT_S
from ..core.proof import DEFAULT_S as PROOF_S
from ..settings import Settings
from .benchmark_command import benchmark
from .command_line import (
    frame_count,
    guarded,
    new_parser,
    settings_of,
    told_to_end,
    whole_seconds,
)
from .console import ConsoleReporter
from .job_commands import JOB_COMMANDS, fetch
from .packing_commands import pack, preflight
from .probe_command import probe
from .provider.table import PROVIDER_COMMANDS
from .record_command import record
from .render_command import render
from .scene_options import ALLOW_HELP, add_scene_options, open_scene
from .seen import Seen, seen
from .submission import Submission
from .watchtower_command import watchtower


def submit(arguments: Sequence[str], file: Path | None = None) -> int:
    """Submit the open scene, or ``file``; returns the exit code."""
    parser = new_parser("renderchain_submit", "Render a scene on the network.")
    add_scene_options(parser, file)
    parser.add_argument("--reward", default="0.01", help="STRK paid per frame (default: %(default)s)")
    parser.add_argument(
        "--device", choices=DEVICE_GROUPS, default="CPU", help="what workers render on (default: %(default)s)"
    )
    text = "most frames one worker takes at once; default: what keeps audits and gas small beside the pay"
    parser.add_argument("--lease", type=frame_count, help=text)
    parser.add_argument("--output", type=Path, default=Path("frames"), help="folder for the frames")
    text = "keep the scene's seed, also one for all frames; cheating is easier then (docs/artist.md)"
    parser.add_argument("--own-seed", action="store_true", help=text)
    text = "how long to look whether others render the same frames, 0: not at all (default: %(default)s)"
    parser.add_argument("--probe-seconds", type=whole_seconds, default=DEFAULT_S, help=text)
    text = "how long to compare the package with the scene here, 0: not at all (default: %(default)s)"
    parser.add_argument("--proof-seconds", type=whole_seconds, default=PROOF_S, help=text)
    parser.add_argument("--allow", metavar="NAME", action="append", default=[], help=ALLOW_HELP)
    parser.add_argument("--json", action="store_true", help="print JSON objects, one a line, not sentences")
    parser.add_argument("--wait", action="store_true", help="wait for the frames and download them")
    options = parser.parse_args(list(arguments))
    return guarded(options, lambda reporter: _submit(options, file, reporter))


def _submit(options: argparse.Namespace, file: Path | None, reporter: ConsoleReporter) -> int:
    settings = settings_of(options)
    scene, frames = open_scene(options, file)
    offer = Offer(
        reward_fri=parse_strk(options.reward),
        device_group=options.device,
        longest_lease=options.lease,
        second_look=settings.wants_second_looks,
        takes_unjudged=settings.takes_unjudged,
    )
    requester = make_requester(settings, reporter, bpy.app.binary_path)
    output = options.output.resolve()
    submission = Submission(
        scene,
        frames,
        own_seed=options.own_seed,
        proof_seconds=options.proof_seconds,
        allowed=options.allow,
    )
    job_id = asyncio.run(submission.send(requester, offer, output, reporter, options.probe_seconds))
    print(json.dumps({"job_id": job_id}) if options.json else job_id, flush=True)
    return fetch(options, requester, job_id, output) if options.wait else 0


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
    **JOB_COMMANDS,
    "draws": draws,
    "worker": worker,
    "watchtower": watchtower,
    "benchmark": benchmark,
    **PROVIDER_COMMANDS,
}
