"""What another Blender runs to write a video out of frames: by its own sequencer, with its own encoder.

A script, not a module: Blender and Python start it by its file name, with the order's file behind "--".
"""

import importlib
import json
import sys
import traceback
from pathlib import Path
from typing import Any

import bpy

MARK = "video frame"  # a line for each frame that was written
package = Path(__file__).resolve().parents[1]
sys.path.append(str(package.parent))


def write(order: dict[str, Any]) -> None:
    """Write the video, with a line for each frame."""
    sequence = importlib.import_module(f"{package.name}.blender.sequence")
    frames = [sequence.Played(**one) for one in order["frames"]]
    scene = sequence.new_scene("video", frames, sequence.Pace(**order["pace"]))
    sequence.add_strips(scene, frames)
    render = scene.render
    if hasattr(render.image_settings, "media_type"):  # since Blender 5
        render.image_settings.media_type = "VIDEO"
    render.image_settings.file_format = "FFMPEG"
    render.ffmpeg.format, render.ffmpeg.codec = "MPEG4", "H264"
    render.ffmpeg.constant_rate_factor = "HIGH"
    # H.264 halves the colours' resolution: a side that is odd loses a line.
    render.resolution_x, render.resolution_y = render.resolution_x // 2 * 2, render.resolution_y // 2 * 2
    render.filepath, render.use_sequencer = order["target"], True
    bpy.app.handlers.render_write.append(lambda *_: print(MARK, flush=True))
    bpy.context.window_manager.windows[0].scene = scene
    bpy.ops.render.render(animation=True, scene=scene.name)


code = 1
try:
    write(json.loads(Path(sys.argv[-1]).read_text(encoding="utf-8")))
    code = 0
except Exception:  # noqa: BLE001 - Blender must end, whatever it was
    traceback.print_exc()
importlib.import_module(f"{package.name}.blender.leaving").leave(code)  # Blender's own way out may hang
