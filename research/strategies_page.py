"""The page on strategies: a table for each kind of coalition, and which goals are missed by what."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.core.money import FRI_PER_STRK

from devkit.strategies.coalition import Coalition
from devkit.strategies.coalitions import COALITIONS, GROUPS
from devkit.strategies.figures import (
    EXPS,
    MOST_AT_THIRD,
    MOST_SHARE,
    SHARES,
    Figures,
)
from devkit.strategies.stage import GAS_FRI, PAY_FRI, VOTE_FRI
from research.trust.page import table

Data = dict[str, list[Figures]]
TOLERANCE = 0.005  # of the pay: gas and roundings
HEAD = [
    "coalition",
    "rule",
    *(f"profit at s = {100 * share:.0f} %" for share in SHARES),
    "largest loss of an honest party",
    "burned for it",
    "goals",
]
INTRO = """# Strategies against strategies

<!-- Written by `make strategies` (research/strategies.py); edit that instead. -->

Each row is a coalition: who belongs to it, and what each of them does. It is played in the reference
model (`devkit/model`), whose every rule is that of the contracts, on one lease; `devkit/strategies/` has
the coalitions. R is the lease's pay, L its lock, f a verifier's fee for one vote, p the audit rate, s the
*friends'* share of the family's seat units.

**Exact, not sampled.** Votes are drawn by unit with replacement, so the number of friends among n drawn
votes is binomial in s, however many names they have. Every number of friends in every draw of every round
is played once, with all that may follow, and weighed by its chance; so are the coin of a second look and
the audited and the spared lease. Where somebody has a choice (to appeal; what friends do with the votes
they were drawn for, where a row gives them several) the choice is made by backward induction: friends do
what pays them together, and an honest party that a false verdict harms appeals where that pays it. Nobody
else watches: the artist is away unless the row says that it checks.

**Simpler than life.** Friends' votes stand first in the order of a draw. Friends who decline or are absent
are so in the first draw of a round, and honest in the batches after it. Where friends would vote as the
honest do in a whole draw, they are not told apart there. Drawn friends can always be drawn, also with too
little stake. Friends appeal what harms them; before the honest only in the row that says so. In challenges
of the delivery they are honest about the pixels before. Gas is that of the audits before these.

**Money.** A lease of 4 frames of 16 tiles, of which a round draws one leaf (the fewest, so that least is
seen), paid by the smallest lease that makes sense at {gas} gFri a gas: R = {pay:.2f} STRK, f = {fee:.3f}
R. Rendering costs the worker all of its pay, so a faker saves R; a vote costs what the client pays for
its leaves; gas is that of [gas](gas.md). Friends' votes that copy cost no rendering. A requester values
true frames at R, whoever is paid for them. A profit is more than the coalition had if all of it were
honest. Losses are compared with honest play in the same way, verifiers' with zero; *burned* is what the
coalition's stakes and bonds lost. All figures are expected values in R. Each is the largest over p =
{rates}; the two columns of losses are of the p and s <= 20 % at which the loss exceeds what is burned by
most.

