"""Blender's own complaints about what it can't find or read, told from all else that it prints."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .plain_text import printable

MOST_LINES, MOST_LINE = 64, 120
_COMPLAINT = re.compile(
    r"no such file|not found|can ?no?t (find|open|read|load)|can't (find|open|read|load)|could ?n[o']t "
    r"(find|open|read|load)|could not (find|open|read|load)|fail(ed|s)? to (find|open|read|load)|"
    r"unable to (find|open|read|load)|missing (file|image|library|cache)|does not exist|unreadable|"
    r"unsupported|corrupt|invalid (file|image)",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\S*source/\S+:\d+ \S+: ")  # in Blender's own source
# About the machine, not about the scene.
_OF_MACHINE = re.compile(
    r"fontconfig|alsa|pulse|jack|xdg|libgl|egl|vulkan|wayland|opengl|hip|cuda|optix|oneapi|level-zero|"
    r"gpu|vaapi|libdecor|dbus|locale|ocio_default|hydra",
    re.IGNORECASE,
)


def complaints_in(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that name a missing or unreadable thing, each once."""
    found = dict.fromkeys(
        printable(_PLACE.sub("", line))[:MOST_LINE].strip()
        for line in lines
        if _COMPLAINT.search(line) and not _OF_MACHINE.search(line)
    )
    return tuple(found)[:MOST_LINES]
