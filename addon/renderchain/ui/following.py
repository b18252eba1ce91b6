"""The artist's jobs in Blender: read from the chain, and each followed by a task of its own.

Everything here is the main thread's, but for what a reporter is told. ``draw`` only reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from ..core.artist_job import JobOverview, KeptFrame
from ..core.errors import AgentRunsAlready, Cancelled, RenderChainError, SettingsError
from ..core.job_progress import JobProgress
from ..core.lifecycle import JobState
from ..core.notices import Notice
from ..core.notices.conditions import IndexNotUsed
from ..core.notices.jobs import FrameKept
from ..core.progress import progress_text, share_done
from ..ports.reporter import Reporter
from ..settings import Settings
from . import messages
from .preferences import read_settings
from .preferences_file import check_online
from .state import background
from .strings import texts
from .strings.language import say

if TYPE_CHECKING:
    from ..app.requester.requester import Requester
    from ..composition.requester import Shared

REFRESH_S = 30.0
ONLINE_S = 1.0
RETRY_S, LONGEST_RETRY_S = 30.0, 600.0
MOST_FOLLOWED = 8  # at once; each takes a connection and, while it checks, a render process
Work = Callable[["Requester"], Coroutine[Any, Any, str]]


@dataclass
class Row:
    """A job as the list shows it; ``message`` is what is being done for it now."""

    overview: JobOverview
    message: str = ""
    factor: float = 0.0
    task: Future[Any] | None = None
    is_left: bool = False  # the user does not want it followed
    is_elsewhere: bool = False  # another process follows it
    failure: str = ""  # why it is not followed now
    failures: int = 0
    retry_at_s: float = 0.0
    video: Future[Any] | None = None  # that is being written of its frames
    live: JobProgress | None = None  # which the background goes on changing

    @property
    def number(self) -> int:
        """What people call the job."""
        return self.overview.number

    @property
    def wants_following(self) -> bool:
        """Whether its frames are to be fetched here."""
        entry = self.overview.entry
        is_open = entry.state == JobState.ACTIVE and bool(entry.output)
        return is_open and not self.is_left and self.task is None and time.monotonic() >= self.retry_at_s


class Jobs:
    """All rows, the newest first; ``hint`` says why they can't be read."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.hint = ""
        self.frame_came: Callable[[int, FrameKept], None] = lambda number, kept: None
        self._shared: tuple[Settings, Shared] | None = None
        self._reading: Future[Any] | None = None
        self._is_stale = False

    def tick(self) -> float:
        """Look at the chain now and then; Blender's timer."""
        if not self.rows or any(row.overview.is_running for row in self.rows.values()):
            self.refresh()
        return REFRESH_S

    def look_online(self) -> float:
        """Follow nothing off this machine once the user has turned online access off; Blender's timer.

        When it is on again the next reading takes up what was left, as after a start.
        """
        try:
            if self._shared:
                check_online(self._shared[0])
        except SettingsError as error:
            for row in self.rows.values():
                if row.task and not row.task.cancelled():
                    row.task.cancel()
                    row.failure = say(texts.NOTHING_FETCHED, reason=error)
        return ONLINE_S

    def refresh(self, *, told: bool = False) -> None:
        """Read the chain anew; ``told``: what goes wrong is said where the user looks."""
        if self._reading and not self._reading.done():
            self._is_stale = True  # what is being read may miss what just happened
            return
        if told:
            messages.forget(messages.Place.JOBS)
        try:
            known = [row.overview for row in self.rows.values()]
            work = self._with(Silent(), lambda requester: requester.overview(known))
        except RenderChainError as error:
            self._unread(error, told)
            return

        def done(found: list[JobOverview] | None, failure: Exception | None) -> None:
            if failure or found is None:
                self._unread(failure or SettingsError(say(texts.NOTHING_READ)), told)
                return
            self.hint = ""
            self._show(found)
            if self._is_stale:
                self._is_stale = False
                self.refresh()

        self._reading = background().run(work, done)

    def _unread(self, failure: Exception, told: bool) -> None:
        self.hint = str(failure)
        if told:
            messages.tell(messages.Place.JOBS, messages.failed(failure))

    def _show(self, found: list[JobOverview]) -> None:
        before, self.rows = self.rows, {one.number: self._row(one) for one in found}
        for number, row in before.items():  # the settings name another account or network now
            if row.task and number not in self.rows:
                row.task.cancel()
        running = sum(1 for row in self.rows.values() if row.task)
        for row in self.rows.values():
            if row.wants_following and running < MOST_FOLLOWED:
                running += 1
                self.follow(row.number)
        sync_list()

    def _row(self, one: JobOverview) -> Row:
        row = self.rows.get(one.number)
        if row is None:
            return Row(one)
        row.overview = one
        return row

    def follow(self, number: int, output: Path | None = None) -> None:
        """Fetch a job's frames until it is over; the failure of one changes nothing for others."""
        row = self.rows[number]
        if row.task is not None:
            return
        reporter, entry = JobReporter(number), row.overview.entry
        hear = self._listener(row)

        async def watch(requester: Requester) -> None:
            await requester.watch(entry.job_id, output, hear, board=entry.board)

        row.failure, row.is_left, row.is_elsewhere = "", False, False
        try:
            row.task = background().run(self._with(reporter, watch), lambda _, why: self._end(number, why))
        except RenderChainError as error:
            self._end(number, error)

    def _listener(self, row: Row) -> Callable[[JobProgress], None]:
        """What the background calls at each event: one update waits for the main thread, not each."""

        later = background().later

        def hear(progress: JobProgress) -> None:
            is_waiting, row.live = row.live is not None, progress
            if not is_waiting:
                later(update)

        def update() -> None:
            live, row.live = row.live, None
            if live is not None:
                row.overview = replace(row.overview, progress=replace(live, leases=dict(live.leases)))

        return hear

    def _end(self, number: int, failure: Exception | None) -> None:
        row = self.rows.get(number)
        if row is None:
            return
        row.task = None
        if row.video is None:
            row.message, row.factor = "", 0.0
        row.is_elsewhere = isinstance(failure, AgentRunsAlready)
        if failure is None:
            row.failures = 0
        elif not isinstance(failure, Cancelled):
            row.failure = str(failure)
            wait_s = min(RETRY_S * 2**row.failures, LONGEST_RETRY_S)
            row.failures, row.retry_at_s = row.failures + 1, time.monotonic() + wait_s
        self.refresh()

    def stop(self, number: int) -> None:
        """Leave a job to itself; what it has is kept."""
        row = self.rows[number]
        row.is_left = True
        if row.task:
            row.task.cancel()

    def do(self, number: int, doing: str, work: Work) -> None:
        """One thing for a job, whatever else goes on; it is said how it ended."""
        row = self.rows.get(number)
        messages.forget(messages.Place.JOBS)
        if row:
            row.message = doing

        def done(text: str | None, failure: Exception | None) -> None:
            if row:
                row.message = ""
            messages.tell(messages.Place.JOBS, messages.outcome(text, failure))
            self.refresh()

        background().run(self._with(JobReporter(number), work), done)

    def ask(self, work: Callable[[Requester], Coroutine[Any, Any, Any]], then: Callable[[Any], None]) -> None:
        """Something that a dialog has to know first."""

        def done(answer: Any, failure: Exception | None) -> None:
            if failure:
                messages.tell(messages.Place.JOBS, messages.failed(failure))
            else:
                then(answer)

        background().run(self._with(Silent(), work), done)

    def _with(
        self, reporter: Reporter, work: Callable[[Requester], Coroutine[Any, Any, Any]]
    ) -> Coroutine[Any, Any, Any]:
        """The work with the use cases, which share one connection; raises SettingsError at once."""
        settings, blender = read_settings(), bpy.app.binary_path

        async def begin() -> Any:
            return await work(self._requester(settings, reporter, blender))

        return begin()

    def _requester(self, settings: Settings, reporter: Reporter, blender: str) -> Requester:
        """On the background's thread: what it imports would be felt on the main one, or at the start."""
        from ..composition.requester import Shared, make_requester

        if self._shared is None or self._shared[0] != settings:
            self._shared = (settings, Shared(settings, IndexReporter()))
        return make_requester(settings, reporter, blender, self._shared[1])

    def forget(self) -> None:
        """The add-on is disabled: the background has ended with all tasks."""
        self.rows, self.hint, self._shared, self._reading, self._is_stale = {}, "", None, None, False


