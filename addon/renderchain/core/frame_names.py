"""What the files of a job's frames are called: as Blender calls them, by a pattern with #s for the number."""

from __future__ import annotations

import re

from .errors import SettingsError

USUAL = "####"
MOST = 100  # characters
NUMBER = re.compile("#+")
FORBIDDEN = re.compile(r'[\\/:*?"<>|]')  # in the name of a file, on one system or another
ENDS = re.compile(r"[0-9]{1,9}$")


def file_name(pattern: str, frame: int, ending: str) -> str:
    """The name of a frame's file; the last #s are the number, which has as many digits or more."""
    *_, last = NUMBER.finditer(pattern)
    return f"{pattern[: last.start()]}{_number(frame, len(last.group()))}{pattern[last.end() :]}.{ending}"


def checked_names(pattern: str) -> str:
    """The pattern, the usual one where nothing is said; raises SettingsError for one that names no files."""
    text = pattern.strip()
    if not text:
        return USUAL
    text = text if "#" in text else text + USUAL
    if len(text) > MOST or FORBIDDEN.search(text) or not text.isprintable() or text.startswith("."):
        raise SettingsError(
            f"{text[:MOST]!r} names no files. Nothing was paid; give a name without / and other signs that "
            f"systems refuse, of {MOST} characters at most, with #### where the frame's number is to be."
        )
    return text


def pattern_of(name: str, frame: int, digits: int) -> str:
    """The pattern by which the file of a frame got its name, which is without its ending."""
    number = _number(frame, digits)
    before, found, after = name.rpartition(number)
    return f"{before}{'#' * digits}{after}" if found else USUAL


def _number(frame: int, digits: int) -> str:
    """As Blender writes it: a sign is no digit."""
    return f"{'-' * (frame < 0)}{abs(frame):0{digits}d}"


def may_be_of(stem: str, frame: int) -> bool:
    """Whether a file's name, without its ending, ends in the frame's number; a sign may be a dash."""
    found = ENDS.search(stem)
    return found is not None and int(found.group()) == abs(frame)
