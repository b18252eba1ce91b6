"""Why workers do not take a job's frames, in words that an artist knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.candidates import Candidate, sentence_of, why_not
from renderchain.core.ids import WorkerId
from renderchain.core.job import JobInfo, WorkerInfo, family_of

FAMILY = family_of((4, 5), "CYCLES", "OPTIX")
NUMBERS: list[Any] = [*range(24), False]  # whatever a job may have
TERMS: dict[str, Any] = {
    "tasks": 8,
    "accepted": 0,
    "refunded": 0,
    "held": 0,
    "longest_lease": 1,
    "reward_fri": 10**16,
}
WANTED = replace(JobInfo(*NUMBERS), family=FAMILY, **TERMS)
RICH = WorkerInfo(WorkerId(1), 1, 2, 3, stake_fri=10**20, locked_fri=0, unstaking_fri=0)
FITS = Candidate(RICH, frozenset({FAMILY}), 0)
BUSY = replace(FITS, worker=replace(RICH, locked_fri=1))


def of(*names: tuple[tuple[int, int], str]) -> Candidate:
    return replace(FITS, families=frozenset(family_of(version, "CYCLES", group) for version, group in names))


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (FITS, ""),
        (of(((5, 2), "OPTIX")), "has Blender 5.2"),
        (of(((5, 2), "OPTIX"), ((4, 2), "OPTIX")), "has Blender 4.2 and 5.2"),
        (of(((4, 5), "CPU")), "renders on CPU"),
        (of(((5, 2), "CPU")), "renders 5.2 on CPU"),
        (of(), "renders nothing"),
        (replace(FITS, families=frozenset({2**250})), f"renders {hex(2**250)}"),
        (replace(FITS, least_reward_fri=2 * 10**16), "wants 0.02 STRK a frame"),
        (
            replace(FITS, worker=replace(RICH, locked_fri=10**20)),
            "has too little free deposit for these frames",
        ),
    ],
)
def test_each_reason_has_its_words(one: Candidate, reason: str) -> None:
    assert why_not(WANTED, one) == reason


def test_the_same_reasons_are_counted_the_most_frequent_first() -> None:
    others = [of(((5, 2), "OPTIX"))] * 3 + [replace(FITS, least_reward_fri=2 * 10**16)]
    assert sentence_of(WANTED, others) == (0, "3 have Blender 5.2, 1 wants 0.02 STRK a frame")
    assert sentence_of(WANTED, []) == (0, "")


def test_of_those_that_fit_it_is_said_what_they_do() -> None:
    fitting, text = sentence_of(WANTED, [BUSY, FITS])
    assert fitting == 2 and text == "1 of them is at work on other frames"
    fitting, text = sentence_of(WANTED, [FITS])
    assert fitting == 1 and "switched off" in text
