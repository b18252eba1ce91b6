"""Says of which board the numbers in a notice are, where a process works on several."""

from __future__ import annotations

from dataclasses import replace

from ...core.notices import Notice
from ...ports.reporter import Reporter


class BoardReporter:
    """A reporter of what is done on one board."""

    def __init__(self, reporter: Reporter, board: int) -> None:
        self._reporter = reporter
        self._board = board

    def say(self, text: str) -> None:
        """As it is."""
        self._reporter.say(text)

    def tell(self, notice: Notice) -> None:
        """With the board, unless it names one."""
        self._reporter.tell(notice if notice.board else replace(notice, board=self._board))

    def progress(self, what: str, done: int, total: int) -> None:
        """As it is."""
        self._reporter.progress(what, done, total)
