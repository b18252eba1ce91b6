"""``benchmark``: how fast this machine renders, for setting what pay suits it.

blender -b --command renderchain_benchmark
python -m renderchain benchmark
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import bpy

from ..app.provider.benchmark import measure
from ..composition.provider import make_renderer
from ..core.lanes import look_at_lanes
from ..core.settings_kinds import DEVICES
from .command_line import guarded, new_parser
from .console import ConsoleReporter
from .cycles import devices
from .packing.packer import BlendPacker

SIZE, SAMPLES, FRAMES = 256, 32, (1, 2, 3, 4)


def benchmark(arguments: Sequence[str]) -> int:
    """Render the reference scene in the sandbox, and say how long it took."""
    parser = new_parser(
        "renderchain_benchmark", "Measure how fast this machine renders; it needs no account."
    )
    parser.add_argument("--device", choices=DEVICES, default="AUTO", help="(default: %(default)s)")
    text = "render without a sandbox where there is none; the scene is RenderChain's own"
    parser.add_argument("--allow-unsandboxed", action="store_true", help=text)
    options = parser.parse_args(list(arguments))

    def run(reporter: ConsoleReporter) -> int:
        device, name = devices.find(options.device)
        reporter.say(f"Rendering {len(FRAMES)} frames of the reference scene on {device} ({name})")
        with tempfile.TemporaryDirectory(prefix="renderchain-") as scratch:
            package, output = Path(scratch, "package"), Path(scratch, "output")
            package.mkdir()
            output.mkdir()
            build_reference_scene()
            manifest = BlendPacker(bpy.context.scene).prepare(package, FRAMES).finish()
            renderer = make_renderer(
                bpy.app.binary_path, device, Path(scratch), allow_unsandboxed=options.allow_unsandboxed
            )
            found = asyncio.run(measure(renderer, package, manifest, output))
        print(found.sentence, flush=True)
        if (count := devices.count_of(device)) > 1:
            print(look_at_lanes(device, count, 1).text, flush=True)
        return 0

    return guarded(options, run)


def build_reference_scene() -> None:
    """A closed room with a head that turns, where every path has light to find; it replaces the open file."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True, app_template="")
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_cube_add(size=6)
    _paint(bpy.context.object, (0.7, 0.3, 0.2), 9)
    bpy.ops.mesh.primitive_monkey_add(location=(0, 0, -0.4), rotation=(0, 0, 0.5))
    head = bpy.context.object
    _paint(head, (0.2, 0.3, 0.7), 14)
    head.keyframe_insert("rotation_euler", frame=FRAMES[0])
    head.rotation_euler[2] += 1
    head.keyframe_insert("rotation_euler", frame=FRAMES[-1])
    bpy.ops.object.light_add(type="AREA", location=(0.6, -1.2, 2.6))
    bpy.context.object.data.energy, bpy.context.object.data.size = 900, 1.2
    bpy.ops.object.camera_add(location=(0, -2.8, 0.4), rotation=(1.45, 0, 0))
    scene.camera = bpy.context.object
    scene.camera.data.lens = 26
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = SAMPLES, False
    scene.cycles.use_denoising, scene.cycles.max_bounces = False, 6
    scene.render.resolution_x = scene.render.resolution_y = SIZE
    scene.render.resolution_percentage = 100


def _paint(thing: bpy.types.Object, color: tuple[float, float, float], scale: float) -> None:
    material = bpy.data.materials.new(thing.name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    noise, mix = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeMix")
    noise.inputs["Scale"].default_value = scale
    mix.data_type = "RGBA"
    mix.inputs["A"].default_value, mix.inputs["B"].default_value = (*color, 1), (0.8, 0.8, 0.8, 1)
    links.new(noise.outputs["Fac"], mix.inputs["Factor"])
    links.new(mix.outputs["Result"], nodes["Principled BSDF"].inputs["Base Color"])
    thing.data.materials.append(material)
