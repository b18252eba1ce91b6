"""Renders the cases in Blender: frames, and their tiles alone. ``research.determinism`` starts it.

    child.py -- REPOSITORY SITE-PACKAGES OUTPUT PASS [CASE ...]

PASS "facts" saves the scenes in OUTPUT and asks our preflight what becomes of a job with them; "first"
uses all threads, keeps data between renders, and renders the frame before its tiles; "second" is
another process with one thread, which keeps nothing, takes the cases backwards and renders the tiles
before the frame. Cases whose pixels lie in OUTPUT already are not rendered again.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

arguments = sys.argv[sys.argv.index("--") + 1 :]
sys.path[:0] = [arguments[0], f"{arguments[0]}/addon"]
sys.path += [arguments[1]]

import bpy  # noqa: E402 (the paths come first)
import numpy as np  # noqa: E402
from renderchain.blender.cycles import passes  # noqa: E402
from renderchain.blender.cycles.reading.scene import read_exactness  # noqa: E402
from renderchain.blender.cycles.tile_render import frame_size, prepare_frames, render_tile  # noqa: E402
from renderchain.blender.preflight import check_scene  # noqa: E402
from renderchain.core.exactness import needs_whole_frames  # noqa: E402
from renderchain.core.pixel_prints import Pixels  # noqa: E402
from renderchain.core.tiles import tiles_of  # noqa: E402

from research.exactness import features, settings  # noqa: E402
from research.exactness.base import Case, Unavailable, base_scene  # noqa: E402

CASES = (*settings.CASES, *features.CASES)
find_noisy = passes._noisy_of


def left_eye(channels: dict[str, Pixels], layer: str) -> Pixels:
    """The noisy pass; of the left eye in a stereoscopic rendering."""
    return find_noisy({name.replace(".left", ""): pixels for name, pixels in channels.items()}, layer)


def render_frame(scene: Any) -> Pixels:
    """The frame's noisy pass."""
    bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
    with tempfile.TemporaryDirectory() as folder:
        return passes.save_noisy(scene, Path(folder) / "noisy.exr")


def render_tiles(scene: Any, margin: int) -> Pixels:
    """A frame put together from tiles that were rendered alone."""
    width, height = frame_size(scene)
    whole = np.zeros((height, width, 4 * len(passes.noisy_layers(scene))), np.float32)
    for tile in tiles_of(width, height):
        pixels = render_tile(scene, tile, margin)
        whole[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] = pixels
    return whole


def first(scene: Any, case: Case) -> dict[str, Pixels]:
    """Without adaptive sampling, then with it."""
    for frame in range(1, case.frame + 1):
        scene.frame_set(frame)
    found = {}
    scene.cycles.use_adaptive_sampling = False
    found["off"], found["off 0"] = render_frame(scene), render_tiles(scene, 0)
    scene.cycles.use_adaptive_sampling = True
    found["on"] = render_frame(scene)
    for margin in (0, 8, 16) if case.depth else (16,):
        found[f"on {margin}"] = render_tiles(scene, margin)
    return found


def second(scene: Any, case: Case) -> dict[str, Pixels]:
    """Straight to the frame, tiles before it."""
    scene.frame_set(case.frame)
    scene.cycles.use_adaptive_sampling = True
    found = {"on 16": render_tiles(scene, 16)}
    found["on"] = render_frame(scene)
    return found


def facts(case: Case, blend: Path) -> dict[str, Any]:
    """Save the scene, which Blender does not make twice with the same bits; say what preflight says of it."""
    scene = base_scene()
    case.build(scene)
    if not blend.exists():
        bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    scene.cycles.use_animated_seed = True  # else the artist would be told so of every scene
    findings = check_scene(scene, (case.frame,))
    again = "frame" if needs_whole_frames(read_exactness(scene, (case.frame,), own_seed=False)) else "tile"
    said = {"as it is": case.as_it_is} if case.as_it_is else {}
    return said | {"again": again, "errors": findings.errors, "warnings": findings.warnings}


def prepare(case: Case, blend: Path, one_thread: bool) -> Any:
    """The case's scene as a render process opens it and sets it up."""
    bpy.ops.wm.open_mainfile(filepath=str(blend), load_ui=False, use_scripts=False)
    scene: Any = bpy.context.scene
    if not case.as_it_is:
        prepare_frames(scene)
    scene.render.use_persistent_data = not one_thread
    if one_thread:
        scene.render.threads_mode, scene.render.threads = "FIXED", 1
    return scene


def do(case: Case, which: str, output: Path) -> Any:
    """A case's part of a pass; keeps the pixels and returns what there is to say."""
    blend, pixels = output / f"{case.name}.blend", output / f"{which} {case.name}.npz"
    if which == "facts":
        return facts(case, blend)
    if blend.exists() and not pixels.exists():
        scene = prepare(case, blend, which == "second")
        found = (second if which == "second" else first)(scene, case)
        np.savez(pixels, **found)
    return "rendered"


def main() -> None:
    """Do the pass and leave a summary."""
    output, which, *names = Path(arguments[2]), arguments[3], *arguments[4:]
    passes._noisy_of = left_eye
    if which == "second":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cases = [case for case in CASES if not names or case.name in names]
    said: dict[str, Any] = {}
    for number, case in enumerate(reversed(cases) if which == "second" else cases):
        started_s = time.monotonic()
        try:
            said[case.name] = do(case, which, output)
        except Unavailable as error:
            said[case.name] = f"not in this Blender ({error})"
        except RuntimeError as error:
            said[case.name] = f"failed: {error}"
        place, taken_s = f"[{number + 1}/{len(cases)}]", time.monotonic() - started_s
        print(f"{place} {taken_s:5.1f} s  {which}: {case.name}", file=sys.stderr, flush=True)
    summary = {"version": bpy.app.version_string, "cases": said}
    (output / f"{which}.json").write_text(json.dumps(summary))


main()
sys.stderr.flush()
os._exit(0)
