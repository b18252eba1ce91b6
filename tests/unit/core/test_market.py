"""What others pay makes a market only where several of them do."""

from __future__ import annotations

from renderchain.core.market import market_price_fri


def test_two_requesters_make_no_market() -> None:
    assert market_price_fri([1, 10**18]) is None


def test_it_is_the_median_so_that_one_requester_moves_it_little() -> None:
    assert market_price_fri([3, 1, 10**24]) == 3
    assert market_price_fri([1, 2, 3, 4]) == 2
