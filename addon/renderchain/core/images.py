"""What a worker looks at in its own images before it submits them, and what it does not submit.

None of it judges a picture. It is what broken machines and scenes without their files make: numbers that are
none, nothing at all where there was light, and Blender's pink for a texture that is missing, all over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .manifest import Manifest
from .pixel_prints import Pixels

RGBA = 4
LIT = 2.0**-4  # brighter than this, a pixel is no noise in the dark
LIT_PART = 64  # one in so many pixels has to be lit before a frame can't be black
SAME_PART = 100  # two channels are the same up to this part of the brighter one


@dataclass(frozen=True)
class ImageFacts:
    """Of a frame's final image and noisy pass; sizes are width and height, counts of pixels of all layers.

    ``broken_count`` are pixels with a number that is none or infinite, ``lit_count`` those with light, and
    ``pink_count`` those of them that have red and blue alike and no green. ``final_is_black``: for certain.
    """

    final_size: tuple[int, int]
    final_is_black: bool
    noisy_size: tuple[int, int]
    channel_count: int
    broken_count: int = 0
    lit_count: int = 0
    pink_count: int = 0


def counts_of(pixels: Pixels) -> tuple[int, int, int]:
    """Broken, lit and pink pixels of a noisy pass, row by row so that a large one takes little memory."""
    broken = lit = pink = 0
    for row in pixels:
        layers = row.reshape(-1, RGBA)
        broken += int((~np.isfinite(layers)).any(axis=1).sum())
        red, green, blue = (np.nan_to_num(layers[:, at]) for at in range(3))
        most = np.maximum(np.maximum(red, green), blue)
        is_lit = most > LIT
        near = most / SAME_PART
        lit += int(is_lit.sum())
        pink += int((is_lit & (green <= near) & (np.abs(red - blue) <= near)).sum())
    return broken, lit, pink


def fault_of(facts: ImageFacts, manifest: Manifest) -> str:
    """Why a frame with these images is not submitted; "" where nothing is wrong."""
    size, channels = (manifest.width, manifest.height), RGBA * len(manifest.view_layers)
    for name, found in (("final image", facts.final_size), ("noisy pass", facts.noisy_size)):
        if found != size:
            return f"its {name} has {found[0]}x{found[1]} pixels, not {size[0]}x{size[1]}"
    if facts.channel_count != channels:
        return f"its noisy pass has {facts.channel_count} channels, not {channels}"
    pixels = size[0] * size[1] * len(manifest.view_layers)
    if facts.broken_count:
        return f"{facts.broken_count} of its {pixels} pixels hold no numbers (NaN or infinite)"
    is_lit = facts.lit_count * LIT_PART >= pixels
    if facts.final_is_black and is_lit:
        return "its final image is entirely black, and its noisy pass is not"
    if is_lit and facts.pink_count == facts.lit_count:
        return "all that is lit in it is pink: its textures are missing"
    return ""
