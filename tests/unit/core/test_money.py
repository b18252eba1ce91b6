"""Amounts: what people type comes back exactly, nonsense is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.errors import SettingsError
from renderchain.core.money import MAX_FRI, about_strk, format_strk, parse_strk


@given(st.integers(0, MAX_FRI))
def test_an_amount_reads_back_the_same(fri: int) -> None:
    assert parse_strk(format_strk(fri)) == fri


@pytest.mark.parametrize("text", ["", ".", "-1", "1e3", "1,5", "0.1234567890123456789", "9" * 30])
def test_a_malformed_amount_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_strk(text)


@given(st.integers(-(10**30), 10**30))
def test_about_an_amount_is_never_nearer_to_zero_and_has_three_digits(fri: int) -> None:
    about = parse_strk(about_strk(fri).removeprefix("-"))
    assert abs(fri) <= about <= abs(fri) * 1.01 + 1
    assert len(str(about).rstrip("0")) <= 3
    assert about_strk(fri).startswith("-") == (fri < 0)
