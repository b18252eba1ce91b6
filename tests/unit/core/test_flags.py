"""Which of a job's flagged frames another rendering may mend."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from renderchain.core.flags import Flag, FlagKind, Light, flags_of, light_of, worth_ordering

SEED = 20261129
STEPS = [range(1, 9), range(1, 40, 5), range(-20, 0, 3), (3, 4, 9, 10, 40)]


def seen(light: float) -> Light:
    return light_of(np.full((32, 32, 3), light, np.float32))


@pytest.mark.parametrize("wanted", STEPS)
def test_a_fade_is_not_ordered_whatever_the_step_between_a_jobs_frames(wanted: tuple[int, ...]) -> None:
    """Of every fifth frame none has a neighbour by its number, so that all of a fade was ordered again."""
    first, second, *others = wanted
    found = {first: seen(0.0), second: seen(0.0), **{frame: seen(0.5) for frame in others}}
    flags = flags_of(wanted, found)
    assert {one.frame for one in flags if one.kind is FlagKind.BLACK} == {first, second}
    assert not {first, second} & set(worth_ordering(flags, wanted))


@pytest.mark.parametrize("wanted", STEPS)
def test_one_black_frame_among_bright_ones_is_ordered(wanted: tuple[int, ...]) -> None:
    flags = flags_of(wanted, {frame: seen(0.0 if frame == wanted[2] else 0.5) for frame in wanted})
    assert wanted[2] in worth_ordering(flags, wanted)


def test_a_frame_that_is_missing_in_a_fade_is_ordered_alone() -> None:
    flags = flags_of((1, 2, 3, 4), {1: seen(0.0), 3: seen(0.0), 4: seen(0.0)})
    assert worth_ordering(flags, (1, 2, 3, 4)) == (2,)


def test_frames_are_judged_by_their_places_in_the_job_and_not_by_their_numbers() -> None:
    rng = random.Random(SEED)
    kinds = [None, FlagKind.BLACK, FlagKind.MISSING, FlagKind.BROKEN, FlagKind.FLICKER]
    for _ in range(200):
        drawn = [rng.choice(kinds) for _ in range(rng.randrange(1, 12))]
        numbers = sorted(rng.sample(range(1000), len(drawn)))
        places = [
            {wanted.index(frame) for frame in worth_ordering(flags, wanted)}
            for wanted in (range(len(drawn)), numbers)
            for flags in [[Flag(frame, kind) for frame, kind in zip(wanted, drawn, strict=True) if kind]]
        ]
        assert places[0] == places[1], (SEED, drawn, numbers)
        there = [at for at, kind in enumerate(drawn) if kind is not FlagKind.MISSING]
        fades = {at for one in pairwise(there) if all(drawn[a] is FlagKind.BLACK for a in one) for at in one}
        spoiled = [at for at in there if drawn[at] in (FlagKind.BLACK, FlagKind.BROKEN)]
        beside = {
            at
            for at in there
            if drawn[at] is FlagKind.FLICKER
            and any(abs(there.index(at) - there.index(one)) <= 2 for one in spoiled)
        }
        assert places[0] == {at for at, kind in enumerate(drawn) if kind} - fades - beside, (SEED, drawn)


def test_good_frames_beside_a_black_one_are_not_ordered() -> None:
    """Of few frames all were, as each was compared with the black one."""
    for count in (3, 4, 5, 8):
        wanted = range(1, count + 1)
        for bad in wanted:
            flags = flags_of(wanted, {one: seen(0.0 if one == bad else 0.5) for one in wanted})
            assert worth_ordering(flags, wanted) == (bad,), (count, bad)
