"""Who of a ballot contradicts itself, and which objectors show a rejection; what one call may hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.app.audit.comparing import Ballot, masks_of
from renderchain.app.audit.showing import MOST_FELTS, Showing, ShowLimits
from renderchain.core.audit.state import (
    MEAN,
    NO_AUDIT,
    DrawnLeaf,
    DrawOutcome,
    Verifier,
    Vote,
    content_of,
    differing,
)
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.job import LeaseInfo
from renderchain.core.lease_id import join_lease_id
from renderchain.core.lifecycle import LeaseState
from renderchain.core.pixel_prints import print_of
from renderchain.core.print_limits import LEAST
from renderchain.core.prints import TilePrint
from renderchain.ports.audit_chain import Opened, ShownVote

from devkit.fakes.clock import run
from devkit.fakes.reporter import RecordingReporter
from devkit.fakes.scripted_chain import ScriptedChain

DRAWN = [DrawnLeaf(3, 0), DrawnLeaf(7, 9)]
ONE, TWO = 1 << 0, 1 << 9


def tile(scene: int, machine: int = 0, light: float = 1.0) -> TilePrint:
    pixels = np.random.default_rng(scene).random((64, 64, 4), np.float32) + np.float32(0.1)
    return print_of((pixels * np.float32(light) * (1 + machine * 2.0**-20)).astype(np.float32))


TRUE = (tile(1), tile(2))
Claim = tuple[int, bool]


def opened(prints: Sequence[TilePrint]) -> Opened:
    return Opened(tuple(content_of(hash_many, one) for one in prints), tuple(one.felts() for one in prints))


def ballot(
    *votes: tuple[Sequence[TilePrint], Claim], equal: int = 0, drawn: Sequence[DrawnLeaf] = DRAWN
) -> Ballot:
    """Votes with these prints and claims against TRUE, and so many whose digests are all equal."""
    answer = opened(MORE[: len(drawn) - 2] + TRUE)
    seats, shown = [], []
    for seat, (prints, (differs, mean)) in enumerate(votes):
        theirs = opened(prints)
        leaves = differing(list(theirs.contents), list(answer.contents))
        shown.append(ShownVote(seat, theirs.contents, [theirs.prints[at] for at in leaves]))
        seats.append(Verifier(seat, WorkerId(seat + 1), Vote.COUNTED, differs, mean))
    seats += [Verifier(len(votes) + at, WorkerId(90 + at), Vote.COUNTED) for at in range(equal)]
    return Ballot.of(drawn, answer, LEAST, seats, shown)


FALSE = (tile(1, 1), tile(5))  # the second leaf is another picture
RIGHT: Claim = (TWO, False)
MORE = tuple(tile(50 + at) for at in range(6))
MANY = [*(DrawnLeaf(20 + at, 20 + at) for at in range(6)), *DRAWN]  # so that their mean says something
OFF = (tile(90), tile(91), *MORE[2:], *TRUE)  # two of them are other pictures
ON_TWO = 3 << 20


def test_masks_are_over_positions_and_follow_the_limits() -> None:
    theirs = opened(FALSE)
    masks = masks_of(DRAWN, theirs.contents, theirs.prints, opened(TRUE), LEAST)
    assert (masks.leaves, masks.differs, masks.mean) == ((0, 1), TWO, False), "two leaves have no mean"
    theirs = opened(OFF)
    masks = masks_of(MANY, theirs.contents, theirs.prints, opened(MORE + TRUE), LEAST)
    assert (masks.leaves, masks.differs, masks.mean) == ((0, 1), ON_TWO, True)


@pytest.mark.parametrize(
    ("claim", "leaf", "objects"),
    [((ONE | TWO, False), 0, True), ((0, False), 1, False), ((TWO, True), MEAN, True)],
)
def test_a_vote_is_contradicted_where_its_prints_say_otherwise(
    claim: Claim, leaf: int, objects: bool
) -> None:
    (found,) = ballot((FALSE, claim), (FALSE, RIGHT), equal=1).contradictions()
    assert (found.vote.seat, found.leaf, found.objects) == (0, leaf, objects)


def test_a_vote_that_says_nothing_of_a_mean_that_is_off_is_contradicted() -> None:
    votes = ballot((OFF, (ON_TWO, False)), (OFF, (ON_TWO, True)), equal=1, drawn=MANY)
    (found,) = votes.contradictions()
    assert (found.vote.seat, found.leaf, found.objects) == (0, MEAN, False)


def test_a_majority_of_the_counted_votes_is_needed() -> None:
    assert ballot((FALSE, RIGHT), (FALSE, RIGHT), equal=2).agreement() is None
    found = ballot((FALSE, RIGHT), (FALSE, RIGHT), (FALSE, RIGHT), equal=2).agreement()
    assert found and (found.leaf, [one.seat for one in found.votes], found.by_levels) == (1, [0, 1, 2], False)


def test_one_who_made_up_its_prints_does_not_hide_those_who_agree() -> None:
    made_up = ((tile(1), tile(77)), RIGHT)
    found = ballot(made_up, (FALSE, RIGHT), (FALSE, RIGHT)).agreement()
    assert found and [one.seat for one in found.votes] == [1, 2]
    assert ballot(made_up, (FALSE, RIGHT), equal=1).agreement() is None
    assert ballot(made_up, (FALSE, RIGHT), (FALSE, RIGHT)).agreement(without=[2]) is None


def test_who_agrees_in_light_alone_shows_it_by_levels() -> None:
    light = tile(5, light=4.0).levels
    chaos = [((tile(1), replace(tile(scene), levels=light)), RIGHT) for scene in (5, 6)]
    found = ballot(*chaos, equal=1).agreement()
    assert found and found.by_levels and found.leaf == 1


def uneven() -> tuple[TilePrint, ...]:
    """Eight leaves of which none is too far, and whose mean is: 320 of 4,096 bits each."""
    prints = []
    for at, one in enumerate(MORE + TRUE):
        bits = bytes(byte ^ 0xFF if place < 40 else byte for place, byte in enumerate(one.bits))
        prints.append(replace(one, digest=bytes([at]) * 32, bits=bits))
    return tuple(prints)


def test_a_mean_is_shown_where_no_leaf_is() -> None:
    vote = (uneven(), (0, True))
    votes = ballot(vote, vote, equal=1, drawn=MANY)
    assert not list(votes.contradictions())
    found = votes.agreement()
    assert found and found.leaf == MEAN and [one.seat for one in found.votes] == [0, 1]


def test_a_mean_is_shown_in_calls_that_fit_a_transaction() -> None:
    drawn = [DrawnLeaf(at, 8 + at) for at in range(40)]
    false = tuple(tile(100 + at) for at in range(40))
    answer = opened([tile(at) for at in range(40)])
    theirs = opened(false)
    shown = [ShownVote(seat, theirs.contents, list(theirs.prints)) for seat in range(8)]
    seats = [Verifier(seat, WorkerId(seat + 1), Vote.COUNTED, 0, True) for seat in range(8)]
    votes = Ballot.of(drawn, answer, LEAST, seats, shown)
    chain, reporter = ScriptedChain(), RecordingReporter()
    lease = LeaseInfo(
        *(
            join_lease_id(WorkerId(1), 0, 1),
            JobId(7),
            0,
            2,
            0,
            0,
            LeaseState.SUBMITTED,
            DrawOutcome.IN_AUDIT,
            0,
            0,
        )
    )
    found = votes.agreement()
    assert found and found.leaf == MEAN and len(found.votes) == 5
    run(Showing(chain, reporter, ShowLimits(10**10, 10**18)).show(lease, NO_AUDIT, votes, found))
    calls = chain.of("show")
    seen = [seat for _, _, part, *_ in calls for seat in (one.seat for one in part[1:])]
    assert seen == [1, 2, 3, 4] and all(part[0].seat == 0 for _, _, part, *_ in calls) and len(calls) > 1
    for _, _, part, opening, _ in calls:
        felts = sum(3 * len(one.contents) + 20 * len(one.prints) for one in (*part, opening))
        assert felts <= MOST_FELTS
