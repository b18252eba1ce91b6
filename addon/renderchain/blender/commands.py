"""The command line, the same with the Blender application and with the bpy module:

blender -b FILE --command renderchain_submit --frames 1-8 --wait --output DIR
python -m renderchain submit FILE --frames 1-8 --wait --output DIR
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import bpy

from ..app.requester.create_job import Offer
from ..app.requester.requester import Requester
from ..composition import make_requester, open_keys, run_worker
from ..core.errors import KeyStoreError, RenderChainError, SceneError, SettingsError
from ..core.frames import parse_frames
from ..core.ids import JobId
from ..core.job import DEVICE_GROUPS, family_of
from ..core.money import parse_strk
from ..core.notices.process import WaitingForWork
from ..settings import Settings, load_settings
from .console import FORMS, ConsoleReporter
from .cycles import devices
from .scene_reader import read_scene
from .submission import Submission


def submit(arguments: Sequence[str], file: Path | None = None) -> int:
    """Submit the open scene, or ``file``; returns the exit code."""
    parser = _parser("renderchain_submit", "Render a scene on the network.")
    if file is None and not bpy.data.filepath:
        parser.add_argument("file", type=Path, help="the .blend to render")
    parser.add_argument("--scene", help="name of the scene; default: the file's active one")
    parser.add_argument("--frames", help="such as 1-8 or 1,5,9; default: the scene's range")
    parser.add_argument("--reward", default="0.01", help="STRK paid per frame (default: %(default)s)")
    parser.add_argument(
        "--device", choices=DEVICE_GROUPS, default="CPU", help="what workers render on (default: %(default)s)"
    )
    parser.add_argument("--lease", type=int, default=8, help="most frames one worker takes at once")
    parser.add_argument("--output", type=Path, default=Path("frames"), help="folder for the frames")
    parser.add_argument("--wait", action="store_true", help="wait for the frames and download them")
    options = parser.parse_args(list(arguments))
    file = file or getattr(options, "file", None)
    return _guarded(options, lambda reporter: _submit(options, file, reporter))


def _submit(options: argparse.Namespace, file: Path | None, reporter: ConsoleReporter) -> int:
    settings = _settings(options)
    if file is not None:
        if not file.is_file():
            raise SceneError(f"{file} is no file; check its name.")
        bpy.ops.wm.open_mainfile(filepath=str(file.resolve()), load_ui=False, use_scripts=False)
    scene = bpy.data.scenes.get(options.scene) if options.scene else bpy.context.scene
    if scene is None:
        raise SceneError(f"The file has no scene {options.scene!r}.")
    frames = parse_frames(options.frames) if options.frames else read_scene(scene).frame_range
    offer = Offer(
        reward_fri=parse_strk(options.reward), device_group=options.device, longest_lease=options.lease
    )
    requester = make_requester(settings, reporter, bpy.app.binary_path)
    output = options.output.resolve()
    job_id = asyncio.run(Submission(scene, frames).send(requester, offer, output, reporter))
    print(job_id, flush=True)
    return _wait(requester, job_id, output) if options.wait else 0


def download(arguments: Sequence[str]) -> int:
    """Follow a job to its end and download its frames."""
    parser = _parser("renderchain_download", "Fetch a job's frames, check them, and pay for them.")
    parser.add_argument("job", type=int)
    parser.add_argument("--output", type=Path, help="folder for the frames; default: as submitted")
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        requester = make_requester(_settings(options), reporter, bpy.app.binary_path)
        return _wait(requester, options.job, options.output)

    return _guarded(options, run)


def _wait(requester: Requester, job_id: JobId, output: Path | None) -> int:
    report = asyncio.run(requester.watch(job_id, output))
    for frame, operator in sorted(report.rendered_by.items()):
        print(f"frame {frame} by {operator:#x}: {report.frames[frame]}", flush=True)
    return 0 if report.state == "completed" else 1


def jobs(arguments: Sequence[str]) -> int:
    """List the jobs submitted from here."""
    options = _parser("renderchain_jobs", "List the jobs submitted from here.").parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        for entry in make_requester(_settings(options), reporter).jobs():
            print(f"{entry.job_id}\t{entry.state}\t{entry.name}\t{entry.output}")
        return 0

    return _guarded(options, run)


def cancel(arguments: Sequence[str]) -> int:
    """Cancel a job."""
    parser = _parser("renderchain_cancel", "Take back the frames that nobody has claimed.")
    parser.add_argument("job", type=int)
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        asyncio.run(make_requester(_settings(options), reporter).cancel(options.job))
        return 0

    return _guarded(options, run)


def challenge(arguments: Sequence[str]) -> int:
    """Doubt a lease."""
    parser = _parser("renderchain_challenge", "Have a committee look at a lease, inside its window.")
    parser.add_argument("lease", type=int)
    text = "1 to 8 leaves, by task, tile and view layer; without any, whether the results can be had"
    parser.add_argument("--leaves", type=int, nargs="+", default=[], help=text)
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        requester = make_requester(_settings(options), reporter)
        asyncio.run(requester.challenge(options.lease, options.leaves))
        return 0

    return _guarded(options, run)


def draws(arguments: Sequence[str]) -> int:
    """Audits drawn against audits expected; exit code 1 if that is no chance."""
    parser = _parser("renderchain_draws", "Count the board's draws: is every rate what it promises?")
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        count = asyncio.run(make_requester(_settings(options), reporter).draws())
        expected = f"{count.expected:.1f} expected (standard deviation {count.deviation:.1f})"
        print(f"{count.leases} leases drawn: {count.audits} audits, {expected}", flush=True)
        return 0 if count.is_plausible else 1

    return _guarded(options, run)


def key(arguments: Sequence[str]) -> int:
    """Store the account's key, read from standard input so that no shell keeps it."""
    parser = _parser("renderchain_key", "Store the account's private key (hexadecimal, on standard input).")
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        settings = _settings(options)
        try:
            number = int(sys.stdin.readline().strip(), 16)
        except ValueError:
            raise KeyStoreError("Standard input holds no hexadecimal key; nothing was stored.") from None
        open_keys(settings).save(settings.account, number)
        return 0

    return _guarded(options, run)


