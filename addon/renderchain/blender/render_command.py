"""Frames of a package as a worker would render them, without a network or an account:

python -m renderchain render DIR --frames 1,4 --output DIR
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import bpy

from ..adapters.blender_process.process import BlenderRenderer
from ..app.exchange.package import read_package
from ..core.errors import SceneError
from ..core.frames import format_frames, parse_frames
from ..core.job import DEVICE_GROUPS
from ..core.manifest import Manifest
from ..core.messages import Progress
from .command_line import given_path, guarded, new_parser, output_for_report, real_path, settings_of
from .console import ConsoleReporter


def render(arguments: Sequence[str]) -> int:
    """Render frames of a package in the sandbox; returns the exit code."""
    parser = new_parser("renderchain_render", "Render a package as a worker would.")
    parser.add_argument("package", type=given_path, help="the package's folder, as `pack` made it")
    parser.add_argument("--frames", help="such as 1-8 or 1,5,9; default: all of the package")
    parser.add_argument("--output", type=given_path, required=True, help="folder for the images")
    text = "what Cycles renders on (default: %(default)s)"
    parser.add_argument("--device", choices=("AUTO", *DEVICE_GROUPS), default="CPU", help=text)
    parser.add_argument("--json", action="store_true", help="write one object to standard output")
    text = "render without a sandbox where there is none: only packages that you trust"
    parser.add_argument("--allow-unsandboxed", action="store_true", help=text)
    options = parser.parse_args(list(arguments))
    return guarded(options, lambda reporter: _render(options, reporter))


def _render(options: argparse.Namespace, reporter: ConsoleReporter) -> int:
    if options.config:
        settings_of(options)  # of no use here, but a file that is not there would be believed to be read
    package = real_path(options.package)
    if not package.is_dir():
        raise SceneError(f"{package} is no folder; name the folder of a package.")
    manifest = read_package(package)
    frames = manifest.frames if options.frames is None else parse_frames(options.frames)
    if unknown := sorted({*frames} - {*manifest.frames}):
        raise SceneError(
            f"The package has the frames {format_frames(manifest.frames)}, not "
            f"{format_frames(tuple(unknown))}; pack it again with these."
        )
    output = real_path(options.output)
    output.mkdir(parents=True, exist_ok=True)
    with (
        output_for_report() as told,
        tempfile.TemporaryDirectory(prefix=".renderchain-", dir=output) as scratch,
    ):
        rendered = asyncio.run(_frames(options, reporter, package, manifest, frames, Path(scratch)))
        text = (
            json.dumps({"frames": rendered})
            if options.json
            else "\n".join(str(one["image"]) for one in rendered)
        )
        told(text)
    return 0


def _without_logs(logs: Path, others: set[Path] | None) -> None:
    """Take away what was logged here, and nothing that lay there before; None where there was no folder."""
    if others is None:
        shutil.rmtree(logs, ignore_errors=True)
        return
    for path in {*logs.iterdir()} - others:
        path.unlink()


async def _frames(
    options: argparse.Namespace,
    reporter: ConsoleReporter,
    package: Path,
    manifest: Manifest,
    frames: Sequence[int],
    scratch: Path,
) -> list[dict[str, object]]:
    """Render into the scratch folder below the output, and move what is done there."""
    child, logs = scratch / "images", real_path(options.output) / "logs"
    child.mkdir()
    others = {*logs.iterdir()} if logs.is_dir() else None
    renderer = BlenderRenderer(
        blender=bpy.app.binary_path,
        device=options.device,
        log_folder=logs,
        allow_unsandboxed=options.allow_unsandboxed,
    )
    done: list[dict[str, object]] = []

    def on_progress(at: Progress) -> None:
        reporter.progress(f"samples of frame {at.frame}", at.sample, at.samples)

    async with renderer.open(package, manifest, child) as session:
        for frame in frames:
            rendered = await session.render(frame, on_progress)
            image = real_path(options.output) / rendered.final
            os.replace(child / rendered.final, image)
            reporter.say(f"Frame {frame} is {image}")
            done.append({"frame": frame, "image": str(image), "seconds": rendered.render_ms / 1000})
    _without_logs(logs, others)  # they are for failures
    return done
