"""What is seen of a process that runs for months: its log file, beside what its terminal shows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..adapters.log_files import LogFile
from ..adapters.many_reporters import ManyReporters
from ..adapters.std_logging import logging_told
from ..core.errors import RenderChainError
from ..core.notices.process import Failed
from ..ports.reporter import Reporter
from ..settings import Settings


@contextmanager
def seen(settings: Settings, console: Reporter, name: str, log_name: str) -> Iterator[Reporter]:
    """A reporter whose notices, and log records meanwhile, also go to FOLDER/logs/``log_name``.

    What ends the block stands there too.
    """
    log_file = LogFile(settings.folder / "logs" / log_name, time.time, name)
    reporter = ManyReporters(console, log_file)
    with logging_told(reporter):
        try:
            yield reporter
        except RenderChainError as error:
            log_file.tell(Failed(str(error)))
            raise