def worker(arguments: Sequence[str]) -> int:
    """Render for the network until interrupted."""
    parser = _parser("renderchain_worker", "Render for the network and be paid.")
    parser.add_argument("--device", help="AUTO, CPU, OPTIX, CUDA, HIP, ONEAPI or METAL")
    parser.add_argument("--name", default="", help="shown in every line")
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        asyncio.run(_work(_settings(options, device=options.device), reporter))
        return 0

    return _guarded(options, run)


async def _work(settings: Settings, reporter: ConsoleReporter) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    version = (bpy.app.version[0], bpy.app.version[1])
    device, device_name = devices.find(settings.device)
    devices.require_comparable(device)
    families = frozenset({family_of(version, "CYCLES", device)})
    reporter.tell(WaitingForWork(f"{version[0]}.{version[1]}", device, device_name))
    chosen = replace(settings, device=device)
    await run_worker(chosen, reporter, blender=bpy.app.binary_path, families=families, stop=stop)


def _parser(name: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=name, description=description)
    parser.add_argument("--config", type=Path, help="settings file (default: $RENDERCHAIN_CONFIG)")
    text = "what is said on standard error: sentences or JSON lines (default: $RENDERCHAIN_LOG or text)"
    parser.add_argument("--log", choices=FORMS, default="", help=text)
    return parser


def _settings(options: argparse.Namespace, **overrides: object) -> Settings:
    file = options.config or os.environ.get("RENDERCHAIN_CONFIG")
    return load_settings(Path(file) if file else None, overrides)


def _guarded(options: argparse.Namespace, work: Callable[[ConsoleReporter], int]) -> int:
    """Run a command; what we know to go wrong becomes one sentence and exit code 1."""
    name = getattr(options, "name", "")
    try:
        reporter = ConsoleReporter(name, options.log)
    except SettingsError as error:
        ConsoleReporter(name, "text").end(str(error))
        return 1
    try:
        return work(reporter)
    except RenderChainError as error:
        reporter.end(str(error))
        return 1
    except KeyboardInterrupt:
        reporter.end("interrupted")
        return 130


COMMANDS = {
    "submit": submit,
    "download": download,
    "jobs": jobs,
    "cancel": cancel,
    "challenge": challenge,
    "draws": draws,
    "key": key,
    "worker": worker,
}
