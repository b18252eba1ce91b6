"""Which of several nodes show the present, by their newest blocks."""

from __future__ import annotations

import pytest
from renderchain.core.heads import Head, believed, most_block, why_aside

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


@pytest.mark.parametrize("lie", [90 + 131, 10**15])
@pytest.mark.parametrize("at", range(3))
def test_a_node_whose_blocks_can_not_be_there_yet_locks_out_no_other(lie: int, at: int) -> None:
    """It only had to say that they were made a minute from now."""
    heads = [head(90, 5), head(89, 10)]
    heads.insert(at, head(lie, -500))
    is_absurd = lie > most_block(head(89, 10), NOW_S, OLDEST_S)
    assert aside(*heads) == [one.block == lie and is_absurd for one in heads]
    assert believed(heads, NOW_S, OLDEST_S) == (head(90, 5) if is_absurd else head(lie, -500))


def test_of_two_that_contradict_each_other_the_first_in_the_settings_is_believed() -> None:
    assert aside(head(90), head(10**9)) == [False, True]
    assert aside(head(10**9), head(90, 61)) == [False, True]


def test_a_chain_that_goes_as_fast_as_it_can_is_believed() -> None:
    late = head(90, 50)
    assert aside(late, head(90 + 100 + 120)) == [False, False]
    assert most_block(late, NOW_S, OLDEST_S) == 310
    assert most_block(late, NOW_S, float("inf")) == float("inf"), "on a devnet there may be any number"


def test_a_node_that_makes_up_a_future_leaves_nobody_behind() -> None:
    assert aside(head(90, 1), head(10**9, -700)) == [False, True]