**Goals.** No profit above zero where s <= 20 %, none above 0.05 R at 33 %; no honest party loses more
than the coalition burns. Up to 0.005 R, which gas and rounding make, count as zero.
"""


def rate(exp: int) -> str:
    """As people write it."""
    return f"1/{1 << exp}" if exp else "1"


def at_share(rows: Sequence[Figures], share: float) -> Figures:
    """The rate at which it pays most; who has no seats has one figure for all shares."""
    return max(
        (
            row
            for row in rows
            if row.share in (share, rows[0].share) and (row.share == share or is_flat(rows))
        ),
        key=lambda row: row.profit,
    )


def is_flat(rows: Sequence[Figures]) -> bool:
    """Whether it has no seats."""
    return len({row.share for row in rows}) == 1


def worst_loss(rows: Sequence[Figures]) -> Figures:
    """Where an honest party loses most beyond what is burned; if nowhere, where it loses most."""
    known = [row for row in rows if row.share <= MOST_SHARE]
    worst = max(known, key=lambda row: row.loss - row.spent)
    return worst if worst.loss > worst.spent + TOLERANCE else max(known, key=lambda row: row.loss)


def missed(rows: Sequence[Figures]) -> list[str]:
    """Which goals, in words."""
    found = []
    small = max(
        (at_share(rows, share) for share in SHARES if share <= MOST_SHARE), key=lambda row: row.profit
    )
    third, loss = at_share(rows, SHARES[-1]), worst_loss(rows)
    if small.profit > TOLERANCE:
        found.append(f"profit {small.profit:+.3f} R{where(small, rows)}")
    if third.profit > MOST_AT_THIRD and not is_flat(rows):
        found.append(f"profit {third.profit:+.3f} R{where(third, rows)}")
    if loss.loss > loss.spent + TOLERANCE:
        found.append(f"{loser(loss)} {loss.loss:.3f} R, burned {loss.spent:.3f} R{where(loss, rows)}")
    return found


def loser(row: Figures) -> str:
    """Who loses most."""
    who = max(row.losses, key=lambda one: row.losses[one])
    return f"the {who} lose" if who == "verifiers" else f"the {who} loses"


def where(row: Figures, rows: Sequence[Figures]) -> str:
    """At which rate and share."""
    share = "" if is_flat(rows) else f", s = {100 * row.share:.0f} %"
    return f" at p = {rate(row.exp)}{share}"


def line(coalition: Coalition, rows: Sequence[Figures]) -> list[str]:
    """Its row of the table."""
    best = [at_share(rows, share) for share in SHARES]
    shown = [f"{row.profit:+.3f} (p = {rate(row.exp)})" for row in best]
    if is_flat(rows):
        shown = [shown[0], "same", "same", "same"]
    loss = worst_loss(rows)
    lost = f"{loss.loss:.3f}, {loser(loss).split()[1]}" if loss.loss > TOLERANCE else "0"
    goals = "**missed**" if missed(rows) else "met"
    return [coalition.name, coalition.rule, *shown, lost, f"{loss.spent:.3f}", goals]


def miss(coalition: Coalition, rows: Sequence[Figures]) -> str:
    """What is missed and the compositions that do it."""
    loss, best = worst_loss(rows), max(rows, key=lambda row: row.profit)
    shown = best if best.profit > TOLERANCE else loss
    text = f"- **{coalition.name}** ({coalition.rule}): {'; '.join(missed(rows))}."
    text += f" {coalition.note[0].upper()}{coalition.note[1:]}." if coalition.note else ""
    ways = "".join(f"\n  - {way}" for way in shown.ways)
    return f"{text} Of p = {rate(shown.exp)}, s = {100 * shown.share:.0f} %:{ways}" if ways else text


def page(data: Data) -> str:
    """All of it."""
    rates = ", ".join(rate(exp) for exp in EXPS)
    amounts = {
        "gas": GAS_FRI // 10**9,
        "pay": PAY_FRI / FRI_PER_STRK,
        "fee": VOTE_FRI / PAY_FRI,
        "rates": rates,
    }
    parts = [INTRO.format(**amounts)]
    for title, group in GROUPS.items():
        rows = [line(one, data[one.name]) for one in group if one.name in data]
        parts.append(f"## {title}\n\n{table(HEAD, rows)}\n")
    misses = [miss(one, data[one.name]) for one in COALITIONS if one.name in data and missed(data[one.name])]
    parts.append("## Goals that are missed\n\n" + MISSED_INTRO + "\n\n" + "\n".join(misses) + "\n")
    return "\n".join(parts)


MISSED_INTRO = """Under each coalition are the ways that bring most: how many of the drawn votes were
friends', who appealed, how it ended, its chance (of the audited and spared together), and the profit in it
before the honest alternative is taken off. Three rules are open doors, not residuals of the
design; `tests/unit/devkit/test_strategies_mends.py` has the rule that closes each: a vote that declines is
replaced for its own fee (*over time*, *no package*); later rounds see what was in dispute in any round before
(lone prints, washed votes); a second look sees the first round's leaves too (bought votes)."""
