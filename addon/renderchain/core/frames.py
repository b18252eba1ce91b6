"""Frame ranges as people write them: ``1-8``, ``1,5,9-12``, ``1-100x5``."""

from __future__ import annotations

import re

from .errors import FrameRangeError

MAX_FRAMES = 100_000
_PART = re.compile(r"(-?\d+)(?:(?:-|\.\.)(-?\d+)(?:x(\d+))?)?")


def parse_frames(text: str) -> tuple[int, ...]:
    """Frame numbers, ascending and unique.

    Raises FrameRangeError with the part that can't be read.
    """
    frames: set[int] = set()
    for part in (piece.strip() for piece in text.split(",")):
        match = _PART.fullmatch(part)
        if not match:
            raise FrameRangeError(f"{part!r} is not a frame or a range; write 1-8, 1,5,9 or 1-100x5.")
        first = int(match[1])
        last = int(match[2]) if match[2] is not None else first
        step = int(match[3]) if match[3] is not None else 1
        if last < first or step < 1:
            raise FrameRangeError(f"The range {part!r} is empty; write the lower frame first.")
        if (last - first) // step + len(frames) >= MAX_FRAMES:
            raise FrameRangeError(f"{text!r} has over {MAX_FRAMES} frames; split it into jobs.")
        frames.update(range(first, last + 1, step))
    return tuple(sorted(frames))


def format_frames(frames: tuple[int, ...]) -> str:
    """The shortest text that parse_frames reads back, runs joined."""
    parts: list[str] = []
    index = 0
    while index < len(frames):
        end = index
        while end + 1 < len(frames) and frames[end + 1] == frames[end] + 1:
            end += 1
        parts.append(str(frames[index]) if end == index else f"{frames[index]}-{frames[end]}")
        index = end + 1
    return ",".join(parts)
