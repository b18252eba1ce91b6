"""Which frames a simulation's cache holds."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bpy

LAYOUT_SINCE = ((4, 5), (5, 2))  # the Blender versions whose packed bakes look like _RawBake below
MOST_FILES = 100_000
_FIRST_NUMBER = re.compile(r"\d+")
_BAKED_FRAME = re.compile(r"(-?\d+)_\d+\.json")
_POINT_FRAME = re.compile(r".*_(\d{6})_\d\d\.bphys")


def missing_in_point_cache(cache: Any, library: Any, frames: Sequence[int]) -> int | None:
    """The first of the frames that a point cache lacks; None if it has all. Beyond its end it holds still."""
    if not cache.is_baked:
        return frames[0]
    if cache.use_external:
        start = library if cache.use_library_path else None  # without, it is the film's folder
        files = _numbers(Path(bpy.path.abspath(cache.filepath, library=start)), _POINT_FRAME)
        return _first_missing(cache.frame_start, cache.frame_end, frames, files.__contains__)
    # "12 frames in memory (840 B).", in the artist's language; they are cached from the start on.
    count = _FIRST_NUMBER.search(cache.info)
    last = cache.frame_start + ((int(count[0]) if count else 0) - 1) * max(1, cache.frame_step)
    return _first_missing(cache.frame_start, cache.frame_end, frames, lambda frame: frame <= last)


def missing_in_fluid(domain: Any, library: Any, frames: Sequence[int]) -> int | None:
    """The first of the frames that a fluid domain's files lack."""
    is_liquid = domain.domain_type == "LIQUID"
    parts = {
        "data": (True, domain.has_cache_baked_data),
        "noise": (domain.use_noise and not is_liquid, domain.has_cache_baked_noise),
        "mesh": (domain.use_mesh and is_liquid, domain.has_cache_baked_mesh),
        "particles": (
            is_liquid
            and (domain.use_spray_particles or domain.use_foam_particles or domain.use_bubble_particles),
            domain.has_cache_baked_particles,
        ),
    }
    used = [(part, baked) for part, (is_used, baked) in parts.items() if is_used]
    if domain.cache_type == "REPLAY" or not all(baked for _, baked in used):
        return frames[0]
    folder = Path(bpy.path.abspath(domain.cache_directory, library=library))
    shift = domain.cache_frame_offset
    shifted = [frame + shift for frame in frames]
    lacking = []
    for part, _ in used:
        files = _numbers(folder / part, re.compile(r"[a-z_]+_(\d{4,})\..+"))
        lacking.append(
            _first_missing(domain.cache_frame_start, domain.cache_frame_end, shifted, files.__contains__)
        )
    found = [frame - shift for frame in lacking if frame is not None]
    return min(found) if found else None


class UnreadableBake(Exception):
    """This Blender does not say what is baked."""


def missing_in_bake(bake: Any, modifier: Any, scene: Any, frames: Sequence[int]) -> int | None:
    """The first of the frames that a simulation zone's bake lacks; raises UnreadableBake."""
    start, end = scene.frame_start, scene.frame_end
    if bake.use_custom_simulation_frame_range:
        start, end = bake.frame_start, bake.frame_end
    baked = _packed_frames(bake) or _frames_on_disk(bake, modifier)
    return _first_missing(start, end, frames, baked.__contains__) if baked else frames[0]


def _first_missing(start: int, end: int, frames: Sequence[int], has: Callable[[int], bool]) -> int | None:
    """Before its start a simulation has not begun, after its end it stands still."""
    return next((frame for frame in frames if frame >= start and not has(min(frame, end))), None)


def _frames_on_disk(bake: Any, modifier: Any) -> set[int]:
    library = modifier.id_data.library
    directory = bake.directory if bake.use_custom_path else modifier.bake_directory
    if not directory:
        return set()
    folder = Path(bpy.path.abspath(directory, library=library))
    folder = folder if bake.use_custom_path else folder / str(bake.bake_id)
    return _numbers(folder / "meta", _BAKED_FRAME)


def _numbers(folder: Path, pattern: re.Pattern[str]) -> set[int]:
    """The frames that the names of a folder's files say."""
    if not folder.is_dir():
        return set()
    names = (path.name for path, _ in zip(folder.iterdir(), range(MOST_FILES), strict=False))
    return {int(match[1]) for match in map(pattern.fullmatch, names) if match}


class _File(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("packed", ctypes.c_void_p)]


class _Packed(ctypes.Structure):
    _fields_ = [
        ("metas", ctypes.c_int),
        ("blobs", ctypes.c_int),
        ("meta", ctypes.POINTER(_File)),
        ("blob", ctypes.c_void_p),
    ]


class _RawBake(ctypes.Structure):
    """Blender's NodesModifierBake, which tells Python everything but what is packed."""

    _fields_ = [
        ("id", ctypes.c_int),
        ("flag", ctypes.c_uint32),
        ("mode", ctypes.c_uint8),
        ("target", ctypes.c_int8),
        ("_pad", ctypes.c_char * 6),
        ("directory", ctypes.c_void_p),
        ("frame_start", ctypes.c_int),
        ("frame_end", ctypes.c_int),
        ("blocks", ctypes.c_int),
        ("active", ctypes.c_int),
        ("block", ctypes.c_void_p),
        ("packed", ctypes.POINTER(_Packed)),
    ]


def _packed_frames(bake: Any) -> set[int]:
    """The frames packed into the file."""
    if bpy.app.version[:2] not in LAYOUT_SINCE:
        raise UnreadableBake
    raw = _RawBake.from_address(bake.as_pointer())
    if (raw.id, raw.frame_start, raw.frame_end) != (bake.bake_id, bake.frame_start, bake.frame_end):
        raise UnreadableBake
    if not raw.packed:
        return set()
    packed = raw.packed.contents
    names = (packed.meta[at].name or b"" for at in range(min(packed.metas, MOST_FILES)))
    matches = (_BAKED_FRAME.fullmatch(name.decode(errors="replace")) for name in names)
    return {int(match[1]) for match in matches if match}
