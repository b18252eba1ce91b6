"""Where a use case says what it is doing."""

from __future__ import annotations

from typing import Protocol

from ..core.ids import LeaseId


class Reporter(Protocol):
    """Called from the use case's own thread; must return at once."""

    def say(self, text: str) -> None:
        """One sentence for the user."""
        ...

    def doubt(self, lease_id: LeaseId, text: str) -> None:
        """Why the user may want to challenge a lease."""
        ...

    def progress(self, what: str, done: int, total: int) -> None:
        """How far the present work is; both in the unit that ``what`` names."""
        ...
