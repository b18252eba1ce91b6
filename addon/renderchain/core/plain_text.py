"""Text of others, made fit to be shown: it moves no cursor, sets no title, turns no reading order."""

from __future__ import annotations

import re

MOST = 8_000  # characters: more of an error says nothing more
LONG_ID = re.compile(r"\b(?:0x[0-9a-fA-F]{24,}|baf[a-z2-7]{40,})\b")
HEAD, TAIL = 8, 4  # of a long id, in characters


def plain(text: str) -> str:
    """The text in one line; what is no letter, sign or space is written as Python writes it: ``\\x1b``.

    That goes for control characters, escapes of terminals, line ends, marks that turn the reading order
    or have no width, halves of characters, and what Unicode does not know.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _named(letter) for letter in text)


def plain_lines(text: str) -> str:
    """The same of each line, ends kept."""
    return "\n".join(plain(line) for line in text.split("\n"))


def printable(text: str, most: int = MOST) -> str:
    """The text in one line, cut after ``most`` characters."""
    left = len(text) - most
    return plain(text[:most]) + (f" … ({left} more characters)" if left > 0 else "")


def with_short_ids(text: str) -> str:
    """The text with the middle of addresses, hashes and CIDs left out: nobody reads more than both ends."""
    return LONG_ID.sub(lambda found: f"{found[0][:HEAD]}…{found[0][-TAIL:]}", text)


def _named(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
