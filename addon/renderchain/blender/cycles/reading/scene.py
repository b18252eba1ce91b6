"""All that is read of a scene before anybody renders or pays for it."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ....core.exactness import Finding, found
from ...steps import Steps, all_at_once, gathered
from .circles import read_circles
from .noise import read_noise
from .reach import Reach
from .settings import read_settings, read_wishes
from .simulations import read_simulations
from .strokes import read_strokes
from .volumes import has_volume

VOLUME_GUIDING_SINCE = (5, 0)


def read_exactness(scene: bpy.types.Scene, frames: Sequence[int], *, own_seed: bool) -> tuple[Finding, ...]:
    """What a worker, a verifier and the artist alike find out about these frames (at least one) of a scene.

    ``own_seed``: the scene's seed is left as it is.
    """
    return all_at_once(_exactness(scene, frames, own_seed))


def read_for_artist(
    scene: bpy.types.Scene, frames: Sequence[int], *, own_seed: bool
) -> Steps[tuple[Finding, ...]]:
    """The same, and what the network will do otherwise than the artist's own Blender; in steps."""
    if scene.render.engine != "CYCLES":
        return ()
    wishes = tuple(read_wishes(scene, own_seed))
    return (*wishes, *(yield from _exactness(scene, frames, own_seed)))


def _exactness(scene: bpy.types.Scene, frames: Sequence[int], own_seed: bool) -> Steps[tuple[Finding, ...]]:
    findings = [*read_settings(scene, frames, own_seed)]
    reach, shown = yield from Reach.of_scene(scene)
    if bpy.app.version[:2] >= VOLUME_GUIDING_SINCE and (yield from has_volume(reach)):
        findings.append(found("volume guiding"))
    for looks in (
        read_noise(reach, frames),
        read_strokes(reach),
        read_simulations(scene, shown, frames),
        read_circles(reach),
    ):
        yield from gathered(looks, findings)
    return tuple(findings)
