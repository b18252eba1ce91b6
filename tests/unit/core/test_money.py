"""Amounts: what people type comes back exactly, nonsense is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.errors import SettingsError
from renderchain.core.money import FRI_PER_STRK, MAX_FRI, about_strk, format_strk, four_decimals, parse_strk


@given(st.integers(0, MAX_FRI))
def test_an_amount_reads_back_the_same(fri: int) -> None:
    assert parse_strk(format_strk(fri)) == fri


@pytest.mark.parametrize(
    "text", ["", ".", "-1", "1e3", "1,5", "0.1234567890123456789", "9" * 30, "9" * 5000, "0,05", "½"]
)
def test_a_malformed_amount_is_refused(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_strk(text)
    assert len(str(refused.value)) < 200


@given(st.integers(-(10**30), 10**30))
def test_about_an_amount_is_never_nearer_to_zero_and_has_three_digits(fri: int) -> None:
    about = parse_strk(about_strk(fri).removeprefix("-"))
    assert abs(fri) <= about <= abs(fri) * 1.01 + 1
    assert len(str(about).rstrip("0")) <= 3
    assert about_strk(fri).startswith("-") == (fri < 0)


@pytest.mark.parametrize(
    ("fri", "cost", "held"),
    [
        (0, "0.0000", "0.0000"),
        (1, "0.0001", "0.0000"),
        (FRI_PER_STRK, "1.0000", "1.0000"),
        (FRI_PER_STRK + 1, "1.0001", "1.0000"),
        (1234 * FRI_PER_STRK + 56789 * 10**13, "1,234.5679", "1,234.5678"),
    ],
)
def test_four_decimals_say_no_cost_too_small_and_no_balance_too_large(fri: int, cost: str, held: str) -> None:
    assert (four_decimals(fri), four_decimals(fri, up=False)) == (cost, held)
