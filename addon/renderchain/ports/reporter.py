"""Where a use case says what it is doing."""

from __future__ import annotations

from typing import Protocol

from ..core.notices import Notice


class Reporter(Protocol):
    """Called from the use case's own thread; must return at once."""

    def say(self, text: str) -> None:
        """A remark for the user, which no program acts on."""
        ...

    def tell(self, notice: Notice) -> None:
        """What users read and programs act on."""
        ...

    def progress(self, what: str, done: int, total: int) -> None:
        """How far the present work is; both in the unit that ``what`` names."""
        ...
