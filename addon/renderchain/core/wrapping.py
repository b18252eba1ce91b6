"""Text in lines that fit a width."""

from __future__ import annotations

from collections.abc import Callable


def wrapped(text: str, most: float, width_of: Callable[[str], float]) -> list[str]:
    """Lines of the text, each at most so wide, broken between words; a word that is wider, between letters.

    Also where writing has no spaces. A single letter that is wider still stands in a line of its own.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if width_of(longer) <= most:
                line = longer
                continue
            if line:
                lines.append(line)
            *whole, line = _pieces(word, most, width_of)
            lines += whole
        if line:
            lines.append(line)
    return lines


def _pieces(word: str, most: float, width_of: Callable[[str], float]) -> list[str]:
    pieces, piece = [], ""
    for letter in word:
        if piece and width_of(piece + letter) > most:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]
