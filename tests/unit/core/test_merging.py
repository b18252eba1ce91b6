"""Parts of a frame's samples are put together as one rendering of all would have them, or refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from renderchain.core.errors import LocalError
from renderchain.core.merging import Mean, Sampling, check_parts, missing_samples, part_of
from renderchain.core.pixel_prints import Pixels

SEED = 5
FIRST = Sampling(7, 64, 0, 16, False)
REST = Sampling(7, 64, 16, 48, False)


def samples(count: int, height: int = 9, width: int = 11) -> Pixels:
    """Of each pixel so many, as different as light is."""
    chance = np.random.default_rng(SEED)
    return np.asarray(np.exp(chance.normal(-1, 2, (count, height, width, 4))), np.float32)


@pytest.mark.parametrize("cuts", [(16,), (1, 2, 40), (10, 20, 30, 40, 50, 60)])
def test_parts_of_any_size_have_the_mean_of_all_samples(cuts: tuple[int, ...]) -> None:
    every = samples(64)
    mean = Mean()
    for part in np.split(every, cuts):
        mean.add(part.mean(axis=0, dtype=np.float64).astype(np.float32), len(part))
    whole = every.mean(axis=0, dtype=np.float64)
    assert mean.pixels.dtype == np.float32
    assert np.abs(mean.pixels / whole - 1).max() < 2.0**-22


def test_a_pixel_that_is_no_number_in_one_part_is_none_in_the_whole() -> None:
    broken = samples(1)[0]
    broken[2, 3] = np.nan
    mean = Mean()
    mean.add(samples(1)[0], 5)
    mean.add(broken, 1)
    assert np.isnan(mean.pixels[2, 3]).all() and np.isfinite(mean.pixels).sum() == mean.pixels.size - 4


def test_a_part_of_another_size_is_refused_and_nothing_merged_is_nothing() -> None:
    mean = Mean()
    with pytest.raises(LocalError, match="nothing to merge"):
        _ = mean.pixels
    mean.add(samples(1)[0], 5)
    with pytest.raises(LocalError, match="not parts of one image"):
        mean.add(samples(1, height=8)[0], 5)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (replace(REST, adaptive=True), "job 2 has adaptive sampling"),
        (replace(REST, count=0), "job 2 renders no samples"),
        (replace(REST, seed=8), "other seeds"),
        (replace(REST, of=128), "other numbers of samples"),
        (replace(REST, first=15), "job 1 and job 2 both have sample 15"),
        (FIRST, "job 2 and job 1 both have sample 0"),
        (replace(REST, first=4, count=2), "job 1 and job 2 both have sample 4"),
    ],
)
def test_what_is_no_part_of_one_rendering_is_refused_by_its_name(other: Sampling, why: str) -> None:
    with pytest.raises(LocalError, match=why):
        check_parts({"job 2": other, "job 1": FIRST})


def test_parts_that_are_apart_are_taken_and_what_is_between_them_is_said() -> None:
    check_parts({"job 2": REST, "job 1": FIRST})
    assert missing_samples([REST, FIRST]) == ""
    apart = [replace(REST, first=20, count=10), FIRST]
    check_parts(dict(zip("ab", apart, strict=True)))
    assert missing_samples(apart) == "16-19,30-63"
    assert missing_samples([replace(FIRST, first=1), replace(REST, first=18)]) == "0,17"


def test_as_many_samples_as_anybody_can_name_take_no_memory() -> None:
    """All of them were listed: a process that names 2**31 had the one that asked it end."""
    many = 2**62
    one, other = Sampling(7, many, 0, many - 2, False), Sampling(7, many, many - 1, 1, False)
    check_parts({"job 1": one, "job 2": other})
    assert missing_samples([one, other]) == str(many - 2)


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 64])
def test_the_parts_of_a_scene_are_all_its_samples_each_once(parts: int) -> None:
    cut = [part_of(f"{which}/{parts}", 64) for which in range(1, parts + 1)]
    assert [first for first, _ in cut] == [sum(count for _, count in cut[:at]) for at in range(parts)]
    assert sum(count for _, count in cut) == 64
    assert max(count for _, count in cut) - min(count for _, count in cut) <= 1


WRONG = ("", "1", "0/4", "5/4", "1/0", "-1/4", "1/4/4", "a/b", "1/65", "9999999/9999999")


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(LocalError, match="is no part of the samples|too few for 65 parts"):
        part_of(text, 64)
