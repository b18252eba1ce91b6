"""Which tiles of a cheated lease are refused: the real prints of honest and cheated renderings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from renderchain.adapters.images.exr import read_noisy
from renderchain.core.pixel_prints import Pixels, crop, layers_of, print_of
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import TilePrint, agree

from devkit.cheats.renderer import PIXEL_CHEATS, PREVIOUS, SCENE_CHEATS
from devkit.renderings import FRAMES, HONEST, OTHER_MACHINE, KeptRenderer, Renderings

KINDS = (OTHER_MACHINE, *SCENE_CHEATS, PREVIOUS, *PIXEL_CHEATS)


@dataclass(frozen=True)
class Pair:
    """A tile as it should be and as it is in a lease."""

    true: Pixels
    shown: Pixels
    true_print: TilePrint
    shown_print: TilePrint

    @property
    def is_refused(self) -> bool:
        """Whether the prints disagree."""
        return not agree(self.true_print, self.shown_print, LEAST)


async def pairs_of(renderings: Renderings, kind: str) -> list[Pair]:
    """All leaves of the kept frames, honest and of that kind."""
    honest = await renderings.of(HONEST)
    other = honest if kind in (PREVIOUS, *PIXEL_CHEATS) else await renderings.of(kind)
    found = []
    for frame in FRAMES:
        true = _noisy(honest, frame)
        shown = _noisy(other, FRAMES[frame % len(FRAMES)] if kind == PREVIOUS else frame)
        if kind in PIXEL_CHEATS:
            shown = np.asarray(PIXEL_CHEATS[kind](true), np.float32)
        for region in renderings.manifest.regions:
            layers = zip(layers_of(crop(true, region)), layers_of(crop(shown, region)), strict=True)
            found += [Pair(*pair, *(print_of(one) for one in pair)) for pair in layers]
    return found


def _noisy(kept: KeptRenderer, frame: int) -> Pixels:
    return read_noisy(kept.source / f"{frame:04d}.noisy.exr")


def lease_of(pairs: Sequence[Pair], frames: int, share: float, name: str) -> list[bool]:
    """For each leaf of a lease of so many frames, whether it would be refused; a share is tampered."""
    per_frame = len(pairs) // len(FRAMES)
    total = frames * per_frame
    tampered = set(random.Random(name).sample(range(total), max(1, round(share * total))))
    return [leaf in tampered and pairs[leaf % len(pairs)].is_refused for leaf in range(total)]
