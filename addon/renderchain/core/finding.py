"""What a check-up found, a line each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """``FAULT``: a worker can't work so, or loses money."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """What was looked at and what was seen; where it is not fine, ``text`` says what to do."""

    what: str
    health: Health
    text: str

    @property
    def line(self) -> str:
        """For a person."""
        return f"{self.health:<7}  {self.what}: {self.text}"


def fine(what: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(what, Health.OK, text)


def doubt(what: str, text: str) -> Finding:
    """Something to look after."""
    return Finding(what, Health.WARNING, text)


def fault(what: str, text: str) -> Finding:
    """Something to mend before work."""
    return Finding(what, Health.FAULT, text)
