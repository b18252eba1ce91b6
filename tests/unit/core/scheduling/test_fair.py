"""Whose turn it is among jobs."""

from __future__ import annotations

from renderchain.core.scheduling.fair import Claim, Fairness


def turns(fairness: Fairness[str], claims: dict[str, Claim], pays: dict[str, int], count: int) -> list[str]:
    found = []
    fairness.attend(claims)
    for _ in range(count):
        key = min(claims, key=lambda one: fairness.rank(one, claims[one]))
        fairness.note(key, pays[key])
        found.append(key)
    return found


NONE = Claim()


def test_jobs_are_given_equal_pay_however_large_their_leases_are() -> None:
    found = turns(Fairness(), {"a": NONE, "b": NONE}, {"a": 3, "b": 1}, 40)
    assert found.count("b") == 3 * found.count("a")


def test_who_comes_later_neither_catches_up_nor_waits() -> None:
    fairness = Fairness[str]()
    turns(fairness, {"a": NONE}, {"a": 1}, 100)
    found = turns(fairness, {"a": NONE, "b": NONE}, {"a": 1, "b": 1}, 10)
    assert found.count("a") == found.count("b") == 5


def test_an_urgent_deadline_goes_first_and_of_two_the_earlier() -> None:
    claims = {"a": NONE, "b": Claim(100.0, is_urgent=True), "c": Claim(99.0, is_urgent=True)}
    claims["d"] = Claim(120.0)
    order = sorted(claims, key=lambda one: Fairness[str]().rank(one, claims[one]))
    assert order[:2] == ["c", "b"]


def test_a_deadline_that_can_not_be_met_takes_nothing_from_those_that_can() -> None:
    claims = {"lost": Claim(90.0, is_lost=True), "late": Claim(100.0)}
    order = sorted(claims, key=lambda one: Fairness[str]().rank(one, claims[one]))
    assert order == ["late", "lost"]


def test_jobs_with_deadlines_share_their_turns_and_take_them_in_the_order_of_these() -> None:
    """Each had as much as any other, so that in a rush all of them became late together."""
    claims = {"a": NONE, "later": Claim(500.0), "sooner": Claim(300.0), "lost": Claim(200.0, is_lost=True)}
    found = turns(Fairness(), claims, dict.fromkeys(claims, 1), 40)
    assert found.count("a") == 10, "no more than its part is taken from who has none"
    assert found.count("sooner") == 30
    del claims["sooner"]
    found = turns(Fairness(), claims, dict.fromkeys(claims, 1), 30)
    assert (found.count("a"), found.count("later"), found.count("lost")) == (10, 20, 0)
