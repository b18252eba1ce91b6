"""What a soak says of its looks: what grew is named, and what only moved to and fro is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.looks import Look, grown

FIRST = Look(1.0, 0, 300, 30, 1500, 900, 15, 60, 150, 1, 0.5, 0.5, 40)


def looks(count: int = 20, /, **steps: float) -> list[Look]:
    """So many, in each of which those figures are more by a step; a lease a look, which leaves half a MiB."""
    found = []
    for number in range(count):
        gains = {"leases": 1, "evidence_mib": 0.5, **steps}
        values: dict[str, Any] = {name: getattr(FIRST, name) + number * gain for name, gain in gains.items()}
        found.append(replace(FIRST, minute=1.0 + number, **values))
    return found


def test_what_stays_is_fine_whatever_leases_leave() -> None:
    assert grown(looks()) == []


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("untouched_mib", 15.0),
        ("untouched_handles", 4),
        ("processes", 2),
        ("threads", 8),
        ("handles", 15),
        ("rest_mib", 4.0),
    ],
)
def test_what_grows_from_look_to_look_is_named(name: str, step: float) -> None:
    (said,) = grown(looks(**{name: step}))
    assert said.startswith(f"{name} grew from ")


def test_a_moment_with_more_is_no_growth() -> None:
    seen = looks()
    seen[-3] = replace(seen[-3], untouched_mib=3000.0, processes=60, handles=900)
    assert grown(seen) == []


def test_leases_that_leave_too_much_are_told_with_their_number() -> None:
    (said,) = grown(looks(journals_mib=0.6))
    assert said == "19 leases left 20.9 MiB of journals, evidence and logs."


def test_nothing_follows_of_few_looks() -> None:
    (said,) = grown(looks(7))
    assert said.startswith("Only 7 looks")
