"""A render process's part in a merge: which samples a frame has, and what is made of all of them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ..core.errors import RenderFailed
from ..core.merge_messages import FinalMade, MakeFinal, MergeCommand, MergeMessage, SamplingRead
from ..core.messages import Load
from .cycles import final_image
from .cycles.samples import layers_apart, sampling_of
from .cycles.tile_render import changed


def answer(command: MergeCommand, load: Load, scene: Any) -> MergeMessage:
    """Of the scene at the command's frame; raises RenderFailed."""
    if isinstance(command, MakeFinal):
        return _made(command, load, scene)
    if layers := layers_apart(scene):
        raise RenderFailed(f"the view layers {layers} have numbers of samples of their own, so it is no part")
    return SamplingRead(command.frame, sampling_of(scene))


def _made(command: MakeFinal, load: Load, scene: Any) -> FinalMade:
    """All samples are in the noisy pass, whichever of them the scene itself renders."""
    output, name = Path(load.output), f"{command.frame:04d}.again.{load.extension}"
    reason = final_image.why_not(scene)
    if not reason:
        with changed(scene.cycles, use_sample_subset=False), tempfile.TemporaryDirectory() as scratch:
            final_image.make_again(scene, output / command.noisy, output / name, Path(scratch))
    return FinalMade(command.frame, name, reason)
