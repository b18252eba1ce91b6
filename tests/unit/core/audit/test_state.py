"""An audit's state, and what votes are made of."""

from __future__ import annotations

from dataclasses import replace

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.state import (
    FIRST_DRAWN,
    MEAN_BIT,
    NO_AUDIT,
    AuditPhase,
    Content,
    answer_of,
    content_of,
    differing,
    mark_of,
)

from devkit.made_up_pixels import Rendering, contents_of, print_of

SEALED = {"seed": 12, "worker_id": 3, "nonce": 77, "vote": 5}
BIGGEST_DRAWS = 3 * 32


def test_the_seats_of_a_draw_are_the_rounds_last() -> None:
    first = replace(NO_AUDIT, phase=AuditPhase.COMMIT, ends=(3, 0, 0))
    assert list(first.seats) == [0, 1, 2]
    assert list(replace(first, ends=(7, 0, 0)).seats) == list(range(7)), "with a batch"
    assert list(replace(first, first=7, ends=(10, 0, 0)).seats) == [7, 8, 9], "drawn anew"
    assert list(replace(first, first=7, round=1, ends=(7, 14, 0)).seats) == list(range(7, 14))
    assert not NO_AUDIT.seats


def test_the_mean_has_a_bit_above_all_positions() -> None:
    assert MEAN_BIT == 1 << FIRST_DRAWN + BIGGEST_DRAWS


def test_a_mark_is_bound_to_all_that_it_names() -> None:
    mark = mark_of(hash_many, 1, 2, 0, **SEALED)
    others = [mark_of(hash_many, 1, 2, 0, **{**SEALED, name: 99}) for name in SEALED]
    others += [mark_of(hash_many, *place, **SEALED) for place in ((9, 2, 0), (1, 9, 0), (1, 2, 1))]
    assert len({mark, *others}) == 1 + len(others)


def test_an_answer_depends_on_each_leaf_and_on_their_order() -> None:
    one, two = contents_of([1, 2])
    other = replace(two, print_hash=two.print_hash + 1)
    answers = {answer_of(hash_many, each) for each in ([one, two], [two, one], [one], [one, other])}
    assert len(answers) == 4


def test_leaves_differ_by_their_digests_alone() -> None:
    mine, theirs = contents_of([1, 2, 3]), contents_of([1, 2, 3])
    theirs[1] = content_of(hash_many, print_of(2, Rendering.MACHINE))
    theirs[2] = Content(*theirs[2].digest, print_hash=5)
    assert differing(mine, theirs) == [1]
