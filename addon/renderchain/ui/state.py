"""What the panel shows, kept up to date by the background work; ``draw`` only reads it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import bpy

from ..blender.background import Background
from ..core.notices import Notice
from ..core.progress import progress_text, share_done
from ..ports.reporter import Reporter

Work = Callable[[Reporter], Coroutine[Any, Any, str]]  # what a button starts; the text is its outcome


@dataclass
class State:
    """One line about the present work, its progress (0 to 1), and what goes on; jobs are in following."""

    message: str = ""
    factor: float = 0.0
    busy: bool = False
    running: Future[Any] | None = None  # what the user may stop
    worker_lines: list[str] = field(default_factory=list)  # how a provider's worker stands
    background: Background | None = None


state = State()


def redraw() -> None:
    """Have every editor with something of ours draw anew."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in ("PROPERTIES", "PREFERENCES", "IMAGE_EDITOR"):
                area.tag_redraw()


def background() -> Background:
    """The one background thread, started at its first use."""
    if state.background is None:
        state.background = Background(redraw)
        state.background.start()
    return state.background


def forget() -> None:
    """End the background work, and be as before anything was done."""
    if state.background:
        state.background.stop()
    vars(state).update(vars(State()))


def show_in_panel(text: str, factor: float) -> None:
    """What goes on now, and how much of it is done."""
    state.message, state.factor = text, factor


class PanelReporter:
    """Has what a use case says shown; made on the main thread, where the thread is at hand.

    What is still said after the add-on was disabled must not start another one.
    """

    def __init__(self, show: Callable[[str, float], None] = show_in_panel) -> None:
        self._later = background().later
        self._show = show

    def say(self, text: str) -> None:
        """One sentence."""
        self._later(lambda: self._show(text, 0.0))

    def tell(self, notice: Notice) -> None:
        """Its sentence."""
        if not notice.is_quiet:
            self.say(notice.sentence)

    def progress(self, what: str, done: int, total: int) -> None:
        """A bar, if the total is known."""
        text = progress_text(what, done, total)
        self._later(lambda: self._show(text, share_done(done, total)))
