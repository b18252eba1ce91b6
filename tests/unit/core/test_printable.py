"""Text from elsewhere on one line."""

from __future__ import annotations

import sys

import pytest
from renderchain.core.plain_text import printable


@pytest.mark.parametrize("text", ["", "Lease 5: 8 frames", "ünïcode 日本 \U0001f600", "back\\slash"])
def test_what_can_be_shown_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\x9b1m", "\\x9b1m"),
        ("\x7f\x00", "\\x7f\\x00"),
        ("\u202egnp.exe\u2066\u200b\ufeff", "\\u202egnp.exe\\u2066\\u200b\\ufeff"),
        ("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\x85d"),
        ("\udcff\ud800", "\\udcff\\ud800"),
    ],
)
def test_what_acts_on_a_terminal_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_every_character_makes_one_line_that_can_be_encoded() -> None:
    line = printable("".join(map(chr, range(sys.maxunicode + 1))), most=sys.maxunicode + 1)
    assert line.isprintable() and len(line.splitlines()) == 1 and line.encode()


def test_a_text_is_cut_and_says_so() -> None:
    assert printable("abcdef", most=4) == "abcd … (2 more characters)"
    assert printable("abcd", most=4) == "abcd"
