"""What an artist was told of a job and has to find again after a restart: warnings and doubts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from ...core.errors import ContentError, JournalError
from ...core.notices import Level, Notice
from ...core.notices.audits import Appealed, Challenged, VerdictGiven
from ...core.notices.jobs import ResultsMissing
from ...core.notices.lines import parse_notice, to_line
from ...ports.journal import Journal
from ...ports.reporter import Reporter

DOUBTED = (Challenged, VerdictGiven, Appealed)  # what became of a doubt is no warning, and stays too


class JobNotes:
    """A reporter that passes everything on, and notes each warning with its job once."""

    def __init__(self, reporter: Reporter, journal: Journal, entry_id: int, now: Callable[[], float]) -> None:
        self._reporter = reporter
        self._journal = journal
        self._entry_id = entry_id
        self._now = now
        self._noted = set(notes_of(journal, entry_id))

    def say(self, text: str) -> None:
        """Pass it on."""
        self._reporter.say(text)

    def tell(self, notice: Notice) -> None:
        """Pass it on, and keep what warns."""
        self._reporter.tell(notice)
        stays = notice.level is not Level.INFO or isinstance(notice, DOUBTED)
        if not stays or notice.is_quiet or notice in self._noted:
            return
        self._noted.add(notice)
        with suppress(JournalError):  # it was told; a disk that fails ends what needs the disk
            self._journal.note_line(self._entry_id, to_line(notice, self._now()))

    def progress(self, what: str, done: int, total: int) -> None:
        """Pass it on."""
        self._reporter.progress(what, done, total)


def notes_of(journal: Journal, entry_id: int) -> list[Notice]:
    """The warnings of a job, the oldest first. What another version wrote and this can't read is left out,
    and what was missing and came.
    """
    found = list[Notice]()
    for line in journal.lines(entry_id):
        with suppress(ContentError):
            found.append(parse_notice(line))
    if not any(isinstance(one, ResultsMissing) for one in found):
        return found
    here = {one.lease_id for one in journal.kept_frames(entry_id)}
    return [one for one in found if not (isinstance(one, ResultsMissing) and one.lease_id in here)]
