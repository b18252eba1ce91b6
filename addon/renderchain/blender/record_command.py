"""The artist's side of a proof, in a Blender beside the one in which somebody works."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import bpy

from ..core.manifest import MANIFEST_NAME, parse_manifest
from ..core.proof_report import INDEX
from .command_line import guarded, new_parser
from .console import ConsoleReporter
from .leaving import leave
from .packing.painted import put_painted
from .proving.artist import ArtistsSession


def record(arguments: Sequence[str]) -> int:
    """Record frames of the open scene as the order says; does not return where that went well."""
    parser = new_parser("renderchain_record", "Record what this Blender makes of a scene (for the add-on).")
    parser.add_argument("order", help="scene, folder, seconds and painted, as one JSON object")
    order = json.loads(parser.parse_args(list(arguments)).order)

    def run(reporter: ConsoleReporter) -> int:
        folder, painted = Path(order["folder"]), Path(order["painted"])
        if painted.is_dir():
            put_painted(painted)
        manifest = parse_manifest((folder / MANIFEST_NAME).read_bytes())
        session = ArtistsSession(bpy.data.scenes[order["scene"]])
        side = session.record(folder, manifest, order["seconds"], reporter)
        (folder / INDEX).write_text(side.to_json())
        leave(0)  # whatever add-ons are here, nobody waits for their way out

    return guarded(parser.parse_args(list(arguments)), run)
