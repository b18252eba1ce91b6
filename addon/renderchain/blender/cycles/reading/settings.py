"""The scene's settings at each frame of a job: what the render process sets must stay as it was set.

Blender evaluates the animation again on a copy of its own when it renders, so what is keyed or driven can't
be overridden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import bpy

from ....core.exactness import Finding, found
from ..compositor import file_outputs
from ..final_file import stamped_of_machine
from ..tile_render import MAX_CYCLES_TILE, forced_settings, frame_size
from .curves import AnimatedSetting, animated_by

# What everybody reads once, before the first frame, or changes for the time of one rendering.
FIXED = re.compile(
    r"render\.(engine|resolution_\w+|pixel_aspect_\w+|use_crop_to_border|border_\w+|use_multiview|use_freestyle"
    r"|image_settings\.\w+|use_sequencer)|cycles\.(use_denoising|denoiser|device|shading_system|feature_set"
    r"|use_sample_subset|sample_offset|sample_subset_length)"
    r"|view_layers\[.*\]\.(use|use_pass_combined|use_freestyle|cycles\.denoising_store_passes)"
)
ANY = frozenset({0.0, 1.0})


def read_settings(scene: Any, frames: Sequence[int], own_seed: bool) -> Iterator[Finding]:
    """What follows from the scene's own settings at these frames."""
    animated = list(animated_by(scene))
    forced = forced_settings(own_seed)
    for one in animated:
        if one.path in forced or FIXED.fullmatch(one.path):
            frame = _first_other(scene, one, forced, frames)
            if frame is not None:
                yield found("animated setting", scene.name, frame, one.path)
    adaptive = 1.0 in _switch(scene, animated, "use_adaptive_sampling", frames)
    if 1.0 in _switch(scene, animated, "use_guiding", frames):
        yield found("path guiding")
    cycles = scene.cycles
    if cycles.use_sample_subset and cycles.sample_offset >= _least(scene, animated, "samples", frames):
        yield found("no samples", scene.name)
    if scene.render.use_freestyle and any(layer.use_freestyle for layer in scene.view_layers):
        yield found("Freestyle")
    for name in file_outputs(scene):
        yield found("file output", name)
    if adaptive and max(frame_size(scene)) > MAX_CYCLES_TILE:
        yield found("large frame")


def read_wishes(scene: Any, own_seed: bool) -> Iterator[Finding]:
    """What the network does otherwise than the artist's own Blender, for the artist to know."""
    if scene.cycles.time_limit > 0:
        yield found("time limit")
    if fields := stamped_of_machine(scene):
        yield found("stamp", detail=", ".join(fields).replace("_", " "))
    if scene.render.image_settings.use_preview:
        yield found("preview")
    if not scene.cycles.use_animated_seed:
        yield found("own seed" if own_seed else "seed")


def _first_other(
    scene: bpy.types.Scene, one: AnimatedSetting, forced: dict[str, Any], frames: Sequence[int]
) -> int | None:
    """The first of the frames at which a setting is another than it is set to; None if it never is."""
    try:
        wanted = forced[one.path] if one.path in forced else scene.path_resolve(one.path)
    except ValueError:
        return None  # the path leads nowhere, so nothing is animated
    for frame in frames:
        values = one.values([frame])
        if values is None or isinstance(wanted, str) or not _means(values.pop(), wanted):
            return frame
    return None


def _means(value: float, wanted: Any) -> bool:
    """Whether Blender makes the wanted value of a curve's."""
    if isinstance(wanted, bool):
        return _is_on(value) == wanted
    return int(value) == wanted if isinstance(wanted, int) else value == wanted


def _is_on(value: float) -> bool:
    return value > 1 - 1e-6


def _least(scene: Any, animated: list[AnimatedSetting], name: str, frames: Sequence[int]) -> float:
    """The least value that a number of Cycles has at these frames, as far as one can tell."""
    curves = [one for one in animated if one.path == f"cycles.{name}"]
    values = [value for one in curves for value in one.values(frames) or ()]
    return min(values, default=float(getattr(scene.cycles, name)))


def _switch(scene: Any, animated: list[AnimatedSetting], name: str, frames: Sequence[int]) -> set[float]:
    """The states that a switch of Cycles has at these frames, as far as one can tell."""
    states: set[float] = set()
    curves = [one for one in animated if one.path == f"cycles.{name}"]
    for one in curves:
        values = one.values(frames)
        states |= ANY if values is None else {float(_is_on(value)) for value in values}
    return states or {float(getattr(scene.cycles, name))}
