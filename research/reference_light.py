"""Which reference light holds honest levels still and hides nothing beside a lamp: rendered and compared.

    python -m research.reference_light

Renders the scenes of research/pixels/dark_scenes.py with Cycles' two kernels for CPUs, which takes some
minutes, and prints the table that docs/verification.md has of these and five other scenes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from renderchain.adapters.blender_process.probe_session import OTHER_KERNEL
from renderchain.core.pixel_prints import (
    DARKEST,
    FLOOR_SHARE,
    Light,
    blocks_of,
    crop,
    level_steps,
    reference_light,
)
from renderchain.core.prints import BLOCK, CHANNELS, MAX_BLOCK_STEPS, MAX_LEVEL_STEPS
from renderchain.core.tiles import tiles_of

from research.pixels.tables import table

CHILD = Path(__file__).with_name("pixels") / "dark_scenes.py"
SHARES = (64, 8, 4)
LAMP, AROUND = 1e6, 0.1
FACTORS = {"black": 0.0, "half the light": 0.5, "16 % less": 2**-0.25}
KERNELS = {"here": {}, "other": OTHER_KERNEL}
Pair = tuple[Light, Light]


def _sorted(light: Light) -> Light:
    return np.sort(light.max(axis=-1), axis=None)


def without(part: int) -> Callable[[Light], float]:
    """The mean of all pixels but the brightest of so many equal parts."""
    return lambda light: float(_sorted(light)[: _sorted(light).size * (part - 1) // part].mean())


REFERENCES: dict[str, Callable[[Light], float]] = {
    "none: a floor of 2^-24": lambda light: 0.0,
    "the mean": lambda light: float(_sorted(light).mean()),
    "the mean without the brightest 1/32": without(32),
    "the rule: without the brightest 1/16": reference_light,
    "the mean without the brightest 1/4": without(4),
    "the upper quartile": lambda light: float(np.quantile(_sorted(light), 0.75)),
    "the cube of the mean cube root": lambda light: float(np.cbrt(_sorted(light)).mean() ** 3),
}


def levels(light: Light, reference: float, share: int) -> Light:
    """The level of each block and channel; a reference of 0 leaves the lowest floor alone."""
    floor = max(reference, DARKEST) / share if reference else DARKEST
    steps = level_steps(light, floor * FLOOR_SHARE)
    rows, columns = blocks_of(light.shape[0]), blocks_of(light.shape[1])
    means = [steps[top:end, left:right].mean(axis=(0, 1)) for top, end in rows for left, right in columns]
    return np.floor(means)


def apart(pair: Pair, reference: Callable[[Light], float], share: int) -> tuple[float, float]:
    """Steps of the second worst block, which decides, and of the worst."""
    mine, theirs = (levels(light, reference(light), share) for light in pair)
    steps = np.sort(np.abs(mine - theirs).max(axis=1))
    return float(steps[-2]), float(steps[-1])


def refuses(steps: tuple[float, float]) -> bool:
    """By the rule's limits."""
    return steps[0] > MAX_LEVEL_STEPS or steps[1] > MAX_BLOCK_STEPS


def hidden(reference: Callable[[Light], float]) -> str:
    """What the light around a lamp may become without being refused, the lamp in one block or in four."""
    noise = AROUND * np.random.default_rng(1).random((64, 64, CHANNELS))
    found = []
    for name, factor in FACTORS.items():
        for place in (0, BLOCK + BLOCK // 2):
            pair = noise.copy(), noise * factor
            for light in pair:
                light[place : place + BLOCK, place : place + BLOCK] = LAMP
            if not refuses(apart(pair, reference, FLOOR_SHARE)):
                found.append(name)
    return ", ".join(dict.fromkeys(found)) or "nothing"


def rendered(folder: Path) -> list[Pair]:
    """All tiles by both kernels."""
    subprocess.run([sys.executable, str(CHILD), str(folder)], check=True, capture_output=True)
    for kernel, environment in KERNELS.items():
        command = [sys.executable, str(CHILD), str(folder), kernel]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    pairs: list[Pair] = []
    for path in sorted((folder / "here").glob("*.npy")):
        mine, theirs = (np.load(folder / kernel / path.name)[..., :CHANNELS] for kernel in KERNELS)
        tiles = tiles_of(mine.shape[1], mine.shape[0])
        pairs += [(crop(mine, tile).astype(float), crop(theirs, tile).astype(float)) for tile in tiles]
    return pairs


def main() -> None:
    """Render, compare, print."""
    with tempfile.TemporaryDirectory() as scratch:
        pairs = rendered(Path(scratch))
    lines = []
    for name, reference in REFERENCES.items():
        steps = {share: [apart(pair, reference, share) for pair in pairs] for share in SHARES}
        refused = ", ".join(str(sum(map(refuses, steps[share]))) for share in SHARES)
        most = max(deciding for deciding, _ in steps[FLOOR_SHARE])
        lines.append([name, refused, f"{most:.0f}", hidden(reference)])
    floors = ", ".join(f"R/{share}" for share in SHARES)
    print(f"{len(pairs)} tiles")
    print(table(["reference light R", f"refused, floor {floors}", "steps", "hidden beside the lamp"], lines))


if __name__ == "__main__":
    main()
