"""What cheats make of pixels that were rendered for less: pure functions of arrays (height, width, 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from renderchain.core.pixel_prints import LUMINANCE, Pixels, crop, print_of
from renderchain.core.tiles import TILE, Tile, tiles_of

Mask = NDArray[np.bool_]
# Steps of a sequence that fills the plane evenly (Roberts 2018): no block of a tile gets more than its share.
EVEN_STEPS = (0.7548776662466927, 0.5698402909980532)
LOGO_PX = 10


def tiles(pixels: Pixels) -> Iterator[tuple[Tile, Pixels]]:
    """Each tile and its pixels; what is written to these is written to the frame."""
    for tile in tiles_of(pixels.shape[1], pixels.shape[0]):
        yield tile, crop(pixels, tile)


def light(pixels: Pixels) -> NDArray[np.float64]:
    """The luminance of each pixel."""
    return np.asarray(pixels[..., :3].astype(np.float64) @ LUMINANCE)


def scaled(pixels: Pixels, factor: float) -> Pixels:
    """All of the light times a factor, alpha as it is."""
    return np.concatenate([pixels[..., :3] * np.float32(factor), pixels[..., 3:]], axis=2)


def filled(pixels: Pixels, value: float) -> Pixels:
    """The same light everywhere."""
    return np.concatenate([np.full_like(pixels[..., :3], value), pixels[..., 3:]], axis=2)


def transparent(pixels: Pixels) -> Pixels:
    """The light as it is, without alpha."""
    return np.concatenate([pixels[..., :3], np.zeros_like(pixels[..., 3:])], axis=2)


def shifted(pixels: Pixels) -> Pixels:
    """Each pixel as its left neighbour is."""
    return np.concatenate([pixels[:, :1], pixels[:, :-1]], axis=1)


def replaced(pixels: Pixels, places: Mask, others: Pixels) -> Pixels:
    """Pixels of ``others`` in these places."""
    return np.where(places[..., None], others, pixels)


def is_black(pixels: Pixels) -> Mask:
    """Where there is no light at all."""
    return np.asarray((pixels[..., :3] == 0).all(axis=2))


def pasted(pixels: Pixels) -> Pixels:
    """Each tile from elsewhere in the frame."""
    return np.ascontiguousarray(np.roll(pixels, pixels.shape[1] // 2, axis=1))


def with_logo(pixels: Pixels) -> Pixels:
    """A white square of 10x10 in every tile."""
    marked = pixels.copy()
    for _, part in tiles(marked):
        part[3 : 3 + LOGO_PX, 3 : 3 + LOGO_PX, :3] = 1.0
    return marked


def with_lamps(pixels: Pixels, side_px: int, strength: float) -> Pixels:
    """A square of light in the middle of each tile, as if a lamp were seen in it."""
    marked = pixels.copy()
    for tile, part in tiles(marked):
        y, x = (tile.height - side_px) // 2, (tile.width - side_px) // 2
        part[y : y + side_px, x : x + side_px, :3] = strength
    return marked


def evenly(height: int, width: int, share: float) -> Mask:
    """A share of all pixels, spread evenly."""
    at = np.add.outer(EVEN_STEPS[0] * np.arange(height), EVEN_STEPS[1] * np.arange(width))
    return np.asarray(at % 1 < share)


def mixed(full: Pixels, cheap: Pixels, share: float) -> Pixels:
    """A share of the pixels, spread evenly, from the cheap rendering."""
    return replaced(full, evenly(full.shape[0], full.shape[1], share), cheap)


def bits_of(pixels: Pixels) -> Mask:
    """The bit that each pixel has in the print of its tile."""
    found = np.zeros(pixels.shape[:2], bool)
    for tile, part in tiles(pixels):
        bits = np.unpackbits(np.frombuffer(print_of(part).bits, np.uint8)).reshape(TILE, TILE)
        crop(found, tile)[...] = bits[: tile.height, : tile.width]
    return found


def fewest(full: Pixels, cheaper: Sequence[tuple[int, Pixels]], samples: int) -> tuple[Pixels, float]:
    """Each pixel with the fewest samples that keep its bit; returns the share of samples, too.

    ``cheaper`` are numbers of first samples with what they look like, the fewest first. Only who has the
    honest rendering can choose so.
    """
    bits, pixels = bits_of(full), full.copy()
    spent = np.full(full.shape[:2], samples)
    for count, cheap in reversed(cheaper):
        kept = bits_of(cheap) == bits
        pixels, spent = replaced(pixels, kept, cheap), np.where(kept, count, spent)
    return pixels, float(spent.mean()) / samples


def until_quiet(
    full: Pixels, cheaper: Sequence[tuple[int, Pixels]], samples: int, octaves: float
) -> tuple[Pixels, float]:
    """Each pixel until twice the samples change its light by less than so much; likewise."""
    pixels, spent = full.copy(), np.full(full.shape[:2], samples)
    for (_, half), (count, whole) in reversed([*zip(cheaper, cheaper[1:], strict=False)]):
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = np.abs(np.log2(light(whole) / light(half)))
        quiet = (moved < octaves) | (light(whole) == light(half))
        pixels, spent = replaced(pixels, quiet, whole), np.where(quiet, count, spent)
    return pixels, float(spent.mean()) / samples


def neighbours(pixels: Pixels) -> Pixels:
    """The mean of 3x3 pixels."""
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = pixels.shape[:2]
    shifts = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.asarray(np.mean(shifts, axis=0), np.float32)


def extrapolated(first: Pixels, share: float) -> Pixels:
    """The first samples, and in place of the others what the neighbours' first samples say."""
    return np.asarray(share * first + (1 - share) * neighbours(first), np.float32)


def noisy_light(first: Pixels, seed: int) -> Pixels:
    """The light of few samples as its neighbours have it, with a tenth of an octave of made-up noise."""
    noise = np.exp2(np.random.default_rng(seed).normal(0, 0.1, (*first.shape[:2], 1)))
    smooth = neighbours(first)
    return np.concatenate([(smooth[..., :3] * noise).astype(np.float32), smooth[..., 3:]], axis=2)


def reused(before: Pixels, now: Pixels, first_before: Pixels, first_now: Pixels) -> tuple[Pixels, Mask]:
    """The finished pixels of the frame before where the first samples of both frames are the same."""
    same = np.asarray((first_before == first_now).all(axis=2))
    return replaced(now, same, before), same


def upscaled(pixels: Pixels, full: Pixels) -> Pixels:
    """As large as the full rendering, each pixel repeated."""
    factor = full.shape[0] // pixels.shape[0]
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def looked_at(width: int, height: int) -> float:
    """The share of a frame's pixels in which another noise changes a bit of a leaf's print."""
    step: Any = 2 ** (1 / 16)
    flat = np.full((height, width, 4), 0.5, np.float32)
    return float((bits_of(flat) != bits_of(scaled(flat, step))).mean())
