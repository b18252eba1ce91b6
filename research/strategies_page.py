"""The page on strategies: a table for each kind of coalition, and which goals are missed by what."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
from devkit.strategies.mends import MENDS, Mend
from devkit.strategies.stage import GAS_FRI, PAY_FRI, TASKS, TILES, VOTE_FRI
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
TITLE = """# Strategies against strategies

<!-- Written by `make strategies` (research/strategies.py); edit that instead. -->

{all} coalitions of workers, verifiers, requesters and schedulers play every way of an audit in the reference
model. The goals: no profit where friends hold up to 20 % of a family's seats, none above 0.05 R (R: the
lease's pay) where they hold 33 %, and no honest party loses more than the coalition burns. **{met} meet
them, {open} do not:**
"""
INTRO = """## How it is played

Each row is a coalition: who belongs to it, and what each of them does. It is played in the reference
model (`devkit/model`), whose every rule is that of the contracts, on one lease or a few; `devkit/strategies/`
has the coalitions. R is the lease's pay, L its lock, f a verifier's fee for one vote, p the audit rate, s the
*friends'* share of the family's seat units.

**Exact, not sampled.** Votes are drawn by unit with replacement, so the number of friends among n drawn
votes is binomial in s, however many names they have. Every number of friends in every draw of every round
is played once, with all that may follow, and weighed by its chance; so are the coin of a second look and
the audited and the spared lease. Where somebody has a choice (to appeal; what friends do with the votes
they were drawn for, where a row gives them several) the choice is made by backward induction: friends do
what pays them together, and an honest party that a false verdict harms appeals where that pays it. Nobody
else watches: the artist is away unless the row says that it checks. It looks at two leaves of what chance
spared; an artist that pays at once looks at two leaves of every lease, pays what it finds good before the
verdict, and challenges a faked leaf or names it in its appeal.

**Simpler than life.** Friends' votes stand first in the order of a draw. Friends who decline or are absent
are so in the first two rounds with all batches, as are those who agree where the package is not served, and
honest where all is drawn anew. Many names bring no votes, as units are drawn; each name's stake answers for
its own votes, a unit (60 f) for any one of them. It runs dry where it is open in many audits: rows in which
it covers one vote say what that is worth. Where friends would vote as the honest do in a whole draw, they are
not told apart there. Drawn friends can always be drawn, also with too little stake. Friends appeal what harms
them; before the honest only in the row that says so. In challenges of the delivery they are honest about the
pixels before. Of several leases of one worker each is claimed when the one before is over, and claims end
with the pool; the pool is the least that the board takes, 3 f a lease. A scheduler gives all of a lease
twice; by itself a client sets aside a twentieth of a job's tasks for that, so in a job as a whole it is a
twentieth of the figure.

**Money.** A lease of {tasks} frames of {tiles} tiles, of which a round draws one leaf (the fewest, so that
least is seen), paid by the smallest lease that makes sense at {gas} gFri a gas: R = {pay:.2f} STRK, f =
{fee:.3f} R. Rendering costs the worker all of its pay, so a faker saves R; a vote costs what the client pays
for its leaves; gas is that of [gas](gas.md). A draw is sent for a lease that is audited, and by a requester
before it challenges one that chance spared; of others nobody sends one. Friends' votes that copy cost no
rendering. A requester values true frames at R, whoever is paid for them. A profit is more than the coalition
had if all of it were honest; whoever gives leases back, or jobs to itself, is measured by what it had if it
did nothing. Losses are compared with honest play in the same way, verifiers' with zero; *burned* is what the
coalition's stakes and bonds lost. All figures are expected values in R. Each is the largest over p =
{rates}. Where a lock is 2 R (1 - p) / p, what a way brings is a straight line in p, so the rates between
have no more; a test plays rows without seats at all rates, those of several leases too. The two columns of
losses are of the p and s <= 20 % at which the loss exceeds what is burned by most.

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
    goals += f", without {coalition.without}" if coalition.without else ""
    goals += f", with {coalition.beyond}" if coalition.beyond else ""
    return [coalition.name, coalition.rule, *shown, lost, f"{loss.spent:.3f}", goals]


def miss(coalition: Coalition, rows: Sequence[Figures]) -> str:
    """What is missed and the compositions that do it."""
    loss, best = worst_loss(rows), max(rows, key=lambda row: row.profit)
    shown = best if best.profit > TOLERANCE else loss
    text = f"- **{coalition.name}** ({coalition.rule}): {'; '.join(missed(rows))}."
    text += f" Without {coalition.without}." if coalition.without else ""
    text += f" {coalition.note[0].upper()}{coalition.note[1:]}." if coalition.note else ""
    ways = "".join(f"\n  - {way}" for way in shown.ways)
    return f"{text} Of p = {rate(shown.exp)}, s = {100 * shown.share:.0f} %:{ways}" if ways else text


def remaining(data: Data, mended: Data) -> str:
    """What misses a goal, the rule that would close it, and what that would cost others."""
    rows = []
    for one in COALITIONS:
        if one.name not in data or not missed(data[one.name]):
            continue
        mends = [mend for mend in MENDS if mend.closes == one.name and mend.rule in mended]
        rules = "; ".join(f"{mend.rule}: {change(mended[mend.rule][:2])}" for mend in mends)
        costs = "; ".join(cost(mend, mended[mend.rule][2:]) for mend in mends)
        rows.append([one.name, "; ".join(missed(data[one.name])), rules or one.note or "-", costs or "-"])
    return table(["coalition", "what is missed", "rule that would close it", "what it costs others"], rows)


