"""A video out of frames that came, written by another Blender so that nobody waits who works in this one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ..core.errors import LocalError
from ..core.plain_text import plain_lines
from ..core.scratch import Scratch
from ..ports.reporter import Reporter
from .sequence import Pace, Played

PROGRAM = Path(__file__).with_name("video_program.py")
MARK = b"video frame"  # begins a line of the program for each frame that it wrote
ENDING = ".mp4"
OPTIONS = ("--background", "--factory-startup", "--disable-autoexec", "--offline-mode")
MOST_TAIL = 800
MOST_NAME = 80
KEPT = " -_.()"  # of a job's name in that of a file, besides letters and digits


def video_of(folder: Path, name: str, number: int) -> Path:
    """Where a job's video goes: beside its frames, under its name and number."""
    letters = "".join(one if one.isalnum() or one in KEPT else "_" for one in name)
    return folder / f"{letters[:MOST_NAME].strip(' .') or 'job'}-{number}{ENDING}"


async def write_video(
    blender: str, frames: Sequence[Played], pace: Pace, target: Path, reporter: Reporter
) -> None:
    """Write it; one that was there before stays until it is whole. Raises LocalError.

    ``blender`` is the application, or empty for the bpy module of this Python.
    """
    partial = target.with_name(f"{target.stem}.partial{ENDING}")
    total = frames[-1].frame - frames[0].frame + 1
    with Scratch() as scratch:
        written = Path(scratch, "order.json")
        order = {"frames": [asdict(one) for one in frames], "pace": asdict(pace), "target": str(partial)}
        written.write_text(json.dumps(order), encoding="utf-8")
        try:
            code, said = await _run(_command(blender, written), total, reporter)
            if code or not partial.is_file():
                raise LocalError(
                    f"No video was written to {target}: {said} The frames are as they were. If the disk is "
                    "full make room on it, else open them in the sequencer."
                )
            os.replace(partial, target)
        finally:
            with contextlib.suppress(OSError):  # there is none, or it is nothing of ours
                partial.unlink()


def _command(blender: str, written: Path) -> list[str]:
    if not blender:
        return [sys.executable, "-I", str(PROGRAM), "--", str(written)]
    return [blender, *OPTIONS, "--python-exit-code", "1", "--python", str(PROGRAM), "--", str(written)]


async def _run(command: list[str], total: int, reporter: Reporter) -> tuple[int, str]:
    """To its end; its exit code, and what it said last."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    done, tail = 0, b""
    try:
        async for line in process.stdout:
            if line.startswith(MARK):
                done += 1
                reporter.progress("frames of the video written", done, total)
            else:
                tail = (tail + line)[-MOST_TAIL:]
        code = await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return code, plain_lines(tail.decode(errors="replace")).strip()
