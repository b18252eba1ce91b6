"""Honest work on two kernels, many tiles of it: what false alarms are estimated from.

Apart from the plan of cheats, for it can go on for as long as there is time: each wave has every scene
and every kind of sampling, so that a run that is stopped early is a smaller sample, not a crooked one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from .compare import EXPOSED, MIXED, Row, brighter, mixed, tiles_between
from .shots import CUTS, HERE, SCENES, SSE42, TOWN, Settings, Shot

WAVES = 8
VIEWS = 17  # frames until the camera of MORSE's scenes has gone round
QUICKEST = 4  # frames a wave at 16 samples, of each kind of sampling
SIZE = (320, 192)  # 15 full tiles
LARGE_SIZE = (192, 128)  # 6 full tiles, at 256 samples
# As the demo renders: adaptive from 4 samples on, so pixels may stop at another sample elsewhere.
ADAPTIVE = {"adaptive": True, "threshold": 0.05, "least": 4}
TOWN_FRAME = Settings(640, 360, 16, frame=1, seed=7, bounces=4, **ADAPTIVE)  # type: ignore[arg-type]
TOWN_FRAMES, LATER_FRAMES = range(1, 11), range(11, 21)  # the vehicle drives on after the demo's end
# The demo's frames at more samples: with them the bits' steps grow finer.
FINER = ((64, True, 1), (64, True, 5), (64, True, 9), (256, True, 9), (64, False, 9), (256, True, 1))
TOWN_VIEWS = 25  # then the vehicle has passed the camera
CHEAT_FRAMES, FINER_CHEATED = (1, 6), (64, True, 9)
# Of the first wave's frames at more samples, in all scenes: cheats that other steps must still see.
SMALL_CUTS = ("samples 15/16", "samples 3/4")
# The same frame under many seeds: how much a tile's distance changes when nothing but the noise does.
REPEATED = ("features", "outdoors", TOWN)
REPEAT_FRAME, FIRST_SEED, REPEATS = 5, 10001, 12


def plan(waves: int = WAVES) -> list[Shot]:
    """All shots, wave by wave; the demo's own frames first."""
    paid = [(0, TOWN, replace(TOWN_FRAME, frame=frame)) for frame in TOWN_FRAMES]
    paid += [(1 + wave, scene, one) for wave in range(waves) for scene, one in _wave(wave)]
    paid += [(3, TOWN, replace(TOWN_FRAME, frame=frame, seed=frame)) for frame in LATER_FRAMES]
    paid += [(2, TOWN, _finer(*one)) for one in FINER]
    paid += [(2, scene, one) for scene in REPEATED for one in _repeats(scene)]
    shots = [
        Shot(scene, machine, "honest", one, rank) for rank, scene, one in paid for machine in (HERE, SSE42)
    ]
    cheated = [(0, replace(TOWN_FRAME, frame=frame)) for frame in CHEAT_FRAMES]
    cheated += [(2, _finer(*FINER_CHEATED))]
    shots += [Shot(TOWN, HERE, change, one, rank) for rank, one in cheated for change in CUTS]
    shots += [
        Shot(scene, HERE, change, one, 2)
        for scene, one in _wave(0)
        for change in SMALL_CUTS
        if one.samples > 16
    ]
    return shots


def _wave(wave: int) -> Iterator[tuple[str, Settings]]:
    """Each wave has views and noise of its own: a quarter of a frame on each time, and other seeds."""
    for scene in (*SCENES, TOWN):
        views = TOWN_VIEWS if scene == TOWN else VIEWS
        for at in range(2 * QUICKEST + 3):
            frame = 1 + (5 * at + 3 * wave) % views + wave % 4 / 4
            one = Settings(*SIZE, 16, frame=frame, seed=1 + 100 * wave + at)
            one = replace(one, bounces=4 if scene == TOWN else one.bounces)
            if (at + wave) % 2:
                one = replace(one, **ADAPTIVE)  # type: ignore[arg-type]
            if at >= 2 * QUICKEST:
                one = replace(one, samples=64)
            if at >= 2 * QUICKEST + 2:
                one = replace(one, samples=256, width=LARGE_SIZE[0], height=LARGE_SIZE[1])
            yield scene, one


def _finer(samples: int, is_adaptive: bool, frame: int) -> Settings:
    one = replace(TOWN_FRAME, frame=frame, samples=samples)
    return one if is_adaptive else replace(one, adaptive=False, threshold=0.02, least=0)


def _repeats(scene: str) -> Iterator[Settings]:
    _, one = repeated(scene, SIZE)
    for seed in range(FIRST_SEED, FIRST_SEED + REPEATS):
        yield replace(one, seed=seed)


def repeated(scene: str, size: tuple[int, int]) -> tuple[Settings, Settings]:
    """The frame that is rendered again and again: with fixed samples, and with adaptive ones."""
    one = Settings(*size, 16, frame=REPEAT_FRAME, bounces=4 if scene == TOWN else 12)
    return one, replace(one, **ADAPTIVE)  # type: ignore[arg-type]


def compare(shots: list[Shot], cache: Path) -> list[Row]:
    """Every pair that both kernels have rendered, and the town's cheats against honest work here."""
    rows: list[Row] = []
    cheated = {shot.paid for shot in shots if shot.change != "honest"}
    for shot in shots:
        reference = cache / replace(shot, machine=HERE, change="honest").name
        other = cache / shot.name
        if other != reference and other.exists() and reference.exists():
            mine, theirs = np.load(reference), np.load(other)
            rows += tiles_between(shot, mine, theirs)
            if shot.change == "samples 1/4":
                rows += tiles_between(replace(shot, change=MIXED), mine, mixed(mine, theirs))
            if shot.machine == SSE42 and shot.paid in cheated:
                rows += tiles_between(replace(shot, machine=HERE, change=EXPOSED), theirs, brighter(mine))
    return rows
