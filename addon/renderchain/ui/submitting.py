"""The one submission that is on its way: what it does now, and how it is stopped.

It has a state of its own, so that a job which is followed stops no other from being sent.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from ..core.errors import Cancelled, SceneError
from ..core.notices import Notice
from ..core.notices.jobs import EscrowDue
from ..core.progress import progress_text, share_done
from ..core.unfinished import Left, PendingSubmission
from ..ports.reporter import Reporter
from . import unsent
from .messages import Message, Place, failed, forget, tell
from .state import background
from .strings import texts
from .strings.language import say

MOST_LINES = 200


@dataclass
class Submitting:
    """``phase`` is what is done now, empty where nothing is; ``lines`` are all that was said on the way.

    ``pending`` is for the next start, should Blender end before it is paid.
    """

    phase: str = ""
    step: str = ""
    factor: float = 0.0
    is_paying: bool = False
    running: Future[Any] | None = None
    lines: list[str] = field(default_factory=list)
    pending: PendingSubmission | None = None
    job: str = ""  # which one closing Blender would end


submitting = Submitting()


def begin(
    phase: str,
    work: Callable[[Reporter], Coroutine[Any, Any, Any]],
    then: Callable[[Any], None],
    pending: PendingSubmission | None = None,
) -> None:
    """Start work in the background; ``then`` gets its result, on the main thread; a failure is told."""
    forget(Place.SUBMIT)
    reset()
    submitting.phase, submitting.pending = phase, pending

    def done(result: Any, failure: Exception | None) -> None:
        lines, was_paying = "\n".join(submitting.lines), submitting.is_paying
        left = _left_of(pending, failure) if pending else None
        submitting.pending = None
        reset()
        if left:
            unsent.offer(left)
        if failure is None:
            then(result)
        else:
            tell(Place.SUBMIT, _end_of(failure, lines, was_paying=was_paying))

    submitting.running = background().run(work(SubmitReporter(pending)), done)


def stop() -> None:
    """Give it up, unless it is being paid."""
    if submitting.running is not None and not submitting.is_paying:
        submitting.running.cancel()


def reset() -> None:
    """Nothing is on its way; what was, and has not ended, is told at the next start."""
    if submitting.pending:
        submitting.pending.leave()
    vars(submitting).update(vars(Submitting()))


def _left_of(pending: PendingSubmission, failure: Exception | None) -> Left | None:
    """What can be gone on with: not what ended well or must be packed anew, nor what was given up before."""
    is_given_up = isinstance(failure, Cancelled) and not pending.was_left
    if failure is None or is_given_up or isinstance(failure, SceneError):
        pending.end()
        return None
    return pending.let_go()


def _end_of(failure: Exception, lines: str, *, was_paying: bool) -> Message:
    message = failed(failure)
    if isinstance(failure, Cancelled) and not was_paying:
        return Message(say(texts.STOPPED), details=lines)
    return Message(message.text, message.level, f"{message.details}\n\n{lines}".strip())


class SubmitReporter:
    """Puts what a submission says into the panel, from its own thread."""

    def __init__(self, pending: PendingSubmission | None = None) -> None:
        self._later = background().later
        self._pending = pending

    def say(self, text: str) -> None:
        """A new phase, in words."""
        self._later(lambda: _enter(text))

    def tell(self, notice: Notice) -> None:
        """Its sentence; from the one about the pay on nothing can be stopped."""
        if notice.is_quiet:
            return
        is_paying = isinstance(notice, EscrowDue)
        if is_paying and self._pending:
            self._pending.end()  # from here on the journal knows of it
        self._later(lambda: _enter(notice.sentence, is_paying=is_paying))

    def progress(self, what: str, done: int, total: int) -> None:
        """How far the phase is."""
        text, factor = progress_text(what, done, total), share_done(done, total)
        self._later(lambda: _progress(text, factor))


def _enter(text: str, *, is_paying: bool = False) -> None:
    if not submitting.phase:
        return  # what an earlier one still had to say
    submitting.phase, submitting.step, submitting.factor = text, "", 0.0
    submitting.is_paying = submitting.is_paying or is_paying
    submitting.lines = [*submitting.lines[-MOST_LINES:], text]


def _progress(text: str, factor: float) -> None:
    if not submitting.phase:
        return
    submitting.step, submitting.factor = text, factor
