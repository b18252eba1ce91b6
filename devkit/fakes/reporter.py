"""A reporter that keeps what it is told."""

from __future__ import annotations

from collections.abc import Iterator


class RecordingReporter:
    """Everything that a use case said, in order."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.doubts: dict[int, str] = {}
        self.steps: list[tuple[str, int, int]] = []

    def say(self, text: str) -> None:
        """One sentence."""
        self.said.append(text)

    def doubt(self, lease_id: int, text: str) -> None:
        """Why to challenge a lease."""
        self.doubts[lease_id] = text

    def progress(self, what: str, done: int, total: int) -> None:
        """How far the work is."""
        self.steps.append((what, done, total))

    def telling(self, *parts: str) -> list[str]:
        """The sentences with all of these parts."""
        return list(self._telling(parts))

    def _telling(self, parts: tuple[str, ...]) -> Iterator[str]:
        return (text for text in self.said if all(part in text for part in parts))
