"""Textures of the kind Noise: new random numbers each time that anybody looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import bpy

from ....core.exactness import Finding, found
from .reach import Reach
from .simulations import is_rendered


def read_noise(reach: Reach, frames: Sequence[int]) -> Iterator[Finding]:
    """Each such texture that shapes what is rendered: by a modifier, particles, lines or the compositor."""
    noisy = [one for one in reach.of("TEXTURE") if one.type == "NOISE"]
    for texture, users in bpy.data.user_map(subset=noisy).items() if noisy else ():
        reached = [user for user in reach.blocks if user in users and user.id_type != "BRUSH"]
        if any(_shows(user, texture, frames) for user in reached):
            yield found("noise texture", texture.name)


def _shows(user: Any, texture: Any, frames: Sequence[int]) -> bool:
    """Whether the texture has a part in what a data-block looks like when it is rendered."""
    if user.id_type != "OBJECT":
        return True
    return any(
        is_rendered(user, modifier, frames) and texture in _textures(modifier) for modifier in user.modifiers
    )


def _textures(modifier: Any) -> list[Any]:
    pointers = (one for one in modifier.bl_rna.properties if one.type == "POINTER")
    names = (one.identifier for one in pointers if one.fixed_type.identifier == "Texture")
    return [getattr(modifier, name) for name in names]
