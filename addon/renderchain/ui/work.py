"""Work that an artist starts. With an interface it goes on in the background, without one it blocks."""

from __future__ import annotations

from typing import Any, TypeVar

import bpy

from ..blender.steps import Steps, all_at_once
from ..core.errors import RenderChainError
from . import messages
from .following import jobs
from .state import PanelReporter, Work, background, state

Answer = TypeVar("Answer")


def perform(operator: Operator, work: Work, *, stoppable: bool) -> set[str]:
    """Run work to its end, or start it if there is an interface to show its progress in.

    What comes of it is told where the operator's button stands. ``stoppable`` is what
    may end half-way without losing money or frames.
    """
    if bpy.app.background:
        import asyncio

        from ..blender.console import ConsoleReporter

        operator.report({"INFO"}, asyncio.run(work(ConsoleReporter())))
        return {"FINISHED"}

    place = operator.said_in

    def done(result: Any, failure: Exception | None) -> None:
        state.busy, state.factor, state.running, state.message = False, 0.0, None, ""
        refresh_jobs()
        messages.tell(place, messages.outcome(result, failure))

    messages.forget(place)
    state.busy, state.message, state.factor = True, "", 0.0
    running = background().run(work(PanelReporter()), done)
    state.running = running if stoppable else None
    return {"FINISHED"}


async def on_main_thread(steps: Steps[Answer]) -> Answer:
    """What comes of steps on Blender's main thread, which without an interface this is."""
    return all_at_once(steps) if bpy.app.background else await background().stepped(steps)


def refresh_jobs() -> None:
    """Read the artist's jobs into the panel, and follow those that are new."""
    jobs.refresh()


class Operator(bpy.types.Operator):
    """Turns our errors into Blender's, and keeps them ``said_in`` the panel of its button."""

    said_in = messages.Place.JOBS

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One thing at a time."""
        return not state.busy

    def act(self, context: bpy.types.Context) -> set[str]:
        """What the operator does."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> Any:
        """Act; a known failure is reported and changes nothing."""
        try:
            return self.act(context)
        except (RenderChainError, OSError) as error:
            return self.refuse(error)

    def refuse(self, error: RenderChainError | OSError) -> set[str]:
        """Say why nothing was done."""
        return messages.refuse(self, self.said_in, error)
