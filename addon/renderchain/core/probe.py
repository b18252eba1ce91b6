"""The probe of a package: which frames are looked at, what is compared, and what follows.

A frame's pixels must be a function of the package and the frame's number, on every machine of a family.
Three parts look for scenes in which they are not: ``order`` compares frames rendered one after the other
with jumps in another process, ``history`` compares a frame with the one that playing up to it makes,
``kernels`` compares the prints that Cycles' two CPU kernels make of some tiles, and its spread sets the
job's own limits. docs/verification.md has the measurements.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from .exactness import Finding, errors_of
from .print_limits import LEAST, MOST, PrintLimits
from .prints import TilePrint, agree, bit_distance
from .probe_report import MAX_REASONS, MAX_SENTENCE, ProbeReason, ReasonKind, printable
from .tiles import TILE

DEFAULT_S = 60
MOST_FRAMES = 6
LEAST_FRAMES = 3
MOST_TILES = 36  # by both kernels, where time allows
SHARED_TILES = 4  # of one frame, in one opening
REDUCED_SAMPLES = 16
REDUCED_SIDE = 960  # pixels: half of a frame that is larger still would take the time of all parts
WIDEST_CROP = TILE + 2 * 16  # a tile and its margin
# What a machine may differ by, in quarters of what two kernels of one machine did; and the least of it that
# the cap must leave, for a few tiles do not show a scene's farthest.
SPREAD_QUARTERS, LEAST_QUARTERS = 10, 5
# A worker's probe may take this part of rendering one lease: what it may lose by a lease that is refused is
# the whole of it. Under the least seconds, Blender can't be started three times.
LEASE_PART = 2
LEAST_S = 10.0


def frames_by_weight(job: Sequence[int], changes: Sequence[int]) -> tuple[int, ...]:
    """The job's frames worth a look, the most telling first, at most MOST_FRAMES.

    ``job`` is ascending, ``changes`` are where something in the scene changes, the weightiest first: of
    each the first frame of the job that shows it. The last frame comes before all, for most has happened.
    """
    wanted = [job[-1], job[0]]
    wanted += [job[at] for change in changes if (at := bisect_left(job, change)) < len(job)]
    found = list(dict.fromkeys(wanted))
    if len(found) < LEAST_FRAMES:
        found = list(dict.fromkeys([*found, job[len(job) // 2]]))
    return tuple(found[:MOST_FRAMES])


def spread(count: int, most: int) -> tuple[int, ...]:
    """Up to so many of the indices below ``count``, evenly over all of them."""
    chosen = min(count, most)
    return tuple((2 * one + 1) * count // (2 * chosen) for one in range(chosen))


def leaves_to_compare(
    frames: Sequence[int], leaves: int, *, whole_frames: bool
) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Frames and leaves that both kernels render, at most MOST_TILES, in the order of their weight.

    Each by itself, for time may end between them; but those of a frame together where the frame is rendered
    for them anyway.
    """
    # From the middle outwards: that is where the artist looks, and time may end early.
    places = sorted(spread(leaves, MOST_TILES), key=lambda place: abs(2 * place - leaves))
    pairs = [
        (frames[(at + turn) % len(frames)], place)
        for turn in range(len(frames))
        for at, place in enumerate(places)
    ]
    if whole_frames:
        chosen = dict.fromkeys(frame for frame, _ in pairs[:MOST_TILES])
        each = MOST_TILES // len(chosen)
        return tuple((frame, tuple(places[:each])) for frame in chosen)
    return tuple((frame, (place,)) for frame, place in pairs[:MOST_TILES])


def limits_of(prints: Sequence[tuple[TilePrint, TilePrint]]) -> PrintLimits | None:
    """The limits of a job whose tiles came out like this by two kernels; None where the cap is too narrow."""
    if not all(agree(one, other, MOST) for one, other in prints):
        return None
    parts = [
        0 if one.digest == other.digest else bit_distance(one, other) * 10_000 // one.area
        for one, other in prints
    ]
    if is_wider(_multiple(parts, LEAST_QUARTERS), MOST):
        return None
    wanted = _multiple(parts, SPREAD_QUARTERS)
    return PrintLimits(
        min(max(wanted.tile_percent, LEAST.tile_percent), MOST.tile_percent),
        min(max(wanted.mean_percent, LEAST.mean_percent), MOST.mean_percent),
    )


