"""A reporter that keeps what it is told."""

from __future__ import annotations

from typing import TypeVar

from renderchain.core.ids import LeaseId
from renderchain.core.notices import Notice
from renderchain.core.notices.jobs import Doubt

Kind = TypeVar("Kind", bound=Notice)


class RecordingReporter:
    """Everything that a use case told, in order: the notices, and all sentences."""

    def __init__(self) -> None:
        self.told: list[Notice] = []
        self.said: list[str] = []
        self.steps: list[tuple[str, int, int]] = []

    def say(self, text: str) -> None:
        """One sentence."""
        self.said.append(text)

    def tell(self, notice: Notice) -> None:
        """What happened."""
        self.told.append(notice)
        self.said.append(notice.sentence)

    def progress(self, what: str, done: int, total: int) -> None:
        """How far the work is."""
        self.steps.append((what, done, total))

    def heard(self, kind: type[Kind]) -> list[Kind]:
        """The notices of a kind."""
        return [one for one in self.told if isinstance(one, kind)]

    @property
    def doubts(self) -> dict[LeaseId, str]:
        """Why to challenge leases."""
        return {one.lease_id: one.sentence for one in self.heard(Doubt)}

    def telling(self, *parts: str) -> list[str]:
        """The sentences with all of these parts."""
        return [text for text in self.said if all(part in text for part in parts)]
