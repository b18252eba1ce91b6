"""Comparing frames bit by bit, and showing them: a contact sheet and a video."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from PIL import Image

THUMBNAIL = (320, 180)
COLUMNS = 4


def mean_difference(mine: Path, other: Path) -> float:
    """Of all values of two frames, in steps of 255; 0 only if they are equal bit by bit."""
    pair = [np.asarray(Image.open(path), np.float64) for path in (mine, other)]
    return float(np.abs(pair[0] - pair[1]).mean()) if pair[0].shape == pair[1].shape else 255.0


def is_a_picture(path: Path) -> bool:
    """Whether a frame shows something: one flat colour would equal anything as empty."""
    return bool(np.asarray(Image.open(path)).std() > 10)


def contact_sheet(frames: list[Path], target: Path) -> None:
    """All frames in rows of four."""
    width, height = THUMBNAIL
    rows = -(-len(frames) // COLUMNS)
    sheet = Image.new("RGB", (width * COLUMNS, height * rows))
    for index, frame in enumerate(frames):
        small = Image.open(frame).convert("RGB").resize(THUMBNAIL, Image.Resampling.LANCZOS)
        sheet.paste(small, (index % COLUMNS * width, index // COLUMNS * height))
    sheet.save(target, quality=88)


def video(frames: list[Path], target: Path, fps: int) -> None:
    """An H.264 file of the frames."""
    pattern = str(frames[0].parent / ("%04d" + frames[0].suffix))
    start = str(int(frames[0].stem))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-framerate", str(fps)]
    command += ["-start_number", start, "-i", pattern, "-pix_fmt", "yuv420p", str(target)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
