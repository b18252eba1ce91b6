"""Whether others would render a scene as its artist does, asked without a network or an account:

blender -b FILE --command renderchain_probe --frames 1-6 --json
python -m renderchain probe FILE --frames 1-6 --json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import bpy

from ..composition.rendering import make_scene_probe
from ..core.errors import SceneError
from ..core.probe import DEFAULT_S, scene_reason, scene_reasons
from ..core.probe_report import ProbeReport, ProbeVerdict
from .command_line import guarded, new_parser, output_for_report, settings_of, whole_seconds
from .console import ConsoleReporter
from .packing.packer import BlendPacker
from .preflight import SceneRefused
from .scene_options import add_scene_options, open_scene

EXIT_CODES = {ProbeVerdict.FINE: 0, ProbeVerdict.DOUBTFUL: 3, ProbeVerdict.REFUSED: 4}


def probe(arguments: Sequence[str], file: Path | None = None) -> int:
    """Probe the open scene, or ``file``; returns the exit code."""
    parser = new_parser("renderchain_probe", "Look whether others would render a scene as you do.")
    add_scene_options(parser, file)
    text = "how long it may take (default: %(default)s)"
    parser.add_argument("--seconds", type=whole_seconds, default=DEFAULT_S, help=text)
    parser.add_argument("--json", action="store_true", help="write the whole report to standard output")
    text = "open the scene without a sandbox where there is none: only for files that you trust"
    parser.add_argument("--allow-unsandboxed", action="store_true", help=text)
    options = parser.parse_args(list(arguments))
    return guarded(options, lambda reporter: _probe(options, file, reporter))


def _probe(options: argparse.Namespace, file: Path | None, reporter: ConsoleReporter) -> int:
    if options.config:
        settings_of(options)  # of no use here, but a file that is not there would be believed to be read
    with output_for_report() as told:
        scene, frames = open_scene(options, file)
        report = _look(options, scene, frames, reporter)
        text = json.dumps(report.as_dict()) if options.json else _as_text(report)
        told(text)
    return EXIT_CODES[report.verdict]


def _look(
    options: argparse.Namespace, scene: bpy.types.Scene, frames: tuple[int, ...], reporter: ConsoleReporter
) -> ProbeReport:
    with tempfile.TemporaryDirectory(prefix="renderchain-") as scratch:
        package = Path(scratch) / "package"
        try:
            prepared = BlendPacker(scene).prepare(package, frames)
            for told in prepared.findings:
                reporter.say(told.text)
            manifest = prepared.finish()
        except SceneRefused as error:
            found = error.findings
            for warning in found.warnings:
                reporter.say(warning)
            return ProbeReport(scene_reasons(found.errors, found.refused), None)
        except SceneError as error:  # a file that is missing in the package
            return ProbeReport((scene_reason(str(error)),), None)
        one = make_scene_probe(
            reporter,
            bpy.app.binary_path,
            Path(scratch),
            allow_unsandboxed=options.allow_unsandboxed,
        )
        reporter.say(f"Probing the scene, for at most {options.seconds} s")
        return asyncio.run(one.run(package, manifest, options.seconds))


def _as_text(report: ProbeReport) -> str:
    lines = [report.verdict.value, *(one.sentence for one in report.reasons)]
    if report.limits:
        tile, mean = report.limits.tile_percent, report.limits.mean_percent
        lines.append(f"Limits: {tile} % of a tile's bits, {mean} % on the mean.")
    elif report.verdict is ProbeVerdict.DOUBTFUL:
        lines.append("Limits: not measured, so a job has the widest.")
    return "\n".join(lines)
