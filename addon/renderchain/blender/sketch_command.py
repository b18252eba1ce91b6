"""A frame sketched in a Blender beside the one in which somebody works, to reckon what a whole one takes."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

import bpy

from ..core.sketch import Sketch
from .command_line import guarded, new_parser
from .console import ConsoleReporter
from .cycles.probe import reduced
from .cycles.samples import at_most, sampling_of
from .cycles.tile_render import changed, frame_size
from .leaving import leave


def sketch(arguments: Sequence[str]) -> int:
    """Sketch a frame of the open scene as the order says; does not return where that went well."""
    parser = new_parser("renderchain_sketch", "Reckon what a frame of a scene takes here (for the add-on).")
    parser.add_argument("order", help="scene and frame, as one JSON object")
    options = parser.parse_args(list(arguments))
    order = json.loads(options.order)

    def run(reporter: ConsoleReporter) -> int:
        print(sketched(bpy.data.scenes[order["scene"]], order["frame"]).to_json(), flush=True)
        leave(0)  # whatever add-ons are here, nobody waits for their way out

    return guarded(options, run)


def sketched(scene: bpy.types.Scene, frame: int) -> Sketch:
    """On the CPU; the scene stays at the frame."""
    scene.frame_set(frame)
    (width, height), samples = frame_size(scene), sampling_of(scene).count
    with changed(scene.cycles, device="CPU"), reduced(scene):
        small_width, small_height = frame_size(scene)
        few = sampling_of(scene).count
        with at_most(scene, 1):
            one_s = _rendered_s(scene)
        few_s = _rendered_s(scene) if few > 1 else one_s
    return Sketch(one_s, few_s, few, samples, small_width * small_height / (width * height))


def _rendered_s(scene: bpy.types.Scene) -> float:
    started_s = time.monotonic()
    bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
    return time.monotonic() - started_s
