"""What all commands share: their options, their settings, the scene they are about, how they end."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import bpy

from ..adapters.std_logging import logging_told
from ..core.errors import RenderChainError, SceneError, SettingsError
from ..core.exit_codes import INTERRUPTED, exit_code_of
from ..core.frames import parse_frames
from ..settings import Settings, load_settings
from .console import FORMS, ConsoleReporter
from .scene_reader import read_scene


def new_parser(name: str, description: str) -> argparse.ArgumentParser:
    """A command's parser, with the options that every command has."""
    parser = argparse.ArgumentParser(prog=name, description=description)
    parser.add_argument("--config", type=Path, help="settings file (default: $RENDERCHAIN_CONFIG)")
    text = "what is said on standard error: sentences or JSON lines (default: $RENDERCHAIN_LOG or text)"
    parser.add_argument("--log", choices=FORMS, default="", help=text)
    return parser


def add_scene_options(parser: argparse.ArgumentParser, file: Path | None) -> None:
    """Which frames of which scene; the file too, where none is open."""
    if file is None and not bpy.data.filepath:
        parser.add_argument("file", type=Path, help="the .blend to render")
    parser.add_argument("--scene", help="name of the scene; default: the file's active one")
    parser.add_argument("--frames", help="such as 1-8 or 1,5,9; default: the scene's range")


def open_scene(options: argparse.Namespace, file: Path | None) -> tuple[bpy.types.Scene, tuple[int, ...]]:
    """The scene and frames that the options name; raises SceneError or FrameRangeError."""
    file = file or getattr(options, "file", None)
    if file is not None:
        if not file.is_file():
            raise SceneError(f"{file} is no file; check its name.")
        try:
            bpy.ops.wm.open_mainfile(filepath=str(file.resolve()), load_ui=False, use_scripts=False)
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise SceneError(f"{file} can't be opened as a .blend ({reason}); check the file.") from None
    scene = bpy.data.scenes.get(options.scene) if options.scene else bpy.context.scene
    if scene is None:
        raise SceneError(f"The file has no scene {options.scene!r}.")
    return scene, parse_frames(options.frames) if options.frames else read_scene(scene).frame_range


def whole_seconds(text: str) -> int:
    """Seconds of an option, 0 or more."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of seconds")
    return int(text)


def frame_count(text: str) -> int:
    """Frames of an option, 1 or more."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of frames")
    return int(text)


def settings_of(options: argparse.Namespace, **overrides: object) -> Settings:
    """The settings that the options name; raises SettingsError."""
    file = options.config or os.environ.get("RENDERCHAIN_CONFIG")
    return load_settings(Path(file) if file else None, overrides)


def told_to_end() -> asyncio.Event:
    """Set once somebody interrupts or ends the process; call it on the loop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def guarded(options: argparse.Namespace, work: Callable[[ConsoleReporter], int]) -> int:
    """Run a command; what we know to go wrong becomes one sentence and the exit code of its cause.

    What libraries log and warn of is told as notices.
    """
    name = getattr(options, "name", "")
    try:
        reporter = ConsoleReporter(name, options.log)
    except SettingsError as error:
        ConsoleReporter(name, "text").end(str(error))
        return exit_code_of(error)
    try:
        with logging_told(reporter):
            return work(reporter)
    except RenderChainError as error:
        reporter.end(str(error))
        return exit_code_of(error)
    except KeyboardInterrupt:
        reporter.end("interrupted")
        return INTERRUPTED
