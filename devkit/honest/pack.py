"""Packs a .blend as the artist's client does; a script that runs in Blender.

    pack.py -- ADDON FILE SCENE FRAMES PACKAGE ANSWER

SCENE may be "". ANSWER is a JSON file: this Blender's ``version``, its ``python``, what was ``said`` to the
artist, and whether the scene was ``refused``; otherwise the package is written.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Any

addon, file, scene_name, frames, package, answer = sys.argv[sys.argv.index("--") + 1 :]
sys.path.insert(0, addon)

import bpy  # noqa: E402 (the path comes first)
from renderchain.blender.leaving import leave  # noqa: E402
from renderchain.blender.packing.packer import BlendPacker  # noqa: E402
from renderchain.core.errors import SceneError  # noqa: E402
from renderchain.core.frames import parse_frames  # noqa: E402


def pack() -> list[str]:
    """Write the package; returns the warnings. Raises SceneError."""
    try:
        bpy.ops.wm.open_mainfile(filepath=file, load_ui=False, use_scripts=False)
    except RuntimeError as error:
        raise SceneError(f"Blender can't open {file}: {error}") from error
    scene = bpy.data.scenes.get(scene_name) if scene_name else bpy.context.scene
    if scene is None:
        raise SceneError(f"{file} has no scene {scene_name!r}.")
    prepared = BlendPacker(scene).prepare(Path(package), parse_frames(frames))
    prepared.finish()
    return [one.text for one in prepared.findings]


def main() -> int:
    """Pack and answer; returns the exit code."""
    found: dict[str, Any] = {
        "version": bpy.app.version_string,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
    try:
        found |= {"said": pack(), "refused": False}
    except SceneError as error:
        found |= {"said": [str(error)], "refused": True}
    except Exception:  # noqa: BLE001 - the log has to have it, and Blender may hang on its way out
        traceback.print_exc()
        return 1
    Path(answer).write_text(json.dumps(found))
    return 0


leave(main())
