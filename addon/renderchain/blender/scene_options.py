"""Which scene and which frames a command is about."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import bpy

from ..core.errors import SceneError
from ..core.frames import parse_frames
from .command_line import given_path
from .scene_reader import read_scene

ALLOW_HELP = "let an error pass by its name, or all of its kind, as the JSON has them; may be given again"


def add_scene_options(parser: argparse.ArgumentParser, file: Path | None) -> None:
    """Which frames of which scene; the file too, where none is open."""
    if file is None and not bpy.data.filepath:
        parser.add_argument("file", type=given_path, help="the .blend to render")
    parser.add_argument("--scene", help="name of the scene; default: the file's active one")
    parser.add_argument("--frames", help="such as 1-8 or 1,5,9; default: the scene's range")
    text = "run the file's own scripts when it is opened here, as your Blender does with files that you trust"
    parser.add_argument("--run-scripts", action="store_true", help=text)


def open_scene(options: argparse.Namespace, file: Path | None) -> tuple[bpy.types.Scene, tuple[int, ...]]:
    """The scene and frames that the options name; raises SceneError or FrameRangeError."""
    file = file or getattr(options, "file", None)
    if file is not None:
        if not file.is_file():
            raise SceneError(f"{file} is no file; check its name.")
        try:
            # Not where a link leads: Blender has relative paths start where the link is.
            path = os.path.abspath(file)
            bpy.ops.wm.open_mainfile(filepath=path, load_ui=False, use_scripts=options.run_scripts)
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise SceneError(f"{file} can't be opened as a .blend ({reason}); check the file.") from None
    scene = bpy.context.scene if options.scene is None else bpy.data.scenes.get(options.scene)
    if scene is None:
        raise SceneError(f"The file has no scene {options.scene!r}.")
    # An empty text is an error: a script's variable that was not set must not mean all of the range.
    return scene, read_scene(scene).frame_range if options.frames is None else parse_frames(options.frames)
