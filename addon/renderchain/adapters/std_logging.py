"""What Python's logging and warnings say, told as notices, so that nothing reaches a log raw."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from ..core.notices.process import Logged, LoggedWarning
from ..ports.reporter import Reporter


class _Teller(logging.Handler):
    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self._reporter = reporter

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)  # with a traceback, if it has one
        except Exception as error:  # noqa: BLE001 - a bad message must not end who logs it
            text = f"a message that can't be formatted, {record.msg!r}: {error!r}"
        kind = LoggedWarning if record.levelno >= logging.WARNING else Logged
        self._reporter.tell(kind(record.name, text))


@contextmanager
def logging_told(reporter: Reporter) -> Iterator[None]:
    """Inside of this, log records and warnings go to the reporter and nowhere else."""
    root, teller = logging.getLogger(), _Teller(reporter)
    before, root.handlers = root.handlers, [teller]
    logging.captureWarnings(True)
    try:
        yield
    finally:
        root.handlers = before
        # An outer one goes on to have them.
        logging.captureWarnings(any(isinstance(one, _Teller) for one in before))
