"""Tables of the page, and what benchmarks say about themselves."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from renderchain.core.print_limits import LEAST, MOST

from research.trust.earnings import AUDIT_EXPS, earned, must_pass

from .compare import Kind, limits_of, needed_by

BPY = "4.5.15"
SAVED = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0)  # of the work, for the table of what must pass
RATES = tuple("1" if exp == 0 else f"1/{1 << exp}" for exp in AUDIT_EXPS)


def honest_summary(kind: Kind) -> dict[str, Any]:
    """The figures of honest work in one scene."""
    limits, needed = limits_of(kind), needed_by(kind)
    bits = [pair.bit_percent for pair in kind.pairs]
    return {
        "scene": kind.scene,
        "leaves": len(kind.pairs),
        "equal_digests": sum(pair.is_equal for pair in kind.pairs),
        "bit_percent": _spread(bits),
        "mean_percent": _spread(kind.mean_percents),
        "level_steps": _spread([pair.level_steps for pair in kind.pairs]),
        "needed": [needed.tile_percent, needed.mean_percent],
        "limits": [limits.tile_percent, limits.mean_percent],
        "leaves_passing": [round(kind.tiles_passing(one), 4) for one in (LEAST, limits, MOST)],
        "leases_passing": [round(kind.leases_passing(one), 4) for one in (LEAST, limits, MOST)],
    }


def cheat_summary(kind: Kind, honest: Kind) -> dict[str, Any]:
    """The figures of one cheat in one scene; limits are the floor, those of the scene, the cap."""
    limits = limits_of(honest)
    passing = [kind.leases_passing(one) for one in (LEAST, limits, MOST)]
    return {
        "cheat": kind.name,
        "scene": kind.scene,
        "leaves": len(kind.pairs),
        "saved": round(kind.saved, 4),
        "bit_percent": _spread([pair.bit_percent for pair in kind.pairs]),
        "level_steps": _spread([pair.level_steps for pair in kind.pairs]),
        "leaves_passing": [round(kind.tiles_passing(one), 4) for one in (LEAST, limits, MOST)],
        "leases_passing": [round(share, 4) for share in passing],
        "earned": [round(earned(kind.saved, passing[1], exp), 4) for exp in AUDIT_EXPS],
        "earned_at_most": [round(earned(kind.saved, passing[2], exp), 4) for exp in AUDIT_EXPS],
    }


def _spread(values: Any) -> list[float]:
    """The least, the median, the most."""
    return [round(float(pick(values)), 2) for pick in (np.min, np.median, np.max)]


def honest_table(found: Sequence[dict[str, Any]]) -> str:
    """A line a scene."""
    head = ["honest work of two kernels", "leaves", "bits of a tile, %: median / most"]
    head += [
        "mean over 16 leaves, %: median / most",
        "level steps: most",
        "limits that the scene needs / has, %",
    ]
    head += ["tiles refused at 10 / at these / at 20 %", "leases refused: likewise"]
    return table(head, [_honest_line(one) for one in found])


def _honest_line(one: dict[str, Any]) -> list[Any]:
    cells: list[Any] = [one["scene"], one["leaves"]]
    cells += [f"{one[name][1]:.1f} / {one[name][2]:.1f}" for name in ("bit_percent", "mean_percent")]
    cells += [
        f"{one['level_steps'][2]:g}",
        " / ".join(f"{a}, {b}" for a, b in (one["needed"], one["limits"])),
    ]
    return cells + [
        " / ".join(percent(1 - share) for share in one[name]) for name in ("leaves_passing", "leases_passing")
    ]


def cheat_table(found: Sequence[dict[str, Any]]) -> str:
    """A line a cheat: over all scenes, and what it earns in the scene where it earns most."""
    head = ["cheat", "scenes", "saves", "bits of a tile, %: median", "tiles that pass at 10 / at 20 %"]
    head += ["leases that pass at 10, 5 / at 20, 10 %", "earns most in", *(f"p = {rate}" for rate in RATES)]
    names = dict.fromkeys(one["cheat"] for one in found)
    return table(head, [_cheat_line(name, [one for one in found if one["cheat"] == name]) for name in names])


def best_of(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The scene where a cheat earns most, at the rate that suits it."""
    return max(found, key=lambda one: max(one["earned"]))


def _cheat_line(name: str, found: Sequence[dict[str, Any]]) -> list[Any]:
    saved = [one["saved"] for one in found]
    tiles, leases = (
        " / ".join(percent(mean(one[key][at] for one in found)) for at in (0, 2))
        for key in ("leaves_passing", "leases_passing")
    )
    best = best_of(found)
    bits = mean(one["bit_percent"][1] for one in found)
    saves = (
        percent(min(saved))
        if max(saved) - min(saved) < 0.005
        else f"{percent(min(saved))}–{percent(max(saved))}"
    )
    cells = [name, len(found), saves, f"{bits:.1f}", tiles, leases, best["scene"]]
    return cells + [f"{gain:+.2f}" for gain in best["earned"]]


def scene_table(found: Sequence[dict[str, Any]]) -> str:
    """In which scenes leases of a cheat pass at all, with the limits that a job of the scene has."""
    scenes = list(dict.fromkeys(one["scene"] for one in found))
    by_name: dict[str, dict[str, float]] = {}
    for one in found:
        by_name.setdefault(one["cheat"], {})[one["scene"]] = one["leases_passing"][1]
    lines = [
        [name, *(percent(shares[scene]) if scene in shares else "" for scene in scenes)]
        for name, shares in by_name.items()
        if any(shares.values())
    ]
    return table(["leases that pass, with the scene's own limits", *scenes], lines)


def even_table() -> str:
    """How often audited leases must pass for a cheat to break even, by what it saves."""
    lines = [[percent(saved), *(percent(must_pass(saved, exp)) for exp in AUDIT_EXPS)] for saved in SAVED]
    return table(["a cheat that saves", *(f"pays if more pass, p = {rate}" for rate in RATES)], lines)


def mean(values: Any) -> float:
    """Of numbers that come one by one."""
    return float(np.mean(list(values)))


def percent(share: float) -> str:
    """A share as people write it; what is not quite none or all is not written as none or all."""
    digits = 0 if share in (0, 1) or 0.005 <= share <= 0.995 else 1
    return f"{100 * share:.{digits}f} %"


def table(head: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A Markdown table."""
    rule = ["---"] * len(head)
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in (head, rule, *lines)) + "\n"


def fill(page: Path, marks: tuple[str, str], text: str) -> None:
    """Put a text between two marks of a page."""
    before, start, rest = page.read_text().partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not (start and end):
        raise SystemExit(f"{page} lacks the marks {marks[0]} and {marks[1]}.")
    page.write_text(f"{before}{start}\n{text}{end}{after}")


def machine() -> str:
    """What the renderings were made on."""
    cores = os.cpu_count()
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{names[0].split(': ')[1] if names else platform.machine()}, {cores} cores"