def _multiple(parts: Sequence[int], quarters: int) -> PrintLimits:
    """So many quarters of a spread in hundredths of a per cent, farthest and mean, rounded up."""
    return PrintLimits(-(-max(parts) * quarters // 400), -(-sum(parts) * quarters // (400 * len(parts))))


def is_wider(needed: PrintLimits, terms: PrintLimits) -> bool:
    """Whether a machine needs wider limits than a job has."""
    return needed.tile_percent > terms.tile_percent or needed.mean_percent > terms.mean_percent


def lease_budget_s(seconds: float, frames: int, frame_s: float) -> float:
    """How long a worker's probe may take for leases of so many frames, each of about so many seconds."""
    return min(seconds, max(LEAST_S, frames * frame_s / LEASE_PART))


def tile_estimate_s(width: int, height: int, samples: int, *, whole: bool, reduced_s: float) -> float:
    """What a leaf of a frame of that size may take, by what a reduced frame took; ``whole``: the frame."""
    scale = min(0.5, REDUCED_SIDE / max(width, height))
    reduced_pixels = max(1.0, width * height * scale * scale)
    pixels = width * height if whole else min(width, WIDEST_CROP) * min(height, WIDEST_CROP)
    return reduced_s * max(1.0, pixels * samples / (reduced_pixels * min(samples, REDUCED_SAMPLES)))


def frame_estimate_s(
    width: int, height: int, samples: int, *, reduced_s: float, leaves_s: Sequence[float], whole: bool
) -> float:
    """What a frame of that size may take at most, by a reduced one and by leaves at full size.

    Each counts what every rendering takes, such as opening the file, as often as it fits into the frame, so
    the smaller estimate is the better one. ``whole``: for a leaf its whole frame was rendered.
    """
    by_reduced = tile_estimate_s(width, height, samples, whole=True, reduced_s=reduced_s)
    if not leaves_s:
        return by_reduced
    leaf_s = sum(leaves_s) / len(leaves_s)
    if whole:
        return leaf_s
    crop = min(width, WIDEST_CROP) * min(height, WIDEST_CROP)
    return max(reduced_s, min(by_reduced, leaf_s * width * height / crop))


def order_reason(frame: int) -> ProbeReason:
    """A frame that a jump in a fresh process makes another one."""
    return ProbeReason(
        ReasonKind.ORDER,
        f"Frame {frame} does not come out the same twice, in one process after other frames and in another "
        "one alone. Look for a time limit, a driver in a circle, or a simulation without a cache.",
        frame,
    )


def history_reason(frame: int, causes: Sequence[str]) -> ProbeReason:
    """A frame that playback makes another one than opening the file at it does."""
    name = printable(causes[0]) if causes else ""
    by = f" ({name})" if name else ""
    return ProbeReason(
        ReasonKind.HISTORY,
        f"Frame {frame} depends on the frames before it{by}: bake it. Workers start at any frame, and would "
        "make another picture than your playback.",
        frame,
        name,
    )


def chaos_reason() -> ProbeReason:
    """Prints that two kernels make too different for any rule."""
    return ProbeReason(
        ReasonKind.CHAOS,
        "Two processors make too different noise of this scene to tell honest work from cheating: trusted "
        "workers only. White noise, or a texture of an extreme scale, on positions does that; give it "
        "whole-numbered or coarser coordinates.",
    )


def time_reason(what: str, frame: int | None = None) -> ProbeReason:
    """A part that was not done in time; ``what`` is a whole clause."""
    return ProbeReason(ReasonKind.TIME, f"{what}: give the probe more seconds to be sure.", frame)


def scene_reason(text: str) -> ProbeReason:
    """What keeps the scene from being packed, opened or rendered."""
    return ProbeReason(ReasonKind.SCENE, printable(text, MAX_SENTENCE))


def scene_reasons(errors: Sequence[str], refused: Sequence[Finding]) -> tuple[ProbeReason, ...]:
    """What preflight says: the reader's findings with frame and data-block, and all other errors."""
    found = [
        ProbeReason(ReasonKind.SCENE, printable(one.sentence, MAX_SENTENCE), one.frame, printable(one.block))
        for one in refused[:MAX_REASONS]
    ]
    told = errors_of(refused)
    return (*found, *(scene_reason(error) for error in errors if error not in told))[:MAX_REASONS]
