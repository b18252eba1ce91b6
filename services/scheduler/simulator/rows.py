"""The rows of docs/scheduling.md: scenarios, who is tried in each, and the goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .scenarios import POLICIES, Fleet, Found, dead_scheduler, deadlines, many_jobs, measure, prices, single

OURS = "ours"
ALL = tuple(POLICIES)
THOUSAND, HUNDREDS = Fleet(1000), Fleet(200)
Try = Callable[[str, int], Found]  # a policy and a seed


@dataclass(frozen=True)
class Row:
    """``figure`` is what the goal is about: "end" by the bound, or one of a run's own figures."""

    name: str
    goal: str
    policies: tuple[str, ...]
    play: Try
    figure: str = "end"


def _single(fleet: Fleet, tasks: int, error: float | None) -> Try:
    return lambda kind, seed: measure(single(kind, fleet, tasks, error, seed))


ROWS = (
    Row("1,000 workers x 20 frames, costs known to 5 %", "1.08", ALL, _single(THOUSAND, 20, 0.05)),
    Row("1,000 x 20, to 20 %", "1.15", (OURS, "LPT"), _single(THOUSAND, 20, 0.2)),
    Row("200 x 20, to 5 %", "", (OURS,), _single(HUNDREDS, 20, 0.05)),
    Row(
        "200 x 20, a fifth says it is four times as fast, a tenth takes a minute for a package",
        "1.05 x the row above",
        (OURS,),
        _single(Fleet(200, lying=0.2, distant=0.1), 20, 0.05),
    ),
    Row(
        "200 x 20, the scheduler down for twice its grace",
        "1.3",
        (OURS,),
        lambda _, seed: dead_scheduler(seed, HUNDREDS, 20, 0.05),
    ),
    Row("200 x 20, nothing known of costs", "", (OURS,), _single(HUNDREDS, 20, None)),
    Row("200 x 5, to 5 %", "1.3", ALL, _single(HUNDREDS, 5, 0.05)),
    Row("200 x 5, to 20 %", "1.6", (OURS,), _single(HUNDREDS, 5, 0.2)),
    Row("200 x 100, to 5 %", "1.03", ALL, _single(HUNDREDS, 100, 0.05)),
    Row("200 x 100, to 20 %", "1.05", (OURS,), _single(HUNDREDS, 100, 0.2)),
    Row(
        "50 jobs of 100 frames and one of 5,000 on 200: worst slowdown by the median one",
        "2",
        (OURS, "FIFO pull"),
        lambda kind, seed: many_jobs(kind, seed, HUNDREDS, 50, 100, 5000, 0.05),
        "worst / median",
    ),
    Row(
        "100 jobs with deadlines at 80 % load on 100: hit",
        "97 %",
        (OURS, "FIFO pull"),
        lambda kind, seed: deadlines(kind, seed, Fleet(100), 100, 100, 0.8, 0.05),
        "deadlines hit",
    ),
    Row(
        "200 x 20, workers' prices four times apart: pay by the least that would do",
        "1.05",
        (OURS,),
        lambda _, seed: prices(seed, Fleet(200, asks=4.0), 20, 0.05),
        "pay / least",
    ),
    Row("1,000 x 100, to 5 %", "1.03", (OURS,), _single(THOUSAND, 100, 0.05)),
)
