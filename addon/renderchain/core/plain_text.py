"""Text from elsewhere as one line on which no terminal acts."""

from __future__ import annotations

MOST = 8_000  # characters: more of an error says nothing more


def printable(text: str, most: int = MOST) -> str:
    """The text on one line, cut after ``most`` characters.

    Control characters, line ends, what turns the direction of writing or has no width, and halves of
    characters are written as Python escapes such as ``\\x1b``.
    """
    left = len(text) - most
    text = text[:most]
    if not text.isprintable():
        text = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
    return text if left <= 0 else f"{text} … ({left} more characters)"
