"""What an audit costs and catches, next to rendering everything twice and to SSIM on crops.

    make bench-audit        or        python -m research.audit_cost

Costs are measured seconds of rendering; what is caught is measured on the same renderings. Writes its part
of docs/benchmarks.md.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from renderchain.core.audit.economics import SEATS

from devkit.network.services import REPO
from devkit.renderings import OTHER_MACHINE, Renderings
from research.attacks import CACHE, FRAMES
from research.trust.cheats import KINDS, Pair, pairs_of
from research.trust.draws import draws
from research.trust.page import table
from research.trust.ssim import ssim

PAGE = REPO / "docs" / "benchmarks.md"
START, END = "<!-- audits -->", "<!-- end of audits -->"
SHARES = (0.01, 0.05, 0.25, 1.0)
DRAWN = 16
DRAWS = 400
COMMON_SSIM = 0.95


@dataclass(frozen=True)
class Times:
    """Measured seconds of one frame, of one tile rendered alone, and of opening the scene."""

    frame_s: float
    tile_s: float
    load_s: float


async def measure(renderings: Renderings) -> Times:
    """On this machine, in the sandbox: three frames, then their tiles; the middle one counts."""
    manifest = renderings.manifest
    with tempfile.TemporaryDirectory() as folder:
        async with renderings.renderer().open(renderings.package, manifest, Path(folder)) as session:
            frames = [(await session.render(frame, lambda _: None)).render_ms for frame in (1, 2, 3)]
            tiles = []
            for frame in (1, 2, 3):
                done = await session.render_tiles(frame, range(renderings.tiles), lambda _: None)
                tiles.append(done.render_ms / renderings.tiles)
            return Times(sorted(frames)[1] / 1000, sorted(tiles)[1] / 1000, session.loaded.load_ms / 1000)


def caught(refused: Sequence[bool], share: float, name: str) -> float:
    """How often a lease is refused of which that share of tiles is tampered, by 16 drawn ones."""
    total, hits = FRAMES * len(refused) // 3, 0
    for number, (_, drawn) in enumerate(draws(DRAWS, total)):
        bad = set(random.Random(f"{name} {number}").sample(range(total), max(1, round(share * total))))
        hits += any(leaf in bad and refused[leaf % len(refused)] for leaf in drawn)
    return hits / DRAWS


def lines_of(kind: str, pairs: Sequence[Pair], limits: Mapping[str, float]) -> list[list[str]]:
    """Print, SSIM at each limit, and full redundancy with prints, on the same tiles."""
    likeness = [ssim(pair.true, pair.shown) for pair in pairs]
    methods = [("16 tiles, prints", [pair.is_refused for pair in pairs])]
    methods += [
        (f"16 crops, SSIM, {name}", [one < limit for one in likeness]) for name, limit in limits.items()
    ]
    lines = []
    for name, refused in methods:
        share = sum(refused) / len(refused)
        cells = [f"{caught(refused, one, f'{kind} {name}'):.0%}" for one in SHARES]
        lines.append([kind, name, f"{share:.0%}", *cells])
    everything = any(pair.is_refused for pair in pairs)
    found = ["100%" if everything else "0%"] * len(SHARES)
    lines.append([kind, "everything twice, prints", lines[0][2], *found])
    return lines


def costs(times: Times) -> str:
    """A table of seconds."""
    work_s = FRAMES * times.frame_s
    tiles_s = SEATS[0] * DRAWN * times.tile_s
    crops_s = SEATS[0] * DRAWN * times.tile_s
    rows = [
        ("three verifiers, 16 tiles each", tiles_s, SEATS[0] * times.load_s),
        ("three verifiers, 16 crops each, SSIM", crops_s, SEATS[0] * times.load_s),
        ("everything twice", work_s, times.load_s),
    ]
    lines = [
        [name, f"{render_s:.1f}", f"{load_s:.2f}", f"{render_s / work_s:.1%}"]
        for name, render_s, load_s in rows
    ]
    return table(["what", "seconds of rendering", "seconds of loading", "of the lease's rendering"], lines)


def part(times: Times, lines: Sequence[Sequence[str]], limit: float) -> str:
    """What stands between the marks."""
    head = ["rendering", "check", "tiles refused", *(f"caught at {share:.0%}" for share in SHARES)]
    return f"""{START}

## Audits

Written by `make bench-audit` (research/audit_cost.py), {date.today()}, for a lease of {FRAMES} frames of
200x120 pixels, which are three renderings in turn. A frame took {times.frame_s:.2f} s, a tile alone
{times.tile_s:.2f} s. What an audit costs:

{costs(times)}
What an audit catches in an audited lease, by the share of its tiles that is tampered ({DRAWS} draws each).
SSIM has two limits: 1 - {1 - limit:.1e}, the lowest value that the honest other kernel reached in any tile,
so that nobody honest is refused here; and {COMMON_SSIM}, a usual limit.

{table(head, lines)}
With a limit as strict as these two kernels of one machine allow, SSIM catches what prints catch. With a
usual limit it lets through what a viewer would hardly see, such as another seed, clamped light or fewer
samples. How strict both can be where machines differ more is not measured here; docs/verification.md has
prints on other machines. A comparison by SSIM needs the pixels, while a contract compares prints of 19
felts. Rendering everything twice catches single tiles too, at the price of the whole work.
{END}
"""


async def main() -> None:
    """Measure and write."""
    renderings = Renderings(CACHE)
    times = await measure(renderings)
    honest = await pairs_of(renderings, OTHER_MACHINE)
    limit = min(ssim(pair.true, pair.shown) for pair in honest)
    lines = []
    for kind in KINDS:
        lines += lines_of(kind, await pairs_of(renderings, kind), {"strict": limit, "usual": COMMON_SSIM})
    text = part(times, lines, limit)
    before, _, rest = PAGE.read_text().partition(START)
    after = rest.partition(END)[2].lstrip("\n")
    PAGE.write_text(before.rstrip("\n") + "\n\n" + text + after)
    print(text)


if __name__ == "__main__":
    asyncio.run(main())
