"""Text of others can be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.messages import Failed, Loaded, MadeAgain, read_message
from renderchain.core.messages import to_line as line_of
from renderchain.core.plain_text import plain, plain_lines, with_short_ids

HOSTILE = {
    "\x1b[2J\x1b]0;title\x07": r"\x1b[2J\x1b]0;title\x07",
    "a\rb\nc": r"a\rb\nc",
    "\x9b31m": r"\x9b31m",
    "exe\u202egnp": r"exe\u202egnp",
    "zero\u200bwidth\ufeff": r"zero\u200bwidth\ufeff",
    "\u2028\ud800\U000e0001": r"\u2028\ud800\U000e0001",
}


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_move_a_terminal_is_written_out(text: str) -> None:
    assert plain(text) == HOSTILE[text]


@given(st.text())
def test_all_that_is_left_is_printable(text: str) -> None:
    assert plain(text).isprintable()
    assert all(line.isprintable() for line in plain_lines(text).split("\n"))


@given(st.text(st.characters(categories=("L", "N", "P", "S"))))
def test_letters_of_all_scripts_stay(text: str) -> None:
    assert plain(text) == text


def test_what_a_render_process_says_is_plain() -> None:
    nasty = "\x1b[31m\u202e"
    for message in (
        Failed(nasty),
        Loaded(nasty, nasty, nasty, 1),
        MadeAgain(1, "again.png", 0, 0, nasty),
    ):
        assert str(read_message(line_of(message))).isprintable()
        assert "\x1b" not in "".join(map(str, vars(read_message(line_of(message))).values()))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("The account 0x" + "12ab" * 16 + " is away.", "The account 0x12ab12…12ab is away."),
        ("0x" + "a" * 64 + ", 0x" + "b" * 63, "0xaaaaaa…aaaa, 0xbbbbbb…bbbb"),
        ("Fetching bafybei" + "a2" * 26 + "/manifest.json", "Fetching bafybeia…a2a2/manifest.json"),
        ("frame 0xb0a2d of job 16777217 in /home/0xdead/bafy.blend", None),
    ],
)
def test_of_a_long_id_both_ends_are_left_and_of_all_else_everything(text: str, short: str | None) -> None:
    assert with_short_ids(text) == (short or text)
