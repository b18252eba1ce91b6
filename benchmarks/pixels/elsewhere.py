"""Honest work of a machine elsewhere: what it renders, and parcels that bring its pictures here.

A picture travels as its tiles' exact digests and its light rounded to 13 bits, of which a print notices
next to nothing, for noise does not compress. Where all digests are those of the picture rendered here,
nothing is rounded at all.
"""

from __future__ import annotations

import json
import lzma
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from renderchain.core.prints import CHANNELS, Pixels, crop, print_of
from renderchain.core.tiles import tiles_of

from . import honest
from .compare import Row, tiles_between
from .shots import HERE, SCENES, TOWN, Settings, Shot

ROUNDED_BITS = 10  # of a float's 23; the lowest byte is empty then and stays behind
PARCEL_BYTES = 15 << 20
INDEX = "index.json"
REPEATS = ("again", "tile by tile")
REPEAT_SIZE = (192, 128)  # 6 full tiles
Digests = dict[str, list[str]]  # of each picture's tiles


@dataclass(frozen=True)
class Parcelled:
    """A picture ready to travel."""

    name: str
    digests: list[str]
    packed: bytes


def plan(machine: str) -> list[Shot]:
    """The honest pictures of ``honest.plan``, and some that show whether the machine repeats itself."""
    honest_here = [shot for shot in honest.plan() if (shot.machine, shot.change) == (HERE, "honest")]
    shots = [replace(shot, machine=machine) for shot in honest_here]
    shots += [
        Shot(scene, machine, change, one, 1)
        for scene in (*SCENES, TOWN)
        for one in repeated(scene)
        for change in ("honest", *REPEATS)
    ]
    return sorted(dict.fromkeys(shots), key=lambda shot: shot.rank)


def repeated(scene: str) -> Iterator[Settings]:
    """A small picture with fixed samples and one with adaptive ones."""
    bounces = 4 if scene == TOWN else 12
    one = Settings(*REPEAT_SIZE, 16, frame=honest.REPEAT_FRAME, bounces=bounces)
    yield one
    yield replace(one, **honest.ADAPTIVE)  # type: ignore[arg-type]


def pack(machine: str, cache: Path, folder: Path) -> list[Path]:
    """Parcels of what the machine has rendered."""
    names = [shot.name for shot in plan(machine) if (cache / shot.name).exists()]
    with ThreadPoolExecutor() as pool:
        pictures = list(pool.map(lambda name: _packed(name, np.load(cache / name)), names))
    paths: list[Path] = []
    for these in _loads(pictures):
        paths.append(folder / f"{machine}-{len(paths)}.zip")
        with zipfile.ZipFile(paths[-1], "w") as parcel:
            parcel.writestr(INDEX, json.dumps({one.name: one.digests for one in these}))
            for one in these:
                parcel.writestr(one.name, one.packed)
    return paths


def _loads(pictures: Sequence[Parcelled]) -> Iterator[list[Parcelled]]:
    load: list[Parcelled] = []
    for one in pictures:
        if load and sum(len(other.packed) for other in load) + len(one.packed) > PARCEL_BYTES:
            yield load
            load = []
        load.append(one)
    if load:
        yield load


def digests_of(pixels: Pixels) -> list[str]:
    """Of each tile."""
    tiles = tiles_of(pixels.shape[1], pixels.shape[0])
    return [print_of(crop(pixels, tile)).digest.hex() for tile in tiles]


def _packed(name: str, pixels: Pixels) -> Parcelled:
    whole = np.ascontiguousarray(pixels[..., :CHANNELS], "<f4").view("<u4")
    rounded = (whole.astype(np.uint64) + (1 << ROUNDED_BITS - 1)) >> ROUNDED_BITS << ROUNDED_BITS
    planes = rounded.astype("<u4").view(np.uint8).reshape(-1, 4)[:, 1:].T
    size = np.array(pixels.shape[:2], "<u4").tobytes()
    return Parcelled(name, digests_of(pixels), lzma.compress(size + planes.tobytes()))


def _unpacked(packed: bytes) -> Pixels:
    raw = lzma.decompress(packed)
    height, width = (int(side) for side in np.frombuffer(raw[:8], "<u4"))
    planes: NDArray[np.uint8] = np.zeros((height * width * CHANNELS, 4), np.uint8)
    planes[:, 1:] = np.frombuffer(raw[8:], np.uint8).reshape(3, -1).T
    light = planes.view("<f4").reshape(height, width, CHANNELS)
    return np.concatenate([light, np.ones((height, width, 1), np.float32)], axis=2)


def index_of(machine: str, cache: Path) -> Path:
    """Where the exact digests of a machine's pictures are kept."""
    return cache / f"digests_{machine}.json"


def take(parcel: Path, cache: Path) -> int:
    """Put a parcel's pictures into the cache; returns how many."""
    machine = parcel.stem.rpartition("-")[0]
    path = index_of(machine, cache)
    known: Digests = json.loads(path.read_text()) if path.exists() else {}
    here = {shot.name: cache / replace(shot, machine=HERE).name for shot in plan(machine)}
    with zipfile.ZipFile(parcel) as file:
        index: Digests = json.loads(file.read(INDEX))
        for name, digests in index.items():
            pixels = np.load(here[name]) if here[name].exists() else None
            if pixels is None or digests_of(pixels) != digests:
                pixels = _unpacked(file.read(name))
            np.save(cache / name, pixels)
    path.write_text(json.dumps(known | index))
    return len(index)


def compare(machine: str, other: str, cache: Path) -> list[Row]:
    """Every honest picture that both machines have rendered; equal is what their exact digests say."""
    rows: list[Row] = []
    for shot in plan(machine):
        mine, theirs = cache / shot.name, cache / replace(shot, machine=other).name
        if shot.change == "honest" and mine.exists() and theirs.exists():
            one, two = _exact(mine, machine, cache), _exact(theirs, other, cache)
            found = tiles_between(shot, np.load(mine), np.load(theirs))
            rows += [replace(row, equal=one[row.index] == two[row.index]) for row in found]
    return rows


def _exact(picture: Path, machine: str, cache: Path) -> list[str]:
    if machine == HERE:
        return digests_of(np.load(picture))
    known: Digests = json.loads(index_of(machine, cache).read_text())
    return known[picture.name]


def repeats(machine: str, cache: Path) -> list[dict[str, Any]]:
    """How near a machine comes to its own tiles, in another rendering and with each tile alone."""
    found = []
    for change in REPEATS:
        for is_adaptive in (False, True):
            rows = [row for row in _repeated(machine, cache, change) if row.adaptive == is_adaptive]
            found.append(
                {
                    "change": change,
                    "adaptive": is_adaptive,
                    "tiles": len(rows),
                    "equal_digests": sum(row.equal for row in rows),
                    "most_bit_percent": round(max((row.bit_percent for row in rows), default=0.0), 2),
                    "most_steps": max((row.level_steps for row in rows), default=0),
                }
            )
    return found


def _repeated(machine: str, cache: Path, change: str) -> Iterator[Row]:
    for shot in plan(machine):
        mine, again = cache / replace(shot, change="honest").name, cache / shot.name
        if shot.change == change and mine.exists() and again.exists():
            one, two = _exact(mine, machine, cache), _exact(again, machine, cache)
            for row in tiles_between(shot, np.load(mine), np.load(again)):
                yield replace(row, equal=one[row.index] == two[row.index])
