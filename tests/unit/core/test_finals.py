"""Final images made again: what differs by honest rounding, and what was painted, brightened or swapped."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from renderchain.app.requester.final_check import Checked, FinalCheck
from renderchain.core.errors import RenderFailed
from renderchain.core.finals import PPM, Difference, as_shown, difference_of
from renderchain.core.manifest import Manifest, PackedFile
from renderchain.core.messages import Loaded, MadeAgain
from renderchain.core.notices import Notice
from renderchain.core.notices.jobs import FinalsUnchecked
from renderchain.core.prints import Pixels
from renderchain.core.result import FrameFiles

from devkit.network.local import SilentReporter

MANIFEST = Manifest(
    (4, 5), "a.blend", "Scene", ("V",), "CYCLES", 64, 64, "24", (1, 2, 3), 4, False, "tile", "PNG", "AgX", ()
)


def picture(height: int = 50, width: int = 70) -> Pixels:
    return np.random.default_rng(1).uniform(0.2, 0.8, (height, width, 4)).astype(np.float32)


def test_a_denoisers_rounding_averages_out() -> None:
    mine = picture()
    theirs = mine + np.random.default_rng(2).normal(0, 0.03, mine.shape).astype(np.float32)
    assert difference_of(mine, mine) == Difference(0, 0)
    assert difference_of(mine, theirs).is_small


@pytest.mark.parametrize("place", [(0, 0), (40, 60), (22, 33)])
def test_a_logo_anywhere_is_no_small_difference(place: tuple[int, int]) -> None:
    mine, theirs = picture(), picture()
    theirs[place[0] : place[0] + 10, place[1] : place[1] + 10, :3] = 1
    found = difference_of(mine, theirs)
    assert not found.is_small and found.block_ppm > 48_000


def test_another_exposure_or_size_is_no_small_difference() -> None:
    mine = picture()
    assert not difference_of(mine, mine * np.float32(0.98)).is_small
    assert difference_of(mine, mine[:-1]) == Difference(PPM, PPM)
    assert difference_of(picture(3, 5), picture(3, 5)).is_small


def test_images_are_compared_as_they_are_shown() -> None:
    light = np.array([[[0.0, 1.0, np.inf, 1.0], [np.nan, -1.0, 1e9, 0.0]]], np.float32)
    shown = as_shown(light, "OPEN_EXR")
    assert shown.min() >= 0 and shown.max() <= 1 and shown[0, 0, 0] == 0
    hidden = as_shown(np.array([[[0.5, 0.5, 0.5, 0.0]]], np.float32), "PNG")
    assert not hidden.any(), "what is under no alpha is not seen"


class Blender:
    """Finds the finals of some frames false; ``version`` and ``fails`` are what else may happen."""

    def __init__(
        self, false: set[int], version: str = "4.5.3 LTS", why_not: str = "", fails: str = ""
    ) -> None:
        self.false, self.why_not, self.fails = false, why_not, fails
        self.loaded = Loaded(version, "CPU", "CPU", 0)
        self.asked: list[int] = []

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[Blender]:
        self.output = output
        yield self

    async def make_again(self, frame: int, noisy: str, final: str) -> MadeAgain:
        if self.fails:
            raise RenderFailed(self.fails)
        assert (self.output / noisy).read_bytes() == b"noisy" and (
            self.output / final
        ).read_bytes() == b"final"
        self.asked.append(frame)
        block_ppm = 500_000 if frame in self.false else 900
        return MadeAgain(frame, f"{frame}.again.png", 0, block_ppm, self.why_not)


class Said(SilentReporter):
    def __init__(self) -> None:
        self.told: list[Notice] = []

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)


def look(blender: Blender, tmp_path: Path, per_lease: int = 1, said: Said | None = None) -> Checked:
    opened = tmp_path / "opened"
    opened.mkdir()
    for name in ("final.png", "noisy.exr"):
        (opened / name).write_bytes(name.split(".")[0].encode())
    files = [PackedFile(name, "0" * 64, 5) for name in ("final.png", "noisy.exr", "leaves")]
    frames = [FrameFiles(frame, 1, *files) for frame in (1, 2, 3)]
    check = FinalCheck(blender, said or Said(), per_lease, random.Random(1))
    return asyncio.run(check.look(tmp_path, MANIFEST, opened, frames, tmp_path / "work"))


def test_one_frame_of_a_lease_is_looked_at_and_an_honest_one_changes_nothing(tmp_path: Path) -> None:
    blender = Blender(set())
    assert look(blender, tmp_path).false == {}
    assert len(blender.asked) == 1


def test_one_false_frame_has_the_whole_lease_made_again(tmp_path: Path) -> None:
    blender = Blender({1, 2, 3})
    checked = look(blender, tmp_path)
    assert sorted(blender.asked) == [1, 2, 3]
    assert set(checked.false) == set(checked.instead) == {1, 2, 3}


def test_chance_decides_which_frames_are_looked_at() -> None:
    drawn = {random.SystemRandom().sample([1, 2, 3], 1)[0] for _ in range(200)}
    assert drawn == {1, 2, 3}


@pytest.mark.parametrize(
    ("blender", "words"),
    [
        (Blender({1, 2, 3}, version="5.2.0"), "not of this one"),
        (Blender(set(), why_not="its denoiser is OPTIX"), "its denoiser is OPTIX"),
        (Blender({1, 2, 3}, fails="no memory"), "no memory"),
    ],
)
def test_what_can_not_be_made_again_is_left_to_the_artists_eyes(
    blender: Blender, words: str, tmp_path: Path
) -> None:
    said = Said()
    assert look(blender, tmp_path, said=said).false == {}
    (unchecked,) = said.told
    assert isinstance(unchecked, FinalsUnchecked) and len(unchecked.frames) == 1
    assert words in unchecked.reason and words in unchecked.sentence
    assert "look at it yourself" in unchecked.sentence
