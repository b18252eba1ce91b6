"""Which of several nodes show the present, by their newest blocks."""

from __future__ import annotations

import pytest
from renderchain.core.heads import Head, why_aside

NOW_S, OLDEST_S = 10_000.0, 600.0


def head(block: int, age_s: float = 0.0) -> Head:
    return Head(block, NOW_S - age_s)


def aside(*heads: Head, oldest_s: float = OLDEST_S) -> list[bool]:
    return [bool(why) for why in why_aside(heads, NOW_S, oldest_s)]


def test_nodes_that_are_at_one_block_are_all_used() -> None:
    assert aside(head(90), head(90, 1), head(89, 4)) == [False] * 3
    assert aside() == []


@pytest.mark.parametrize("age_s", [601, -601])
def test_a_node_whose_newest_block_is_old_or_of_the_future_is_left_aside(age_s: float) -> None:
    assert aside(head(90, age_s)) == [True] and aside(head(90, age_s), head(80)) == [True, False]
    assert "10 minutes" in why_aside([head(90, age_s)], NOW_S, OLDEST_S)[0]


def test_a_node_that_the_others_left_behind_is_left_aside_and_says_how_far() -> None:
    behind = head(50, 61)
    assert aside(behind, head(90)) == [True, False]
    assert (
        why_aside([behind, head(90)], NOW_S, OLDEST_S)[0] == "it is 40 blocks or 1 minute behind another node"
    )


def test_blocks_may_be_rare_or_quick_and_nobody_is_left_aside_for_one_of_both_alone() -> None:
    assert aside(head(88, 300), head(90)) == [False, False]  # two blocks, but five minutes
    assert aside(head(50, 30), head(90)) == [False, False]  # forty blocks, but half a minute


def test_where_blocks_are_made_only_when_needed_their_age_says_nothing() -> None:
    assert aside(head(90, 1e6), head(90, 1e6), oldest_s=float("inf")) == [False, False]


def test_a_node_that_makes_up_a_future_leaves_nobody_behind() -> None:
    assert aside(head(90, 1), head(10**9, -700)) == [False, True]
