"""What follows from shown prints: a vote's masks, votes that their own contradict, objectors who agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ...core.audit.shown_prints import Shown, agrees, light_agrees, mean_agrees
from ...core.audit.state import MEAN, Content, DrawnLeaf, Verifier, Vote, differing
from ...core.print_limits import PrintLimits
from ...ports.audit_chain import Opened, ShownVote


@dataclass(frozen=True)
class Masks:
    """Where a vote is too far from the worker; ``leaves`` are the indices of those with other digests."""

    leaves: tuple[int, ...]
    differs: int
    mean: bool


def masks_of(
    drawn: Sequence[DrawnLeaf],
    contents: Sequence[Content],
    prints: Sequence[Shown],
    answer: Opened,
    limits: PrintLimits,
) -> Masks:
    """Of a vote with these contents and the prints of all drawn leaves."""
    leaves = differing(list(contents), list(answer.contents))
    far = [at for at in leaves if not agrees(prints[at], answer.prints[at], limits)]
    theirs, mine = [answer.prints[at] for at in leaves], [prints[at] for at in leaves]
    mean = not mean_agrees(len(drawn), mine, theirs, limits)
    return Masks(tuple(leaves), sum(1 << drawn[at].position for at in far), mean)


@dataclass(frozen=True)
class Revealed:
    """A counted vote with what it showed of its leaves with other digests, by their index."""

    verifier: Verifier
    shown: ShownVote
    prints: dict[int, Shown]

    @property
    def seat(self) -> int:
        return self.verifier.seat

    @property
    def objects(self) -> bool:
        """Whether it differs anywhere."""
        return bool(self.verifier.differs or self.verifier.mean)

    def with_prints(self, *leaves: int) -> ShownVote:
        """The vote as it is named to the contract, with the prints of these leaves."""
        return ShownVote(self.seat, self.shown.contents, [self.prints[at] for at in leaves])


@dataclass(frozen=True)
class Contradiction:
    """A vote that its own prints contradict in a leaf, an index or MEAN."""

    vote: Revealed
    leaf: int
    objects: bool  # it claims to differ there, and does not; else the other way round


@dataclass(frozen=True)
class Agreement:
    """Objectors, the reference first, who agree with it and are all off from the worker."""

    leaf: int
    votes: tuple[Revealed, ...]
    by_levels: bool = False


@dataclass(frozen=True)
class Ballot:
    """A draw's counted votes once all are revealed; those with equal digests only differ in nothing."""

    drawn: Sequence[DrawnLeaf]
    answer: Opened
    limits: PrintLimits
    counted: int
    votes: tuple[Revealed, ...]  # that showed prints

    @classmethod
    def of(
        cls,
        drawn: Sequence[DrawnLeaf],
        answer: Opened,
        limits: PrintLimits,
        verifiers: Sequence[Verifier],
        shown: Sequence[ShownVote],
    ) -> Ballot:
        """From the seats of the present draw, and what was shown in its round."""
        by_seat = {one.seat: one for one in shown}
        counted = [one for one in verifiers if one.vote is Vote.COUNTED]
        votes = []
        for one in counted:
            if vote := by_seat.get(one.seat):
                leaves = differing(list(vote.contents), list(answer.contents))
                prints: dict[int, Shown] = dict(zip(leaves, vote.prints, strict=True))
                votes.append(Revealed(one, vote, prints))
        return cls(drawn, answer, limits, len(counted), tuple(votes))

    def contradictions(self) -> Iterator[Contradiction]:
        """At most one a vote, that which takes the fewest prints to show."""
        for vote in self.votes:
            for leaf, print_ in vote.prints.items():
                is_far = not agrees(print_, self.answer.prints[leaf], self.limits)
                claimed = bool(vote.verifier.differs >> self.drawn[leaf].position & 1)
                if claimed != is_far:
                    yield Contradiction(vote, leaf, claimed)
                    break
            else:
                if vote.prints and vote.verifier.mean == self._mean_agrees(vote):
                    yield Contradiction(vote, MEAN, vote.verifier.mean)

    def _mean_agrees(self, vote: Revealed) -> bool:
        theirs = [self.answer.prints[at] for at in vote.prints]
        return mean_agrees(len(self.drawn), list(vote.prints.values()), theirs, self.limits)

    def agreement(self, without: Sequence[int] = ()) -> Agreement | None:
        """What shows the rejection, if a majority objects and agrees; the cheapest way of it.

        ``without``: seats whose votes will not be counted in the end.
        """
        votes = [one for one in self.votes if one.seat not in without]
        leaves = range(len(self.drawn))
        for by_levels in (False, True):
            for leaf in leaves:
                there = [one for one in votes if one.verifier.differs >> self.drawn[leaf].position & 1]
                if found := self._together(there, self._on_leaf(leaf, by_levels=by_levels)):
                    return Agreement(leaf, found, by_levels)
            if not by_levels:
                there = [one for one in votes if one.verifier.mean]
                if found := self._together(there, self._on_mean):
                    return Agreement(MEAN, found)
        return None

    def _together(
        self, votes: Sequence[Revealed], near: Callable[[Revealed, Revealed], bool]
    ) -> tuple[Revealed, ...]:
        """As many as are a majority of the counted votes and near one of them; else none."""
        needed = self.counted // 2 + 1
        if len(votes) < needed:
            return ()
        for reference in votes:
            found = [one for one in votes if one is not reference and near(reference, one)]
            if near(reference, reference) and len(found) + 1 >= needed:
                return (reference, *found[: needed - 1])
        return ()

    def _on_leaf(self, leaf: int, *, by_levels: bool) -> Callable[[Revealed, Revealed], bool]:
        theirs = self.answer.prints[leaf]

        def near(one: Revealed, other: Revealed) -> bool:
            mine, yours = one.prints[leaf], other.prints[leaf]
            if by_levels:
                return light_agrees(mine, yours) and not light_agrees(theirs, yours)
            return agrees(mine, yours, self.limits)

        return near

    def _on_mean(self, one: Revealed, other: Revealed) -> bool:
        return mean_agrees(len(self.drawn), self._all(one), self._all(other), self.limits)

    def _all(self, vote: Revealed) -> list[Shown]:
        """Its prints of all leaves; where digests are equal, the worker's are its own."""
        return [vote.prints.get(at, print_) for at, print_ in enumerate(self.answer.prints)]
