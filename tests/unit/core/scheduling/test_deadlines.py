"""Which deadlines are kept, and which are given up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.scheduling.deadlines import AIM_PART, Due, kept, standings


def due(deadline_s: float, work_s: float, speed: float = 1.0) -> Due:
    """Now is 0, and workers do so much a second."""
    return Due(deadline_s, work_s, speed * deadline_s, speed * AIM_PART * deadline_s)


def test_the_earliest_deadline_comes_first() -> None:
    assert kept({"b": due(200, 50), "a": due(100, 50), "c": due(300, 50)}) == ["a", "b", "c"]


def test_where_not_all_can_be_met_the_largest_of_those_before_is_given_up() -> None:
    """By the order of deadlines alone both of the others would be late as well."""
    assert kept({"large": due(100, 90), "a": due(110, 40), "b": due(120, 40)}) == ["a", "b"]


def test_what_is_lost_anyway_takes_the_place_of_none() -> None:
    assert kept({"lost": due(50, 60), "large": due(100, 90)}) == ["large"]


JOBS = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), max_size=7)


@given(JOBS)
def test_those_that_are_kept_are_met_and_no_more_could_be(jobs: list[tuple[int, int]]) -> None:
    made = {number: due(deadline_s, work_s) for number, (deadline_s, work_s) in enumerate(jobs)}

    def are_met(keys: list[int]) -> bool:
        before_s = 0.0
        for key in sorted(keys, key=lambda one: made[one].deadline_s):
            before_s += made[key].work_s
            if before_s > made[key].deadline_s:
                return False
        return True

    found = kept(made)
    assert are_met(found)
    sets = [[key for key in made if bits >> key & 1] for bits in range(2 ** len(made))]
    assert len(found) == max(len(one) for one in sets if are_met(one))


def test_jobs_in_no_danger_share_the_time_with_those_without_deadlines() -> None:
    found = standings({"a": due(1000, 50)}, [20.0, 400.0])
    assert (found["a"].before_s, found["a"].is_urgent) == (50 + 20 + 50, False)


def test_an_urgent_one_goes_first_and_so_does_what_is_due_before_it() -> None:
    found = standings({"a": due(200, 10), "b": due(300, 200), "c": due(5000, 10)}, [400.0])
    assert {key: one.is_urgent for key, one in found.items()} == {"a": True, "b": True, "c": False}
    assert [found[key].before_s for key in "abc"] == [10, 210, 220 + 220]


def test_a_lost_one_is_urgent_no_more_and_comes_after_all_that_are_kept() -> None:
    found = standings({"lost": due(50, 60), "a": due(100, 80)}, [])
    assert found["lost"].is_lost and not found["lost"].is_urgent
    assert found["lost"].before_s == 60 + 80
    assert not found["a"].is_lost and found["a"].before_s == 80
