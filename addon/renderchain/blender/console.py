"""What a person at a shell sees of a use case: sentences, and progress on one line."""

from __future__ import annotations

import sys
import time

from ..core.ids import LeaseId

EVERY_S = 1.0


class ConsoleReporter:
    """Sentences with the time of day; progress only where somebody looks at a terminal."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._said_s = 0.0

    def say(self, text: str) -> None:
        """One line."""
        print(f"{time.strftime('%H:%M:%S')} {self._prefix}{text}", file=sys.stderr, flush=True)

    def doubt(self, lease_id: LeaseId, text: str) -> None:
        """The same, with the command that challenges."""
        self.say(f"{text} renderchain_challenge {lease_id}")

    def progress(self, what: str, done: int, total: int) -> None:
        """At most one update a second."""
        if sys.stderr.isatty() and time.monotonic() - self._said_s > EVERY_S:
            self._said_s = time.monotonic()
            of = f" of {total}" if total else ""
            print(f"\r{self._prefix}{done}{of} {what}\033[K", end="\r", file=sys.stderr, flush=True)
