"""Figures of gas are those of docs/gas.md, and a node's price is not believed blindly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from renderchain.core.audit import gas
from renderchain.core.errors import ChainError

PAGE = Path(__file__).resolve().parents[4] / "docs" / "gas.md"
# Gas changes a little with every change of the contracts; what decides about money may be so far behind.
TOLERANCE = 0.1
ROWS = {
    "create_job + approve": gas.CREATE_GAS,
    "claim_lease": gas.CLAIM_GAS,
    "submit": gas.SUBMIT_GAS,
    "accept and pay one lease": gas.ACCEPT_GAS,
    "cancel + withdraw": gas.WITHDRAW_GAS,
    "draw": gas.DRAW_GAS,
    "draw of a lease that chance spares": gas.SPARED_DRAW_GAS,
    "commit": gas.COMMIT_GAS,
    "open": gas.OPEN_GAS,
    "reveal": gas.REVEAL_GAS,
    "advance: count votes": gas.COUNT_GAS,
    "advance: close the audit": gas.CLOSE_GAS,
    "reveal_prints": gas.REVEAL_PRINTS_GAS,
}


@pytest.mark.parametrize("call", ROWS)
def test_a_figure_is_the_page_s(call: str) -> None:
    found = re.search(rf"^\| {re.escape(call)} \| ([\d,]+) \|$", PAGE.read_text(), re.M)
    assert found
    assert ROWS[call] == pytest.approx(int(found[1].replace(",", "")), rel=TOLERANCE)


@pytest.mark.parametrize(("row", "prints"), [("equal digests", False), ("no digest is equal (prints)", True)])
def test_an_audit_s_gas_is_what_its_parts_take(row: str, prints: bool) -> None:
    """A lease's way through an audit, as the page measured it as a whole: the steps' gas adds up to it."""
    whole = re.search(rf"^\| audited, {re.escape(row)} \| ([\d,]+) \|$", PAGE.read_text(), re.M)
    assert whole
    parts = gas.CLAIM_GAS + gas.SUBMIT_GAS + gas.audit_gas(prints=prints) + gas.ACCEPT_GAS
    assert parts == pytest.approx(int(whole[1].replace(",", "")), rel=TOLERANCE)


def test_an_absurd_price_of_gas_is_refused_in_words() -> None:
    for price_fri in (0, 1, 8 * 10**9, gas.MOST_GAS_PRICE_FRI):
        assert gas.checked_gas_price(price_fri) == price_fri
    for price_fri in (-1, gas.MOST_GAS_PRICE_FRI + 1, 2**128):
        with pytest.raises(ChainError, match="absurd.* Nothing was sent; wait, or use another node"):
            gas.checked_gas_price(price_fri)
