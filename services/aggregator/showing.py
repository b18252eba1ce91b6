"""A job's pictures at a glance: a contact sheet, and a video by ffmpeg in a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Sequence
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
from PIL import Image, ImageDraw
from renderchain.core.errors import LocalError

THUMBNAIL = 160  # pixels, the longer side
COLUMNS = 8
MOST_THUMBNAILS = 400  # of longer jobs as many, evenly spread, and those that are flagged
MOST_FLAGGED = 2400  # of these, also evenly spread: no JPEG is higher than 65,535 pixels
FLAGGED = (220, 60, 40)
FFMPEG_S = 1800.0
LEAST_RATE, MOST_RATE = 0.01, 10_000.0  # frames a second that a video may have


def contact_sheet(pictures: Sequence[tuple[int, Path]], flagged: Collection[int], target: Path) -> None:
    """Frames and their pictures in rows, each with its number; those that are flagged have a frame around."""
    marked = [one for one in pictures if one[0] in flagged]
    chosen = sorted({*_some(pictures, MOST_THUMBNAILS), *_some(marked, MOST_FLAGGED)})
    tiles = [_thumbnail(frame, path, frame in flagged) for frame, path in chosen]
    width, height = (max(tile.size[side] for tile in tiles) for side in (0, 1))
    columns = min(COLUMNS, len(tiles))
    sheet = Image.new("RGB", (width * columns, height * -(-len(tiles) // columns)))
    for at, tile in enumerate(tiles):
        sheet.paste(tile, (at % columns * width, at // columns * height))
    partial = target.with_name("partial-" + target.name)
    sheet.save(partial, quality=88)
    os.replace(partial, target)


def _some(pictures: Sequence[tuple[int, Path]], most: int) -> Sequence[tuple[int, Path]]:
    """At most so many of them, evenly spread."""
    return pictures[:: -(-len(pictures) // most) or 1]


def _thumbnail(frame: int, path: Path, is_flagged: bool) -> Image.Image:
    with Image.open(path) as picture:
        small = picture.convert("RGB")
    small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(small)
    draw.text((5, 3), str(frame), fill=(255, 255, 255), stroke_width=1, stroke_fill=(0, 0, 0))
    if is_flagged:
        draw.rectangle((0, 0, small.width - 1, small.height - 1), outline=FLAGGED, width=3)
    return small


def rate_of(fps: str) -> Fraction:
    """Frames a second of a manifest, such as ``24`` or ``24/1.001``. Raises LocalError."""
    whole, _, base = fps.partition("/")
    try:
        rate = float(whole) / float(base or 1)  # as a float, for a fraction of 1e999999999 has no end
    except (ValueError, ZeroDivisionError):
        rate = 0.0
    if not LEAST_RATE <= rate <= MOST_RATE:
        raise LocalError(f"No video of the frames is made, as {fps} is no number of frames a second.")
    return Fraction(rate).limit_denominator(1001)


def video(pictures: Sequence[Path], fps: str, target: Path) -> None:
    """An H.264 file that plays everywhere; all pictures have one size. Raises LocalError."""
    rate = rate_of(fps)
    listed = target.with_name("frames.txt")
    listed.write_text("".join(f"file '{path.name}'\nduration 1\n" for path in pictures))
    partial = target.with_name("partial-" + target.name)
    # Pixels are halved in both directions by the format, so an odd side loses one.
    even = f"setpts=N/({rate})/TB,crop=trunc(iw/2)*2:trunc(ih/2)*2"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "concat", "-i", str(listed)]
    command += ["-vf", even, "-r", str(rate), "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    try:
        subprocess.run(
            [*command, str(partial)],
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=FFMPEG_S,
        )
        os.replace(partial, target)
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()[-300:]
        raise LocalError(f"No video of the frames could be made: ffmpeg says {said!r}.") from error
    except subprocess.TimeoutExpired as error:
        raise LocalError(f"No video of the frames was made in {FFMPEG_S:.0f} s; make it by hand.") from error
    finally:
        partial.unlink(missing_ok=True)
        listed.unlink(missing_ok=True)
