"""Reading the notices in a process's output, among what Blender and libraries print."""

from __future__ import annotations

from pathlib import Path

from renderchain.core.notices import Notice
from renderchain.core.notices.lines import FIRST, parse_notice


def notice_in(line: str) -> Notice | None:
    """A line's notice, maybe behind what Blender printed without ending its own line; None if it has none.

    Raises ContentError where a notice is broken.
    """
    begin = line.find(FIRST)
    return parse_notice(line[begin:]) if begin >= 0 else None


def notices_in(text: str) -> list[Notice]:
    """All notices of an output; of one that still grows, those whose lines are complete."""
    complete = text[: text.rfind("\n") + 1].split("\n")
    return [notice for notice in map(notice_in, complete) if notice]


def notices_of(log: Path) -> list[Notice]:
    """What a process that writes into that file has told so far."""
    return notices_in(log.read_text(errors="replace")) if log.exists() else []
