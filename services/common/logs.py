"""What services say: notices, one JSON object a line to the standard error, as other commands write them."""

from __future__ import annotations

import logging
import sys

from renderchain.core.addresses import with_shown_addresses
from renderchain.core.notices import Level, Notice
from renderchain.core.notices.lines import to_line
from renderchain.core.notices.process import Failed, Logged, LoggedWarning, Remark

LEVELS = {Level.INFO: logging.INFO, Level.WARNING: logging.WARNING, Level.ERROR: logging.ERROR}
log = logging.getLogger(__name__)


class NoticeLines(logging.Formatter):
    """A line for each record, with the service's name; addresses without the keys that they may hold."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return to_line(self._notice_of(record), record.created, self._service)

    def _notice_of(self, record: logging.LogRecord) -> Notice:
        told = getattr(record, "notice", None)
        if isinstance(told, Notice):
            return told
        text = record.getMessage()
        if record.exc_info:
            text += f"\n{self.formatException(record.exc_info)}"
        kind = LoggedWarning if record.levelno >= logging.WARNING else Logged
        return kind(record.name, with_shown_addresses(text))


class LogReporter:
    """A reporter whose notices are records of the log."""

    def say(self, text: str) -> None:
        """A remark."""
        self.tell(Remark(text))

    def tell(self, notice: Notice) -> None:
        """At its level, unless it is for metrics alone."""
        if not notice.is_quiet:
            log.log(LEVELS[notice.level], "%s", notice.sentence, extra={"notice": notice})

    def end(self, reason: str) -> None:
        """Why the process ends."""
        self.tell(Failed(reason))

    def progress(self, what: str, done: int, total: int) -> None:
        """Nobody watches."""


def log_notices(service: str) -> None:
    """Have all of this process logged so."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(NoticeLines(service))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
