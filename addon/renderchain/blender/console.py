"""What a shell shows of a use case: sentences and a line of progress, or one JSON object a line."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress

from ..core.errors import SettingsError
from ..core.notices import Notice
from ..core.notices.checks import Unchallenged
from ..core.notices.jobs import Doubt
from ..core.notices.lines import to_line, to_text
from ..core.notices.process import Failed, Remark
from ..core.plain_text import plain_lines, printable
from ..core.progress import progress_text

EVERY_S = 1.0
FORMS = ("text", "json")
VARIABLE = "RENDERCHAIN_LOG"


class ConsoleReporter:
    """Writes to standard error; where that is closed, nowhere.

    ``form`` is one of FORMS; without it $RENDERCHAIN_LOG decides, else it is text: sentences with the UTC
    date, their level and ids, and progress where somebody looks at a terminal. ``name`` stands in every
    line. Raises SettingsError if the form is none of these.
    """

    def __init__(self, name: str = "", form: str = "") -> None:
        self._name = name
        self._as_json = _checked(form or os.environ.get(VARIABLE) or "text") == "json"
        self._shown_s = 0.0

    def say(self, text: str) -> None:
        """A line."""
        self.tell(Remark(text))

    def tell(self, notice: Notice) -> None:
        """A line; as text a doubt comes with the command that challenges."""
        if notice.is_quiet:
            return
        if self._as_json:
            self._write(to_line(notice, time.time(), self._name))
            return
        text = notice.sentence
        if isinstance(notice, Doubt):
            text += f" To challenge it: renderchain_challenge {notice.lease_id}"
            if isinstance(notice, Unchallenged):
                text += f" --leaves {' '.join(map(str, notice.leaves))}"
        self._write(to_text(notice, time.time(), self._name, text))

    def end(self, reason: str) -> None:
        """Why the command ends; as text it says of which program."""
        failed = Failed(reason)
        if self._as_json:
            self.tell(failed)
        else:
            self._write(to_text(failed, time.time(), self._name, f"renderchain: {reason}"))

    def progress(self, what: str, done: int, total: int) -> None:
        """At most one update a second."""
        if self._as_json or sys.stderr is None or not sys.stderr.isatty():
            return
        if time.monotonic() - self._shown_s > EVERY_S:
            self._shown_s = time.monotonic()
            who = f"{self._name}: " if self._name else ""
            text = printable(f"{who}{progress_text(what, done, total)}")
            with suppress(OSError, ValueError):
                print(f"\r{text}\033[K", end="\r", file=sys.stderr, flush=True)

    def _write(self, line: str) -> None:
        # In one piece: processes share a log. A terminal that is gone must not end who works on.
        if sys.stderr is None:
            return
        with suppress(OSError, ValueError):
            sys.stderr.write(plain_lines(line) + "\n")
            sys.stderr.flush()


def _checked(form: str) -> str:
    if form not in FORMS:
        raise SettingsError(
            f"The log can't have the form {form!r}; --log and {VARIABLE} must be {' or '.join(FORMS)}."
        )
    return form
