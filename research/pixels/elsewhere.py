"""Honest work of a machine elsewhere: what it renders, and parcels that bring its pictures here.

A picture travels as its tiles' exact digests and its light rounded to 13 bits, of which a print notices
next to nothing, for noise does not compress. Where all digests are those of the picture rendered here,
nothing is rounded at all.
"""

from __future__ import annotations

import hashlib
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
from renderchain.core.prints import CHANNELS, Pixels, canonical_bytes, crop
from renderchain.core.tiles import tiles_of

from . import honest
from .compare import Row, tiles_between
from .shots import HERE, SCENES, TOWN, Shot

ROUNDED_BITS = 10  # of a float's 23; the lowest byte is empty then and stays behind
PARCEL_BYTES = 15 << 20
INDEX, INDEX_PREFIX = "index.json", "digests_"
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
        for one in honest.repeated(scene, REPEAT_SIZE)
        for change in ("honest", *REPEATS)
    ]
    return sorted(dict.fromkeys(shots), key=lambda shot: shot.rank)


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
    return [hashlib.sha256(canonical_bytes(crop(pixels, tile))).hexdigest() for tile in tiles]


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
    return cache / f"{INDEX_PREFIX}{machine}.json"


def machines_that_sent(cache: Path) -> list[str]:
    """The machines of all parcels taken."""
    return sorted(path.stem.removeprefix(INDEX_PREFIX) for path in cache.glob(f"{INDEX_PREFIX}*.json"))


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


def digests_sent(cache: Path) -> Digests:
    """The exact digests of all pictures that came in parcels."""
    found: Digests = {}
    for machine in machines_that_sent(cache):
        found |= json.loads(index_of(machine, cache).read_text())
    return found


def compare(machine: str, other: str, cache: Path, sent: Digests) -> list[Row]:
    """Every honest picture that both machines have rendered."""
    rows: list[Row] = []
    for shot in plan(machine):
        if shot.change == "honest":
            rows += _between(shot, replace(shot, machine=other), cache, sent)
    return rows


def _between(shot: Shot, other: Shot, cache: Path, sent: Digests) -> Iterator[Row]:
    """The tiles of two pictures, if both are there; equal is what their exact digests say."""
    paths = cache / shot.name, cache / other.name
    if all(path.exists() for path in paths):
        pictures = [np.load(path) for path in paths]
        one, two = (
            sent.get(path.name) or digests_of(pixels) for path, pixels in zip(paths, pictures, strict=True)
        )
        for row in tiles_between(shot, *pictures):
            yield replace(row, equal=one[row.index] == two[row.index])


def repeats(machine: str, cache: Path, sent: Digests) -> list[dict[str, Any]]:
    """How near a machine comes to its own tiles, in another rendering and with each tile alone."""
    found = []
    for change in REPEATS:
        for is_adaptive in (False, True):
            rows = [
                row
                for shot in plan(machine)
                if (shot.change, shot.paid.adaptive) == (change, is_adaptive)
                for row in _between(shot, replace(shot, change="honest"), cache, sent)
            ]
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
