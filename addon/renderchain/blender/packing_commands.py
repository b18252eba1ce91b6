"""What keeps a scene from being rendered elsewhere, and its package, without a network or an account:

python -m renderchain preflight FILE --json
python -m renderchain pack FILE --frames 1-4 --output DIR --json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import SceneError
from ..core.manifest import Manifest
from ..core.proof import DEFAULT_S, found
from ..core.proof_report import ProofReport
from ..core.scene_finding import SceneFinding, Severity, errors_in, overridden
from .command_line import (
    given_path,
    guarded,
    new_parser,
    output_for_report,
    real_path,
    settings_of,
    whole_seconds,
)
from .console import ConsoleReporter
from .packing.packer import BlendPacker
from .packing.survey import look_at_files
from .preflight import SceneRefused, check_scene
from .proving.artist import ArtistsSession
from .proving.proving import Proving
from .scene_options import ALLOW_HELP, add_scene_options, open_scene

FINE, OPEN, REFUSED = 0, 3, 4  # exit codes


@dataclass(frozen=True)
class Answer:
    """What a command found out; ``proof`` and ``manifest`` are None where it did not come so far."""

    findings: tuple[SceneFinding, ...]
    manifest: Manifest | None = None
    proof: ProofReport | None = None

    @property
    def exit_code(self) -> int:
        """Refused, not all of it looked at, or fine."""
        if errors_in(self.findings):
            return REFUSED
        return OPEN if any(one.kind in ("scripts", "time") for one in self.findings) else FINE

    def as_dict(self) -> dict[str, Any]:
        """As programs read it."""
        verdict = {FINE: "fine", OPEN: "open", REFUSED: "refused"}[self.exit_code]
        body: dict[str, Any] = {
            "verdict": verdict,
            "findings": [one.as_dict() for one in self.findings],
        }
        if self.manifest:
            sizes = [file.size_bytes for file in self.manifest.files]
            body["package"] = {
                "files": len(sizes),
                "bytes": sum(sizes),
                "scene": self.manifest.scene,
                "frames": list(self.manifest.frames),
                "file_format": self.manifest.file_format,
            }
        if self.proof:
            body["proof"] = {
                name: value for name, value in self.proof.as_dict().items() if name != "findings"
            }
        return body

    def as_text(self) -> str:
        """For people: the verdict, what was done, and a line for each finding."""
        lines = [str(self.as_dict()["verdict"])]
        if self.proof:
            lines.append(f"{self.proof.sentence}.")
        return "\n".join([*lines, *(f"{one.severity.value}: {one.text}" for one in self.findings)])


def preflight(arguments: Sequence[str], file: Path | None = None) -> int:
    """Look at the open scene, or ``file``, without packing it; returns the exit code."""
    parser = _parser("renderchain_preflight", "Look whether a scene can be sent, without packing it.", file)
    options = parser.parse_args(list(arguments))

    def look(reporter: ConsoleReporter) -> Answer:
        scene, frames = open_scene(options, file)
        found = (*check_scene(scene, frames, own_seed=options.own_seed).found, *look_at_files(scene))
        return Answer(overridden(found, options.allow))

    return guarded(options, lambda reporter: _answer(options, reporter, look))


def pack(arguments: Sequence[str], file: Path | None = None) -> int:
    """Pack the open scene, or ``file``, and prove the package; returns the exit code."""
    parser = _parser("renderchain_pack", "Pack a scene, and prove that the package is whole.", file)
    parser.add_argument(
        "--output", type=given_path, required=True, help="folder for the package, new or empty"
    )
    text = "how long the proof may take, 0: none (default: %(default)s)"
    parser.add_argument("--seconds", type=whole_seconds, default=DEFAULT_S, help=text)
    text = "open the package without a sandbox where there is none: only for files that you trust"
    parser.add_argument("--allow-unsandboxed", action="store_true", help=text)
    parser.add_argument("--keep", action="store_true", help="keep a package that is refused, to look at it")
    options = parser.parse_args(list(arguments))
    return guarded(options, lambda reporter: _answer(options, reporter, lambda to: _pack(options, file, to)))


def _parser(name: str, description: str, file: Path | None) -> argparse.ArgumentParser:
    parser = new_parser(name, description)
    add_scene_options(parser, file)
    parser.add_argument("--allow", metavar="NAME", action="append", default=[], help=ALLOW_HELP)
    text = "keep the scene's seed, also one for all frames"
    parser.add_argument("--own-seed", action="store_true", help=text)
    parser.add_argument("--json", action="store_true", help="write one object to standard output")
    return parser


def _answer(options: argparse.Namespace, reporter: ConsoleReporter, work: Any) -> int:
    if options.config:
        settings_of(options)  # of no use here, but a file that is not there would be believed to be read
    with output_for_report() as told:
        answer: Answer = work(reporter)
        text = json.dumps(answer.as_dict()) if options.json else answer.as_text()
        told(text)
    return answer.exit_code


def _pack(options: argparse.Namespace, file: Path | None, reporter: ConsoleReporter) -> Answer:
    folder = real_path(options.output)
    if folder.exists() and any(folder.iterdir()):
        raise SceneError(f"{folder} is not empty; name a new folder for the package.")
    scene, frames = open_scene(options, file)
    findings: list[SceneFinding] = []
    try:
        prepared = BlendPacker(scene, options.allow).prepare(folder, frames, own_seed=options.own_seed)
        findings += prepared.findings
        manifest = prepared.finish(findings.append)
    except SceneRefused as error:
        return Answer((*findings, *error.findings.found))
    except SceneError as error:
        return Answer((*findings, SceneFinding("pack", Severity.ERROR, str(error), "", "")))
    if not options.seconds:
        return Answer((*findings, found("time", detail="it was given none")), manifest)
    session, blender = ArtistsSession(scene), bpy.app.binary_path
    proving = Proving(session, blender, options.seconds, options.allow_unsandboxed)
    report = asyncio.run(proving.run(folder, manifest, reporter))
    answer = Answer((*findings, *overridden(report.findings, options.allow)), manifest, report)
    if answer.exit_code == REFUSED and not options.keep:
        shutil.rmtree(folder, ignore_errors=True)  # where others are in it, the answer counts
    return answer
