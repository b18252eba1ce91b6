"""Frames that Cycles rendered: ordinary animations have no flags, and what is spoiled in one is flagged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from renderchain.core.flags import Flag, FlagKind, flags_of, light_of, worth_ordering
from renderchain.core.pixel_prints import Pixels

from devkit.network.services import REPO

SCENES = ("still", "moving", "panning", "fading", "swinging", "cut")
STEADY = ("still", "moving", "panning", "cut")  # whose light does not change by itself
FRAMES = 12
Frames = dict[int, Pixels]
Change = Callable[[Pixels], None]


def read(path: Path) -> Pixels:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return np.stack([np.asarray(file.channels()[one].pixels, np.float32) for one in "RGB"], axis=-1)


@pytest.fixture(scope="module")
def animations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Frames]:
    folder = tmp_path_factory.mktemp("animations")
    script = REPO / "tests" / "scenes" / "animations.py"
    command = [sys.executable, str(script), str(folder), str(FRAMES), *SCENES]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return {
        name: {number: read(folder / name / f"{number:04d}.exr") for number in range(1, FRAMES + 1)}
        for name in SCENES
    }


def flags(frames: Frames) -> list[Flag]:
    return flags_of(range(1, FRAMES + 1), {number: light_of(one) for number, one in frames.items()})


def spoiled(frames: Frames, number: int, change: Change) -> Frames:
    changed = frames[number].copy()
    change(changed)
    return {**frames, number: changed}


@pytest.mark.parametrize("name", SCENES)
def test_an_ordinary_animation_has_no_flags(animations: dict[str, Frames], name: str) -> None:
    assert flags(animations[name]) == []


@pytest.mark.parametrize("name", STEADY)
@pytest.mark.parametrize("factor", [1.25, 0.75])
def test_a_flash_is_flicker(animations: dict[str, Frames], name: str, factor: float) -> None:
    def flash(pixels: Pixels) -> None:
        pixels *= factor

    for number in (3, 9):
        found = [one for one in flags(spoiled(animations[name], number, flash)) if one.frame == number]
        assert [one.kind for one in found] == [FlagKind.FLICKER]
        assert found[0].amount == pytest.approx(factor, rel=0.2)


@pytest.mark.parametrize("name", SCENES)
def test_a_black_tile_is_a_spot_where_it_is(animations: dict[str, Frames], name: str) -> None:
    def blacken(pixels: Pixels) -> None:
        pixels[32:96, 64:128] = 0

    found = flags(spoiled(animations[name], 8, blacken))
    (spot,) = [one for one in found if one.frame == 8 and one.kind in (FlagKind.SPOT, FlagKind.FLICKER)]
    if spot.kind is FlagKind.SPOT:
        assert spot.region and spot.region.x <= 64 < spot.region.x + spot.region.width


def test_numbers_that_are_none_are_counted(animations: dict[str, Frames]) -> None:
    def spoil(pixels: Pixels) -> None:
        pixels[5, 7, 1], pixels[6, 8, 0] = np.nan, np.inf

    found = flags(spoiled(animations["moving"], 4, spoil))
    assert found == [Flag(4, FlagKind.BROKEN, 2)]
    assert found[0].sentence == "Frame 4 has 2 pixels that hold no light (NaN, infinite or over 1e12)."


def test_a_black_frame_and_a_missing_one_are_flagged_and_ordered(animations: dict[str, Frames]) -> None:
    def blacken(pixels: Pixels) -> None:
        pixels[:] = 0

    frames = spoiled(animations["panning"], 6, blacken)
    del frames[10]
    found = flags(frames)
    kinds = {(one.frame, one.kind) for one in found}
    assert {(6, FlagKind.BLACK), (6, FlagKind.FLICKER), (10, FlagKind.MISSING)} <= kinds
    assert {6, 10} <= set(worth_ordering(found, range(1, FRAMES + 1)))


def test_frames_that_are_black_among_black_ones_are_not_ordered() -> None:
    black = {number: light_of(np.zeros((32, 32, 3), np.float32)) for number in range(1, FRAMES + 1)}
    found = flags_of(range(1, FRAMES + 1), black)
    assert {one.kind for one in found} == {FlagKind.BLACK} and len(found) == FRAMES
    assert worth_ordering(found, range(1, FRAMES + 1)) == ()
