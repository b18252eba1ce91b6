"""What our render process costs over plain Blender: sandbox, messages, noisy pass, prints.

    make bench        or        python -m benchmarks.render_process [--frames 4]

Both render the same frames of the demo's scene with the bpy module, one after the other on an idle
machine. Plain Blender opens the file and renders the animation to PNG, as ``blender -b FILE -a`` does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.core.manifest import Manifest

from devkit.network.services import REPO, tool_root

PLAIN = """
import bpy, json, os, sys
blend, output, last = sys.argv[1:]
bpy.ops.wm.open_mainfile(filepath=blend, use_scripts=False)
scene = bpy.context.scene
scene.frame_start, scene.frame_end, scene.render.filepath = 1, int(last), output + "/"
bpy.ops.render.render(animation=True)
print(json.dumps({"scene": scene.name, "blender": bpy.app.version[:2]}), file=sys.stderr)
sys.stderr.flush()
os._exit(0)
"""


def plain(blend: Path, output: Path, frames: int) -> tuple[float, str]:
    """Seconds that plain Blender takes, and the name of the file's scene."""
    started_s = time.monotonic()
    command = [sys.executable, "-c", PLAIN, str(blend), str(output), str(frames)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    taken_s = time.monotonic() - started_s
    facts = json.loads(done.stderr.strip().splitlines()[-1])
    return taken_s, facts["scene"]


async def ours(blend: Path, output: Path, frames: int, scene: str) -> float:
    """Seconds that our render process takes, from its start to its end."""
    manifest = Manifest(
        blender_version=(4, 5),
        main_blend=blend.name,
        scene=scene,
        view_layers=("ViewLayer",),
        engine="CYCLES",
        width=640,
        height=360,
        fps="24",
        frames=tuple(range(1, frames + 1)),
        samples=1,
        adaptive=True,
        file_format="PNG",
        view_transform="AgX",
        files=(),
    )
    renderer = BlenderRenderer(blender="", device="CPU", log_folder=output.with_name("logs"))
    started_s = time.monotonic()
    async with renderer.open(blend.parent, manifest, output) as session:
        for frame in manifest.frames:
            await session.render(frame, lambda at: None)
    return time.monotonic() - started_s


def main() -> None:
    """Run both and print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=4)
    frames = parser.parse_args().frames
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        build = [sys.executable, "-m", "tools.demo_scene.build", str(tool_root("scenes"))]
        subprocess.run([*build, str(folder / "scene")], cwd=REPO, check=True, capture_output=True)
        blend = folder / "scene" / "demo.blend"
        for name in ("plain", "ours"):
            (folder / name).mkdir()
        plain_s, scene = plain(blend, folder / "plain", frames)
        ours_s = asyncio.run(ours(blend, folder / "ours", frames, scene))
    machine = f"{os.cpu_count()} cores, {platform.machine()}"
    print(f"{date.today()}  {machine}  {frames} frames of the demo's scene, 640 x 360, CPU")
    print(f"plain Blender        {plain_s:7.1f} s")
    print(f"our render process   {ours_s:7.1f} s")
    print(f"ours / plain         {ours_s / plain_s:7.3f}")


if __name__ == "__main__":
    main()
