"""What attacks bring: writes docs/attacks.md and docs/data/attacks.json.

    make bench-audit        or        python -m research.attacks

The renderings are real and kept in build/attacks; draws are the chain's own functions over random block
hashes. That the chain then does with money what is reckoned here is what tests/attacks show.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from renderchain.core.audit.economics import drawn_leaves

from devkit.network.services import REPO
from devkit.renderings import OTHER_MACHINE, Renderings
from research.trust.capture import FEE, Capture, capture, escapes, lock_of
from research.trust.cheats import KINDS, lease_of, pairs_of
from research.trust.draws import detections
from research.trust.earnings import profit
from research.trust.findings import FINDINGS
from research.trust.outsiders import OUTSIDERS
from research.trust.page import PAGE_ROWS, table

CACHE = REPO / "build" / "attacks"
PAGE, DATA = REPO / "docs" / "attacks.md", REPO / "docs" / "data" / "attacks.json"
FRAMES = 192  # of a lease: 1,536 tiles, of which 16 are drawn
SHARES = (1.0, 0.25, 0.05, 0.01)
AUDIT_EXPS = (0, 1, 3, 5)
DRAWS = 4000
STAKE_SHARES = (0.05, 0.1, 0.2, 0.33)
CAPTURE_DRAWS = 4000


def row_of(kind: str, share: float, gain: float, audit_exp: int, refused: Sequence[bool]) -> dict[str, Any]:
    """One attack on one audit rate."""
    leaves = len(refused)
    caught = detections(DRAWS, audit_exp, refused)
    drawn, visible = drawn_leaves(leaves, 16), sum(refused) / leaves
    predicted = 2.0**-audit_exp * (1 - (1 - visible) ** drawn)
    return {
        "attack": kind,
        "tampered": share,
        "refused_tiles": round(sum(refused) / max(1, round(share * leaves)), 3),
        "rate": 2.0**-audit_exp,
        "measured": round(caught, 4),
        "predicted": round(predicted, 4),
        "profit": round(profit(gain, caught, audit_exp), 3),
        "loss_if_caught": round(1 + lock_of(audit_exp) - gain, 3),
    }


async def pixel_rows(renderings: Renderings) -> list[dict[str, Any]]:
    """Every cheat at every share and rate; a rendering of another machine as the honest control."""
    rows = []
    for kind in KINDS:
        pairs = await pairs_of(renderings, kind)
        for share in (1.0,) if kind == OTHER_MACHINE else SHARES:
            refused = lease_of(pairs, FRAMES, share, f"{kind} {share}")
            gain = 0.0 if kind == OTHER_MACHINE else share
            rows += [row_of(kind, share, gain, audit_exp, refused) for audit_exp in AUDIT_EXPS]
        print(kind, flush=True)
    garbage = await pairs_of(renderings, "garbage")
    for share, cost in ((0.05, 0.5), (0.01, 0.2), (0.1, 0.6)):
        refused = lease_of(garbage, FRAMES, share, f"dear {share}")
        name = f"garbage in the dearest tiles, {cost:.0%} of the cost"
        rows += [row_of(name, share, cost, audit_exp, refused) for audit_exp in AUDIT_EXPS]
    return rows


def shown(rows: Sequence[dict[str, Any]]) -> str:
    """The table of pixel attacks."""
    head = ["attack", "tampered", "refused of these", "audit rate", "measured", "predicted"]
    lines = [
        [one["attack"], f"{one['tampered']:.0%}", f"{one['refused_tiles']:.0%}", f"{one['rate']:.3g}"]
        + [f"{one['measured']:.1%}", f"{one['predicted']:.1%}", one["profit"], -one["loss_if_caught"]]
        for one in rows
    ]
    return table([*head, "expected profit, R", "if caught, R"], lines)


def capture_table(captures: Sequence[Capture]) -> str:
    """The table of stake in one hand."""
    held = [
        [f"{one.share:.0%}", *(f"{chance:.2%}" for chance in one.rounds)]
        + [f"{one.cheat[exp]:+.2f}" for exp in (0, 2, 5)]
        + [f"{one.false_slash[exp]:+.4f}" for exp in (0, 2, 5)]
        for one in captures
    ]
    head = ["share of stake", "majority of 3", "and of 7", "and of 15"]
    head += [f"{what}, p = {p}" for what in ("cheat", "false slash") for p in ("1", "1/4", "1/32")]
    return table(head, held)


def page(
    rows: Sequence[dict[str, Any]], captures: Sequence[Capture], grinding: Sequence[Sequence[Any]]
) -> str:
    """docs/attacks.md."""
    ground = table(["audit rate", "no choice", "1 more", "2 more", "3 more"], grinding)
    return f"""# Attacks

Written by `make bench-audit` (research/attacks.py), {date.today()}. R is the pay of a lease.
`make test-attacks` shows that the chain moves money as it is calculated here: it makes every attack of the
second table on a real devnet, with real renderings, and checks the outcome to the fri: what an audit pays is
reckoned there anew from its votes, by the rules of [protocol](protocol.md).

