"""Whose turn it is among jobs."""

from __future__ import annotations

from renderchain.core.scheduling.fair import Claim, Fairness


def turns(fairness: Fairness[str], claims: dict[str, Claim], pays: dict[str, int], count: int) -> list[str]:
    found = []
    fairness.attend(claims)
    for _ in range(count):
        key = min(claims, key=lambda one: fairness.rank(one, claims[one], 0.0))
        fairness.note(key, pays[key])
        found.append(key)
    return found


NONE = Claim(100.0, None, 100.0)


def test_jobs_are_given_equal_pay_however_large_their_leases_are() -> None:
    found = turns(Fairness(), {"a": NONE, "b": NONE}, {"a": 3, "b": 1}, 40)
    assert found.count("b") == 3 * found.count("a")


def test_who_comes_later_neither_catches_up_nor_waits() -> None:
    fairness = Fairness[str]()
    turns(fairness, {"a": NONE}, {"a": 1}, 100)
    found = turns(fairness, {"a": NONE, "b": NONE}, {"a": 1, "b": 1}, 10)
    assert found.count("a") == found.count("b") == 5


def test_a_deadline_in_danger_goes_first_and_of_two_the_earlier() -> None:
    claims = {"a": NONE, "b": Claim(95.0, 100.0, 20.0), "c": Claim(93.0, 99.0, 20.0)}
    claims["d"] = Claim(50.0, 120.0, 20.0)
    order = sorted(claims, key=lambda one: Fairness[str]().rank(one, claims[one], 0.0))
    assert order[:2] == ["c", "b"]


def test_a_deadline_that_passed_is_in_no_danger_any_more() -> None:
    assert Fairness[str]().rank("a", Claim(200.0, 100.0, 180.0), 150.0)[0]


def test_a_deadline_that_can_not_be_met_takes_nothing_from_those_that_can() -> None:
    claims = {"lost": Claim(300.0, 90.0, 95.0), "late": Claim(300.0, 100.0, 99.0)}
    order = sorted(claims, key=lambda one: Fairness[str]().rank(one, claims[one], 0.0))
    assert order == ["late", "lost"]


def test_jobs_with_deadlines_share_their_turns_and_take_them_in_the_order_of_these() -> None:
    """Each had as much as any other, so that in a rush all of them became late together."""
    claims = {"a": NONE, "later": Claim(50.0, 500.0, 20.0), "sooner": Claim(50.0, 300.0, 20.0)}
    claims["lost"] = Claim(900.0, 200.0, 800.0)
    found = turns(Fairness(), claims, dict.fromkeys(claims, 1), 40)
    assert found.count("a") == 10, "no more than its part is taken from who has none"
    assert found.count("sooner") == 30
    del claims["sooner"]
    found = turns(Fairness(), claims, dict.fromkeys(claims, 1), 30)
    assert (found.count("a"), found.count("later"), found.count("lost")) == (10, 20, 0)