jobs = Jobs()


class Silent:
    """Of reading the chain nothing is said but how it ends."""

    def say(self, text: str) -> None:
        """Nobody hears it."""

    def tell(self, notice: Notice) -> None:
        """Nobody hears it."""

    def progress(self, what: str, done: int, total: int) -> None:
        """Nobody sees it."""


class IndexReporter(Silent):
    """Says why the chain is asked and not the index, in the panel of the jobs; from any thread."""

    def __init__(self) -> None:
        self._later = background().later

    def tell(self, notice: Notice) -> None:
        """Nothing else."""
        if isinstance(notice, IndexNotUsed):
            message = messages.Message(notice.sentence, notice.level)
            self._later(lambda: messages.tell(messages.Place.JOBS, message))


class JobReporter:
    """Puts what is told of one job into its row; from any thread."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._later = background().later  # what is said after the add-on was disabled starts no other thread

    def say(self, text: str) -> None:
        """What is being done."""
        self._later(lambda: self._set(text, 0.0))

    def tell(self, notice: Notice) -> None:
        """The same; a frame is shown, and warnings stay with the row."""
        if notice.is_quiet:
            return
        self.say(notice.sentence)
        self._later(lambda: self._note(notice))

    def progress(self, what: str, done: int, total: int) -> None:
        """A bar, if the total is known."""
        text = progress_text(what, done, total)
        self._later(lambda: self._set(text, share_done(done, total)))

    def _set(self, text: str, factor: float) -> None:
        if row := jobs.rows.get(self._number):
            row.message, row.factor = text, factor

    def _note(self, notice: Notice) -> None:
        if isinstance(notice, FrameKept):
            jobs.frame_came(self._number, notice)
        row = jobs.rows.get(self._number)
        if row and isinstance(notice, FrameKept):
            _keep(row, notice)
        if row and notice.level != "info" and notice not in row.overview.notes:
            row.overview = replace(row.overview, notes=(*row.overview.notes, notice))


def _keep(row: Row, notice: FrameKept) -> None:
    """The row has a frame more, before the journal is read again."""
    kept = KeptFrame(notice.frame, notice.lease_id, 0, notice.operator, str(notice.path), "", 0)
    others = [one for one in row.overview.kept if one.frame != kept.frame]
    frames = sorted([*others, kept], key=lambda one: one.frame)
    row.overview = replace(row.overview, kept=tuple(frames))


def sync_list() -> None:
    """Have Blender's list hold the rows' numbers, with the same one chosen as before."""
    manager: Any = bpy.context.window_manager
    entries, numbers = manager.renderchain_jobs, list(jobs.rows)
    if [one.number for one in entries] == numbers:
        return
    chosen = chosen_number()
    entries.clear()
    for number in numbers:
        entries.add().number = number
    manager.renderchain_job = numbers.index(chosen) if chosen in numbers else 0


def chosen_number() -> int:
    """The number of the job that is chosen in the list; 0 for none."""
    manager: Any = bpy.context.window_manager
    entries, at = manager.renderchain_jobs, manager.renderchain_job
    return int(entries[at].number) if 0 <= at < len(entries) else 0
