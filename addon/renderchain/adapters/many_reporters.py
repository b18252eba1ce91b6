"""One reporter that passes all on to several."""

from __future__ import annotations

from ..core.notices import Notice
from ..core.notices.process import Remark
from ..ports.reporter import Reporter


class ManyReporters:
    """Tells each of them, in their order."""

    def __init__(self, *reporters: Reporter) -> None:
        self._reporters = reporters

    def say(self, text: str) -> None:
        """A remark."""
        self.tell(Remark(text))

    def tell(self, notice: Notice) -> None:
        """A notice."""
        for one in self._reporters:
            one.tell(notice)

    def progress(self, what: str, done: int, total: int) -> None:
        """How far the present work is."""
        for one in self._reporters:
            one.progress(what, done, total)
