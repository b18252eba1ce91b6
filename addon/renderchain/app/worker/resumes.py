"""How often a lease was resumed without getting on: what ends the agent each time must not do so for ever."""

from __future__ import annotations

import re

MOST_RESUMES = 8
_STATE = re.compile(r"resumed (\d{1,6}) times with (\d{1,9}) frames")


def resumes_of(state: str, frames: int) -> int:
    """How often it was resumed with so many frames finished, this time included, by the journal's word."""
    found = _STATE.fullmatch(state)
    return 1 + int(found[1]) if found and int(found[2]) == frames else 1


def resumed_state(resumes: int, frames: int) -> str:
    """The journal's word for a lease that was resumed so often."""
    return f"resumed {resumes} times with {frames} frames"
