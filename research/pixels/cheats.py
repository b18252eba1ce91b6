"""The cheats that prints are tried with: what each hands over, and which share of the samples it rendered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from renderchain.core.pixel_prints import Pixels

from . import transforms
from .shots import BEFORE, DENOISED, FIRSTS, HALF_SIZE, HONEST, LAYERS, OTHER_SEED, SAMPLES, first, firsts_of

BULB, PANEL = (3, 1e4), (24, 1e6)  # lamps: pixels a side, light
QUIET, QUIETER, QUIETEST = 1 / 32, 1 / 128, 1 / 512  # octaves; a bit's step is 1/16
PROBED = 2  # first samples that say whether a pixel is what it was in the frame before
ONE_STEP_UNSEEN = 2**0.125  # two steps of a bit: its parity stays
DIM_LAYER = 1  # of the scene with two, by name


@dataclass(frozen=True)
class Pictures:
    """One layer of a frame: what was rendered of it, and which share of the work each change takes."""

    scene: str
    layer: int
    samples: int
    pixels: Mapping[str, Pixels]
    work: Mapping[str, float]

    @property
    def honest(self) -> Pixels:
        """As it was paid for."""
        return self.pixels[HONEST]

    def first(self, share: float) -> Pixels:
        """With the first samples alone."""
        return self.pixels[first(int(self.samples * share))]

    @property
    def cheaper(self) -> list[tuple[int, Pixels]]:
        """All that were rendered with first samples alone, the fewest first."""
        return [(count, self.pixels[first(count)]) for count in firsts_of(self.samples)]


@dataclass(frozen=True)
class Forged:
    """What is handed over, the share of the work that it took, and what is true if not the honest picture."""

    pixels: Pixels
    work: float
    honest: Pixels | None = None


Cheat = Callable[[Pictures], Forged | None]  # None where it can't be tried


def _fewer(share: float, one: Pictures) -> Forged:
    return Forged(one.first(share), share)


def _rendered(change: str, share: float | None, one: Pictures) -> Forged | None:
    """Another rendering; without a share of the samples its seconds count."""
    if change not in one.pixels:
        return None
    pixels = transforms.upscaled(one.pixels[change], one.honest)
    if share is None:
        share = 1.0 if np.array_equal(pixels, one.honest) else one.work[change]
    return Forged(pixels, share)


def _altered(change: Callable[[Pixels], Pixels], work: float, one: Pictures) -> Forged:
    return Forged(change(one.honest), work)


def _uneven(places: float, share: float, one: Pictures) -> Forged:
    return Forged(transforms.mixed(one.honest, one.first(share), places), 1 - places * (1 - share))


def _from_neighbours(places: float, one: Pictures) -> Forged:
    return Forged(transforms.mixed(one.honest, transforms.shifted(one.honest), places), 1 - places)


def _broken(places: float, one: Pictures) -> Forged:
    broken = transforms.filled(one.honest, np.nan)
    return Forged(transforms.mixed(one.honest, broken, places), 1 - places)


def _oracle(one: Pictures) -> Forged:
    return Forged(*transforms.fewest(one.honest, one.cheaper, one.samples))


def _until_quiet(octaves: float, one: Pictures) -> Forged:
    few = [each for each in one.cheaper if one.samples <= 8 * each[0] and 2 * each[0] <= one.samples]
    return Forged(*transforms.until_quiet(one.honest, few, one.samples, octaves))


def _extrapolated(share: float, one: Pictures) -> Forged:
    return Forged(transforms.extrapolated(one.first(share), share), share)


def _made_up_noise(one: Pictures) -> Forged:
    share = FIRSTS[0] / SAMPLES
    return Forged(transforms.noisy_light(one.first(share), seed=1), share)


def _reused(one: Pictures) -> Forged | None:
    before, start = one.pixels.get(BEFORE), one.pixels.get(f"{BEFORE}, {first(PROBED)}")
    if before is None or start is None:
        return None
    pixels, same = transforms.reused(before, one.honest, start, one.pixels[first(PROBED)])
    return Forged(pixels, 1 - float(same.mean()) * (1 - PROBED / one.samples))


def _dim_layer(forge: Cheat, one: Pictures) -> Forged | None:
    """The second layer forged, the bright one honest."""
    if one.scene != LAYERS:
        return None
    return forge(one) if one.layer == DIM_LAYER else Forged(one.honest, 1.0)


def _beside(lamp: tuple[int, float], forge: Cheat, one: Pictures) -> Forged | None:
    """A tile with a lamp in it, everything around it forged."""
    forged = forge(one)
    if forged is None:
        return None
    lit = [transforms.with_lamps(pixels, *lamp) for pixels in (forged.pixels, one.honest)]
    return Forged(lit[0], forged.work, lit[1])


def _nan_for_black(one: Pictures) -> Forged | None:
    black = transforms.is_black(one.honest)
    broken = transforms.filled(one.honest, np.nan)
    return Forged(transforms.replaced(one.honest, black, broken), 1.0) if black.any() else None


def _only_what_counts(one: Pictures) -> Forged:
    height, width = one.honest.shape[:2]
    return Forged(one.honest, transforms.looked_at(width, height))


def _scaled(factor: float) -> Cheat:
    return partial(_altered, partial(transforms.scaled, factor=factor), 1.0)


def _filled(value: float) -> Cheat:
    return partial(_altered, partial(transforms.filled, value=value), 0.0)


# Where the camera moves.
CHEATS: dict[str, Cheat] = {
    "31/32 of the samples": partial(_fewer, 31 / 32),
    "3/4 of the samples": partial(_fewer, 3 / 4),
    "1/2 of the samples": partial(_fewer, 1 / 2),
    "1/4 of the samples": partial(_fewer, 1 / 4),
    "1/32 of the samples": partial(_fewer, 1 / 32),
    "1/4 of the samples, the rest guessed from neighbours": partial(_extrapolated, 1 / 4),
    "1/2 of the samples, the rest guessed from neighbours": partial(_extrapolated, 1 / 2),
    "made-up noise on 1/32 of the samples": _made_up_noise,
    "half the resolution": partial(_rendered, HALF_SIZE, 1 / 4),
    "1/4 of the samples, denoised": partial(_rendered, DENOISED, 1 / 4),
    "other seed": partial(_rendered, OTHER_SEED, 1.0),
    "previous frame": partial(_rendered, BEFORE, 0.0),
    "4 bounces": partial(_rendered, "4 bounces", None),
    "2 bounces": partial(_rendered, "2 bounces", None),
    "indirect clamp": partial(_rendered, "indirect clamp", None),
    "textures of 128 px": partial(_rendered, "textures 128 px", None),
    "subdivision 1": partial(_rendered, "subdivision 1", None),
    "5 % of the pixels at 1/4": partial(_uneven, 0.05, 1 / 4),
    "10 % of the pixels at 1/4": partial(_uneven, 0.1, 1 / 4),
    "20 % of the pixels at 1/4": partial(_uneven, 0.2, 1 / 4),
    "40 % of the pixels at 1/4": partial(_uneven, 0.4, 1 / 4),
    "80 % of the pixels at 1/4": partial(_uneven, 0.8, 1 / 4),
    "10 % of the pixels at 1/32": partial(_uneven, 0.1, 1 / 32),
    "20 % of the pixels at 1/32": partial(_uneven, 0.2, 1 / 32),
    "10 % of the pixels from their neighbours": partial(_from_neighbours, 0.1),
    "20 % of the pixels from their neighbours": partial(_from_neighbours, 0.2),
    "10 % of the pixels NaN": partial(_broken, 0.1),
    "20 % of the pixels NaN": partial(_broken, 0.2),
    "each pixel until twice the samples move it by 1/32 octave at most": partial(_until_quiet, QUIET),
    "the same, 1/128 octave": partial(_until_quiet, QUIETER),
    "the same, 1/512 octave": partial(_until_quiet, QUIETEST),
    "oracle: the fewest samples that keep a pixel's bit": _oracle,
    "only the pixels that count": _only_what_counts,
    "tile from elsewhere": partial(_altered, transforms.pasted, 0.0),
    "logo of 10x10 px": partial(_altered, transforms.with_logo, 1.0),
    "light + 5 %": _scaled(1.05),
    "light × 2^(1/8)": _scaled(ONE_STEP_UNSEEN),
    "light × 2": _scaled(2.0),
    "black": _filled(0.0),
    "NaN": _filled(np.nan),
    "infinity": _filled(np.inf),
    "negative light": _scaled(-1.0),
    "NaN for black": _nan_for_black,
    "no alpha": partial(_altered, transforms.transparent, 1.0),
    "dim layer black": partial(_dim_layer, _filled(0.0)),
    "dim layer with 1/4 of the samples": partial(_dim_layer, partial(_fewer, 1 / 4)),
    "beside a bulb: 1/4 of the samples": partial(_beside, BULB, partial(_fewer, 1 / 4)),
    "beside a bulb: light + 5 %": partial(_beside, BULB, _scaled(1.05)),
    "beside a lit panel: 1/4 of the samples": partial(_beside, PANEL, partial(_fewer, 1 / 4)),
    "beside a lit panel: 1/32 of the samples": partial(_beside, PANEL, partial(_fewer, 1 / 32)),
    "beside a lit panel: black": partial(_beside, PANEL, _filled(0.0)),
    "beside a lit panel: light × 2^(1/8)": partial(_beside, PANEL, _scaled(ONE_STEP_UNSEEN)),
    "beside a lit panel: light × 2": partial(_beside, PANEL, _scaled(2.0)),
}
# Where it stands: once with the seeds that the network forces, once with the scene's own.
NETWORK, OWN = "the network's seeds", "the scene's own seed"
STILL_CHEATS: dict[str, Cheat] = {
    "still camera, previous frame": partial(_rendered, BEFORE, 0.0),
    "still camera, pixels copied where the first 2 samples agree": _reused,
}
NAMES = (*CHEATS, *(f"{name}, {seeds}" for name in STILL_CHEATS for seeds in (NETWORK, OWN)))
