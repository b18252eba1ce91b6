"""The figures of a coalition: its profit, what the honest lose by it, and what it burns for that."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from renderchain.core.audit.economics import SEATS

from devkit.strategies.coalition import Coalition
from devkit.strategies.coalitions import HONEST
from devkit.strategies.stage import PAY_FRI, VOTE_FRI, Stage
from devkit.strategies.tree import Explorer, Payoffs
from devkit.strategies.value import Value

SHARES = (0.0, 0.1, 0.2, 0.33)
EXPS = (0, 1, 5)
MOST_SHARE = 0.2  # up to it nothing may pay
MOST_AT_THIRD = 0.05  # of the pay, at 33 %
TOLD_WAYS = 4
LEAST_CHANCE = 1e-4


@dataclass(frozen=True)
class Figures:
    """At one rate and one share; all in the lease's pay, expected, and more than if all were honest."""

    exp: int
    share: float
    profit: float
    spent: float  # of stakes and bonds
    losses: dict[str, float]  # of the honest
    ways: tuple[str, ...]  # that bring most of the profit

    @property
    def loss(self) -> float:
        """The largest of one party."""
        return max(0.0, *self.losses.values()) if self.losses else 0.0

    def as_dict(self) -> dict[str, Any]:
        """For the page's data."""
        return asdict(self)


@cache
def honest(exp: int, second_look: bool) -> Payoffs:
    """What everybody has where all are honest."""
    tree = Explorer(replace(HONEST, second_look=second_look), exp).tree()
    return Value(HONEST, 0.0).of(tree)


def verifiers(payoffs: Payoffs) -> float:
    """All honest ones together."""
    return sum(value for who, value in payoffs.items() if who.startswith("verifier"))


def figures_of(
    coalition: Coalition, exp: int, shares: tuple[float, ...] = SHARES, kind: type[Stage] = Stage
) -> list[Figures]:
    """At each share; without seats there is one."""
    tree, base = Explorer(coalition, exp, kind).tree(), honest(exp, coalition.second_look)
    found = []
    for share in shares if coalition.has_seats else shares[:1]:
        value = Value(coalition, share)
        got = value.of(tree)
        counts = not coalition.ends and not coalition.spams  # else it is measured against not having claimed
        usual = coalition.wide * share * verifiers(base) if coalition.has_seats and counts else 0.0
        # Whoever sells a vote has its fee besides.
        usual += coalition.bribes * SEATS[0] * VOTE_FRI / PAY_FRI / (1 << exp)
        if counts:
            usual += coalition.wide * sum(base[who] for who in value.friends if who != "friends")
        losses = {"verifiers": -verifiers(got)}
        for who in ("worker", "requester"):
            if who not in value.friends and counts:
                losses[who] = coalition.wide * base[who] - got[who]
        known = value.ways(tree, least=LEAST_CHANCE)
        ways = sorted(known, key=lambda way: -way.chance * value.profit(way.payoffs))
        told = tuple(
            f"{', '.join(way.steps)}: {100 * way.chance:.3g} %, {value.profit(way.payoffs):+.2f} R"
            for way in ways[:TOLD_WAYS]
            if value.profit(way.payoffs) > 0
        )
        found.append(Figures(exp, share, value.profit(got) - usual, got["spent"], losses, told))
    return found
