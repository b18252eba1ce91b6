"""Amounts: what people type comes back exactly, nonsense is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.errors import SettingsError
from renderchain.core.money import MAX_FRI, format_strk, parse_strk


@given(st.integers(0, MAX_FRI))
def test_an_amount_reads_back_the_same(fri: int) -> None:
    assert parse_strk(format_strk(fri)) == fri


@pytest.mark.parametrize("text", ["", ".", "-1", "1e3", "1,5", "0.1234567890123456789", "9" * 30])
def test_a_malformed_amount_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_strk(text)
