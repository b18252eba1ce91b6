"""What all the ways of a lease are worth to everybody, where friends hold a share of the family's seats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

from devkit.strategies.coalition import Coalition
from devkit.strategies.tree import Node, Payoffs

LEAST_GAIN = 1e-12


def binomial(votes: int, share: float) -> list[float]:
    """The chances of 0, 1, … of so many votes."""
    return [comb(votes, at) * share**at * (1 - share) ** (votes - at) for at in range(votes + 1)]


def added(some: Payoffs, more: Payoffs) -> Payoffs:
    """Both together."""
    return {who: some.get(who, 0.0) + value for who, value in more.items()}


@dataclass(frozen=True)
class Way:
    """One way: its chance, whose votes were drawn (friends of all), what was chosen, how it ended."""

    chance: float
    steps: tuple[str, ...]
    payoffs: Payoffs


class Value:
    """Of one coalition's tree at one share."""

    def __init__(self, coalition: Coalition, share: float) -> None:
        self.share = share
        self.friends = ["friends"]
        self.friends += ["worker"] * coalition.owns_worker + ["requester"] * coalition.owns_requester
        self.known: dict[int, tuple[Payoffs, int]] = {}  # by node: its worth, and the child that is chosen

    def profit(self, payoffs: Payoffs) -> float:
        """The coalition's."""
        return sum(payoffs[who] for who in self.friends)

    def of(self, node: Node) -> Payoffs:
        """By backward induction: friends do what pays them together, each of the honest what pays it."""
        if node.payoffs is not None and not node.children:
            return node.payoffs
        if id(node) not in self.known:
            values = [self.of(child) for child in node.children]
            if node.payoffs is not None:
                self.known[id(node)] = added(node.payoffs, values[0]), -1
            elif node.kind == "friends":
                at = max(range(len(values)), key=lambda one: self.profit(values[one]))
                self.known[id(node)] = values[at], at
            elif node.kind == "appeal":
                at = self.appealed(node, values)
                self.known[id(node)] = values[at], at
            else:
                self.known[id(node)] = self.mean(node, values), -1
        return self.known[id(node)][0]

    def weights(self, node: Node) -> list[float]:
        """The chance of each child."""
        return list(node.weights) or binomial(len(node.children) - 1, self.share)

    def mean(self, node: Node, values: list[Payoffs]) -> Payoffs:
        weighed = list(zip(self.weights(node), values, strict=True))
        return {who: sum(weight * one[who] for weight, one in weighed) for who in values[0]}

    def appealed(self, node: Node, values: list[Payoffs]) -> int:
        """Friends may be first; if they are not, whoever is honest and gains by it."""
        at = 0
        for one, who in enumerate(node.callers):
            if who not in ("", "friends") and values[one][who] > values[0][who] + LEAST_GAIN:
                at = one
        for one, who in enumerate(node.callers):
            if who == "friends" and self.profit(values[one]) > self.profit(values[at]) + LEAST_GAIN:
                at = one
        return at

    def ways(
        self,
        node: Node,
        chance: float = 1.0,
        steps: tuple[str, ...] = (),
        least: float = 0.0,
        before: Payoffs | None = None,
    ) -> Iterator[Way]:
        """All that may come to pass when everybody chooses so, but for what is less likely than ``least``."""
        if chance <= least:
            return
        if node.payoffs is not None:
            payoffs, steps = added(before or {}, node.payoffs), (*steps, node.told)
            if not node.children:
                yield Way(chance, steps, payoffs)
                return
            yield from self.ways(node.children[0], chance, steps, least, payoffs)
            return
        self.of(node)
        chosen = self.known[id(node)][1]
        if chosen >= 0:
            told = f"{node.callers[chosen] or 'nobody'} appeals" if node.kind == "appeal" else node.told
            steps = (*steps, told) if told else steps
            yield from self.ways(node.children[chosen], chance, steps, least, before)
            return
        for at, (weight, child) in enumerate(zip(self.weights(node), node.children, strict=True)):
            drawn = (f"{at} of {len(node.children) - 1} votes",) if node.kind == "seats" else ()
            yield from self.ways(child, chance * weight, (*steps, *drawn), least, before)