def by_clients(data: Data) -> str:
    """How many meet the goals where people use the clients as they are, and otherwise."""
    kinds: dict[str, Callable[[Coalition], bool]] = {
        "the clients as they are installed, or less of what they do": lambda one: one.is_installed,
        "without what an installed client does": lambda one: bool(one.without),
        "with what somebody has to set up": lambda one: bool(one.beyond),
    }
    rows = []
    for kind, belongs in kinds.items():
        group = [one for one in COALITIONS if one.name in data and belongs(one)]
        open_ = [one.name for one in group if missed(data[one.name])]
        rows.append([kind, str(len(group)), str(len(group) - len(open_)), "; ".join(open_) or "-"])
    return table(["honest people have", "coalitions", "meet the goals", "do not"], rows)


def cost(mend: Mend, rows: Sequence[Figures]) -> str:
    """What a rule brings about elsewhere."""
    return mend.cost or f"*{mend.costs}*: {change(rows)}"


def change(rows: Sequence[Figures]) -> str:
    """A coalition's profit, and what the honest lose, before a rule and by it."""
    before, after = rows
    parts = [f"profit {before.profit:+.3f} to {after.profit:+.3f} R"]
    for who, lost in before.losses.items():
        if max(lost, after.losses[who]) > TOLERANCE:
            parts.append(f"{who} loses {max(0.0, lost):.3f} to {max(0.0, after.losses[who]):.3f} R")
    parts.append(f"burned {before.spent:.3f} to {after.spent:.3f} R")
    return ", ".join(parts).replace("verifiers loses", "verifiers lose")


def page(data: Data, mended: Data) -> str:
    """All of it."""
    rates = ", ".join(rate(exp) for exp in EXPS)
    amounts = {
        "tasks": TASKS,
        "tiles": TILES,
        "gas": GAS_FRI // 10**9,
        "pay": PAY_FRI / FRI_PER_STRK,
        "fee": VOTE_FRI / PAY_FRI,
        "rates": rates,
    }
    open_ = sum(1 for one in COALITIONS if one.name in data and missed(data[one.name]))
    title = TITLE.format(all=len(data), met=len(data) - open_, open=open_)
    parts = [title, remaining(data, mended) + "\n", MENDED_INTRO]
    parts += [CLIENTS.format(clients=by_clients(data)), INTRO.format(**amounts)]
    for title, group in GROUPS.items():
        rows = [line(one, data[one.name]) for one in group if one.name in data]
        parts.append(f"## {title}\n\n{table(HEAD, rows)}\n")
    misses = [miss(one, data[one.name]) for one in COALITIONS if one.name in data and missed(data[one.name])]
    parts.append("## Ways that miss goals\n\n" + MISSED_INTRO + "\n\n" + "\n".join(misses) + "\n")
    return "\n".join(parts)


MENDED_INTRO = """A rule that would close or narrow a row was played where that can be
(`devkit/strategies/mends.py`): the figures are those of that coalition and of the one that the rule costs
most, without and with it, at p = 1, s = 20 % (33 % where the goal is missed only there). f is a verifier's
fee for one vote, f' one of later rounds. What nobody disputes is looked at again in the next round, so
whoever agreed falsely loses 20 f where an appeal is right, and nothing where nobody appeals. Why rows with
false words about the package exclude each other, and what is left to clients, is in
[decision 23](decisions/0023-a-lock-makes-a-right-appeal-good.md).
"""
CLIENTS = """## With the clients as they are

{clients}

As it is installed, an artist's client renders two leaves of each lease again, and jobs that it can't check so
have second looks ([for artists](artist.md#second-looks)). A worker's client renders a probe before it claims,
serves the package until the lease is settled, and appeals. A watchtower has to be set up; a worker that has
none is told so. Rows where the artist is away, which are most, are played with less than that. Rows *without*
something show what it is for: each has a neighbour that has it. Why the others do not meet the goals is told
with each at the page's end.

What more clients could do, and why they do not:

- **Second looks where the package is not served.** That the client of a verifier without the package appeals
  closes the row before this one. But it can't tell such a worker from trouble of its own, nor from a worker
  that serves the package to everybody but this one: that worker's lease is right, so the appeal is lost, the
  verifier loses 7 f' + R / 20, and the worker nothing. What closes the row is the artist's own check, which
  is the default wherever the artist's machine can do it.
- **Words about the package.** To a client the two ways are the same calls of others. Whoever is harmed
  appeals already, where that pays.
- **An outage, and a package whose every copy is cut off.** Only a second machine answers then. A client
  can't set one up by itself; it says that there is none.
- **Another scene on the worker's machine.** The probe is the client's rule against it. The row is what is
  left where the probe sees nothing.
- **The cheap half.** Nobody knows what a frame takes before it was rendered, so no default prices frames.
  That more of what comes back burns would be a rule of the board, and take it from everybody who has to
  stop.
- **Schedulers in league.** To set nothing aside by itself would close these rows, and take the spares from
  all jobs: frames of a dead worker would wait for its lease's timeout ([scheduling](scheduling.md)). A
  twentieth of a job is what an artist risks who names a scheduler; whoever trusts none names none.
"""
MISSED_INTRO = """Under each coalition are the ways that bring most: how many of the drawn votes were
friends', who appealed, how it ended, its chance (of the audited and spared together), and the profit in it
before the honest alternative is taken off."""
