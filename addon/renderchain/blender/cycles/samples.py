"""Which of a scene's samples are rendered: all of them, or those that its Sample Subset names."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from ...core.errors import SceneError
from ...core.merging import Sampling, part_of
from .tile_render import changed


def sampling_of(scene: Any) -> Sampling:
    """Of Cycles' settings as they stand at the current frame; a subset ends with the last sample there is."""
    cycles = scene.cycles
    first, count = 0, int(cycles.samples)
    if cycles.use_sample_subset:
        first = int(cycles.sample_offset)
        count = max(0, min(int(cycles.sample_subset_length), cycles.samples - first))
    return Sampling(int(cycles.seed), int(cycles.samples), first, count, bool(cycles.use_adaptive_sampling))


def layers_apart(scene: Any) -> str:
    """Names of view layers that are rendered with a number of samples of their own; "" for none.

    A Sample Subset is cut out of that number then, so parts have other samples there than anywhere else.
    """
    if scene.cycles.use_layer_samples == "IGNORE":
        return ""
    return ", ".join(layer.name for layer in scene.view_layers if layer.use and layer.samples)


def at_most(scene: Any, samples: int) -> AbstractContextManager[None]:
    """For a while no more than so many are rendered, of a subset its first.

    With fewer samples than a subset leaves out, Cycles would render none and show whatever was in memory.
    """
    cycles = scene.cycles
    if cycles.use_sample_subset:
        return changed(cycles, sample_subset_length=min(cycles.sample_subset_length, samples))
    return changed(cycles, samples=min(cycles.samples, samples))


def take_part(scene: Any, part: str) -> None:
    """Have a part of the scene's samples rendered alone, such as ``2/4``, for somebody to merge all parts.

    Raises LocalError. Adaptive sampling goes off: what it makes of parts is no part of what it makes of all.
    """
    cycles = scene.cycles
    if cycles.use_sample_subset:
        raise SceneError(
            "The scene renders a Sample Subset of its own; turn that off, or submit it without a part."
        )
    if layers := layers_apart(scene):
        raise SceneError(
            f"The view layers {layers} have numbers of samples of their own, which parts lack: "
            "set their Samples to 0, or Layer Samples to Ignore, or submit the scene without a part."
        )
    first, count = part_of(part, cycles.samples)
    cycles.use_adaptive_sampling = False
    cycles.use_sample_subset, cycles.sample_offset, cycles.sample_subset_length = True, first, count