## Pixels

A lease has {FRAMES} frames of 200x120 pixels (8 tiles each; three renderings in turn), and 16 of its tiles
are drawn. Each row has {DRAWS:,} draws, made by the chain's own functions over random block hashes. A tile
is refused if the real prints of the honest and of the cheated rendering disagree by the narrowest limits that
a job may have. The prediction is p(1-(1-f)^16), where f is the share of all tiles that is refused. Profit is
compared with honest work, as if faked pixels cost nothing at all: whatever is tampered counts as saved in
full, even where a quarter of the samples was rendered. A cheat that is caught loses its pay and its lock,
here max(0.3 R + 3 f, 2R(1-p)/p); it is 16 f at least, by which cheats lose more still. The first rows are
honest work of Cycles' other CPU kernel: no digest is the same, and no tile is refused. In this scene these
cheats show in every tile. What more cheats save, pass and earn in nine scenes, calm ones too, is measured
in [verification](verification.md#cheats), and so is [what is not caught](verification.md#what-is-not-
caught).

{shown(rows)}
A profit of zero or more appears only where nothing is refused: in the rows of the honest other machine.

## Everything else, on the devnet

{table(["attack", "how it ends", "attacker", "test"], PAGE_ROWS)}
A final image that was swapped before the root was made costs its worker only the early pay. The client
makes drawn frames again and keeps its own image where one is false. Frames that are not drawn, or can't be
made again, are left to the artist's eyes ([verification](verification.md#final-images)).

{findings()}
## Simulated: much stake in one hand

The table has an attacker's chance of a majority in the first committee, in that one and the one of seven,
and in all three. Seats are drawn by the chain's own function, with {CAPTURE_DRAWS:,} draws a row; the
attacker has as many names as it wants. The profit is in R. For a *cheat*, all pixels are faked, and nobody
appeals because the requester sees nothing. For a *false slash*, the attacker votes falsely in the audit of
an honest worker whenever it has the first majority, and the worker appeals (fees of {FEE:.1%} R, bonds of
20 fees, a tenth of the lock as reward).

{capture_table(captures)}
{verdict(captures)}

## Simulated: who makes blocks

Somebody who makes the deciding block, and can drop it as often as the column says, escapes the audit of a
lease with the chance in the table. A block decides for all leases that were submitted two blocks before it,
so what helps one lease may hurt another.

{ground}
At p = 1, the rate of newcomers and of everybody after a loss, nothing is gained. At lower rates this is a
residual risk that the protocol does not remove. It is bounded by what a proposer loses with each block that
it drops.
"""


def findings() -> str:
    """What is known of the protocol's older versions."""
    known = [shortened(*one) for one in (*FINDINGS, *OUTSIDERS)]
    rows = table(["", "what was possible", "what holds", "test"], known)
    return f"""## What was found, and what holds now

F: what an audit found in contracts and economics of the protocol's first version. A: what a first draft of
the second left open. B, C, D: what outsiders found in the second.

{rows}"""


def shortened(name: str, was: str, holds: str, shown: tuple[str, ...] | str) -> list[str]:
    """A row with its tests' files alone."""
    if isinstance(shown, tuple):
        shown = ", ".join(dict.fromkeys(one.split("::")[0] for one in shown))
    return [name, was, holds, shown]


def verdict(captures: Sequence[Capture]) -> str:
    """What the second simulation says in a sentence."""
    won = [one.share for one in captures if max(one.cheat.values()) >= 0]
    robbed = [one.share for one in captures if max(one.false_slash.values()) >= 0]
    cheat = "Cheating loses money at each of these shares"
    if won:
        cheat = f"Cheating loses money below a share of {min(won):.0%}; from there on friends pay"
    slash = "and so does false slashing."
    if robbed:
        slash = f"and false slashing does below {min(robbed):.0%}."
    return f"{cheat}, {slash}"


async def main() -> None:
    """Measure and write."""
    rows = await pixel_rows(Renderings(CACHE))
    captures = [capture(share, CAPTURE_DRAWS) for share in STAKE_SHARES]
    grinding = [
        [f"{2.0**-exp:.3g}", *(f"{escapes(exp, tries, DRAWS):.1%}" for tries in range(4))]
        for exp in AUDIT_EXPS
    ]
    data = {
        "date": str(date.today()),
        "frames": FRAMES,
        "draws": DRAWS,
        "pixels": rows,
        "capture": [asdict(one) for one in captures],
        "grinding": grinding,
    }
    DATA.write_text(json.dumps(data, separators=(",", ":")).replace('{"attack"', '\n{"attack"') + "\n")
    PAGE.write_text(page(rows, captures, grinding))
    worst = max(rows, key=lambda one: (one["attack"] != OTHER_MACHINE, one["profit"]))
    print(f"best for an attacker: {worst}")


if __name__ == "__main__":
    asyncio.run(main())
