"""Frame ranges as people write them: ``1-8``, ``1,5,9-12``, ``1-100x5``."""

from __future__ import annotations

import re

from .errors import FrameRangeError

MAX_FRAMES = 100_000
LAST_FRAME = 1_048_574  # Blender's own, and negative the first
LEAST_STEPPED = 5  # frames that are named by a step
_NUMBER = r"\d{1,12}"
_PART = re.compile(rf"(-?{_NUMBER})(?:(?:-|\.\.)(-?{_NUMBER})(?:x({_NUMBER}))?)?")


def parse_frames(text: str) -> tuple[int, ...]:
    """Frame numbers, ascending and unique.

    Raises FrameRangeError with the part that can't be read.
    """
    frames: set[int] = set()
    for part in (piece.strip() for piece in text.split(",")):
        match = _PART.fullmatch(part)
        if not match:
            raise FrameRangeError(f"{part!r:.80} is not a frame or a range; write 1-8, 1,5,9 or 1-100x5.")
        first = int(match[1])
        last = int(match[2]) if match[2] is not None else first
        step = int(match[3]) if match[3] is not None else 1
        if last < first or step < 1:
            raise FrameRangeError(f"The range {part!r} is empty; write the lower frame first.")
        if first < -LAST_FRAME or last > LAST_FRAME:
            raise FrameRangeError(f"{part!r} is not in Blender's time, -{LAST_FRAME} to {LAST_FRAME}.")
        if (last - first) // step + len(frames) >= MAX_FRAMES:
            raise FrameRangeError(f"{text!r:.80} has over {MAX_FRAMES} frames; split it into jobs.")
        frames.update(range(first, last + 1, step))
    return tuple(sorted(frames))


def format_frames(frames: tuple[int, ...]) -> str:
    """A text that parse_frames reads back, short enough for an argument: runs joined, also those by steps."""
    parts: list[str] = []
    index = 0
    while index < len(frames):
        last = _end_of_run(frames, index)
        step = frames[last] - frames[last - 1] if last > index else 1
        if step > 1 and last - index + 1 < LEAST_STEPPED:
            last = index
        ends = f"{frames[index]}" if last == index else f"{frames[index]}-{frames[last]}"
        parts.append(f"{ends}x{step}" if step > 1 and last > index else ends)
        index = last + 1
    return ",".join(parts)


def _end_of_run(frames: tuple[int, ...], first: int) -> int:
    """The last one of those that are as far from each other as the first two."""
    last = min(first + 1, len(frames) - 1)
    while last + 1 < len(frames) and frames[last + 1] - frames[last] == frames[first + 1] - frames[first]:
        last += 1
    return last
