"""Which board a new job goes to."""

from __future__ import annotations

from renderchain.core.boards import EQUAL_EVENTS, quietest


def equals(loads: dict[int, int]) -> list[int]:
    """Those among which chance decides."""
    found: list[int] = []

    def choose(among: object) -> int:
        assert isinstance(among, list)
        found.extend(among)
        return int(among[0])

    quietest(loads, choose)
    return found


def test_a_job_goes_to_the_quietest_board() -> None:
    assert quietest({11: 5000, 12: 900, 13: 3000}, lambda among: among[-1]) == 12


def test_boards_that_are_about_as_quiet_are_equal() -> None:
    """All who look at once would take the same one, and it would be the busiest of the next minute."""
    assert equals({13: 1000, 11: 1100, 12: 1101}) == [11, 13]
    assert equals({13: 0, 12: EQUAL_EVENTS, 11: EQUAL_EVENTS + 1}) == [12, 13]


def test_what_is_chosen_does_not_hang_on_the_order_in_which_boards_are_told() -> None:
    loads = {13: 7, 11: 3, 12: 5}
    assert equals(loads) == equals(dict(reversed(loads.items()))) == [11, 12, 13]
