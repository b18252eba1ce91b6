"""Lines that fit: nothing of the text is lost, nothing is wider than the panel."""

from __future__ import annotations

import random

import pytest
from renderchain.core.wrapping import wrapped


def test_lines_break_between_words() -> None:
    assert wrapped("one two three", 7, len) == ["one two", "three"]


def test_a_word_that_is_wider_than_a_line_breaks_between_letters() -> None:
    assert wrapped("a /home/artist/scene.blend", 10, len) == ["a", "/home/arti", "st/scene.b", "lend"]


def test_writing_without_spaces_is_broken_too() -> None:
    assert wrapped("カメラがありません", 4, len) == ["カメラが", "ありませ", "ん"]


def test_a_letter_wider_than_the_line_still_ends() -> None:
    assert wrapped("ab", 0.5, len) == ["a", "b"]


def test_no_text_is_no_line_and_paragraphs_stay_apart() -> None:
    assert wrapped("", 10, len) == []
    assert wrapped("one\n\ntwo", 10, len) == ["one", "two"]


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_and_no_line_is_too_wide(seed: int) -> None:
    chance = random.Random(seed)
    text = " ".join("x" * chance.randint(1, 30) for _ in range(40))
    lines = wrapped(text, 12, len)
    assert max(map(len, lines)) <= 12
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
