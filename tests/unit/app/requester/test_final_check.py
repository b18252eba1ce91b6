"""The artist's own look at final images: how many are made again, and what can not be."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from renderchain.app.requester.final_check import Checked, FinalCheck
from renderchain.core.notices.jobs import FinalsUnchecked

from devkit.fakes.clock import run
from devkit.fakes.reporter import RecordingReporter
from tests.unit.app.requester.finals import MANIFEST, Blender, deliver


def look(blender: Blender, folder: Path, said: RecordingReporter | None = None, seed: int = 1) -> Checked:
    frames = deliver(folder / "opened", (1, 2, 3))
    check = FinalCheck(blender, said or RecordingReporter(), 1, random.Random(seed))
    return run(check.look(folder, MANIFEST, folder / "opened", frames, folder / "work"))


def test_one_frame_of_a_lease_is_looked_at_and_an_honest_one_changes_nothing(tmp_path: Path) -> None:
    blender = Blender(set())
    assert look(blender, tmp_path).false == {}
    assert len(blender.asked) == 1


def test_one_false_frame_has_the_whole_lease_made_again(tmp_path: Path) -> None:
    blender = Blender({1, 2, 3})
    checked = look(blender, tmp_path)
    assert sorted(blender.asked) == [1, 2, 3]
    assert set(checked.false) == set(checked.instead) == {1, 2, 3}


def test_chance_decides_which_frames_are_looked_at(tmp_path: Path) -> None:
    drawn = set()
    for seed in range(20):
        blender = Blender(set())
        look(blender, tmp_path / str(seed), seed=seed)
        drawn |= set(blender.asked)
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
    said = RecordingReporter()
    assert look(blender, tmp_path, said=said).false == {}
    (unchecked,) = said.told
    assert isinstance(unchecked, FinalsUnchecked) and len(unchecked.frames) == 1
    assert words in unchecked.reason and words in unchecked.sentence
    assert "look at it yourself" in unchecked.sentence
