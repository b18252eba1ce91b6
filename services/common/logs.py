"""What services say: one JSON object a line, to the standard error."""

from __future__ import annotations

import json
import logging
import sys
import time

from renderchain.core.addresses import with_shown_addresses


class JsonLines(logging.Formatter):
    """Time in UTC, level, who says it, and what; addresses without the keys that they may hold."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{record.msecs:03.0f}Z",
            "level": record.levelname.lower(),
            "service": self._service,
            "from": record.name,
            "message": with_shown_addresses(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = with_shown_addresses(self.formatException(record.exc_info))
        return json.dumps(line)


def log_as_json(service: str) -> None:
    """Have all of this process logged so."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("alembic", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
