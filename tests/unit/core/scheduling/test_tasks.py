"""A job's open tasks are those of the board, whoever took and returned what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.scheduling.tasks import OpenTasks

TASKS = 24


def test_tasks_are_taken_out_of_one_range_alone() -> None:
    open_ = OpenTasks(10)
    open_.take(4, 2)
    open_.put_back(4, 2)
    assert list(open_) == [(0, 4), (4, 6), (6, 10)], "the board joins no ranges"
    with pytest.raises(ValueError, match="not open in one range"):
        open_.take(3, 2)
    with pytest.raises(ValueError, match="open already"):
        open_.put_back(5, 1)


def test_a_job_without_tasks_has_none_open() -> None:
    assert list(OpenTasks(0)) == []
    assert OpenTasks(0).range_at(0) is None


@given(st.lists(st.tuples(st.integers(0, TASKS), st.integers(0, 6), st.booleans()), max_size=60))
def test_each_task_is_open_or_taken_whatever_is_asked(asked: list[tuple[int, int, bool]]) -> None:
    open_, taken = OpenTasks(TASKS), set[int]()
    for first, count, takes in asked:
        wanted = set(range(first, first + count))
        try:
            if takes:
                open_.take(first, count)
                assert wanted and not wanted & taken
                taken |= wanted
            elif wanted <= taken:
                open_.put_back(first, count)
                assert wanted
                taken -= wanted
        except ValueError:
            pass
        found = [task for start, end in open_ for task in range(start, end)]
        assert found == [task for task in range(TASKS) if task not in taken]
        assert open_.count == len(found)
