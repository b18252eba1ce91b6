"""Frames that lack, or that something is wrong with, are ordered once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..core.frames import format_frames, parse_frames
from ..core.ids import BoardJob
from .asking import DIALOG_PX, again, draw_question
from .following import jobs
from .jobs import NamedJobOperator, at_once
from .strings import texts
from .strings.language import said, say

if TYPE_CHECKING:
    from ..app.requester.offer import Offer
    from ..app.requester.quote import Quote
    from ..app.requester.requester import Requester

_quoted: dict[tuple[BoardJob, tuple[int, ...]], Offer] = {}  # what is paid is what was shown


class RENDERCHAIN_OT_order_again(NamedJobOperator):  # noqa: N801 - Blender's naming
    """Have some of the job's frames rendered once more, as a job of their own, out of the same package"""

    bl_idname = "renderchain.order_again"
    bl_label = "Order Frames Again"
    frames: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Frames", description="Such as 1-8 or 1,5,9-12", options={"SKIP_SAVE"}
    )
    quote: bpy.props.StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # type: ignore[valid-type]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask which frames, then say what they cost."""
        row = self.row()
        if row and not self.frames:
            self.number = row.number
            frames = sorted({*row.overview.missing, *row.overview.doubted})
            self.frames = format_frames(tuple(frames))
        text = texts.PAY_AND_ORDER if self.quote else texts.WHAT_COST
        return context.window_manager.invoke_props_dialog(self, width=DIALOG_PX, confirm_text=text)

    def draw(self, context: bpy.types.Context) -> None:
        """The frames, or their price."""
        if self.quote:
            draw_question(self.layout, say(texts.FRAMES_COST, frames=self.frames, cost=said(self.quote)))
        else:
            self.layout.prop(self, "frames")

    def act(self, context: bpy.types.Context) -> set[str]:
        """Order them, once the price was seen."""
        row, frames = self.row(), parse_frames(self.frames)
        job = self.wanted_job()
        asked = (job, frames)

        async def work(requester: Requester) -> str:
            offer = _quoted.pop(asked, None)
            made = await requester.order_again(job.job_id, frames, offer, job.board)
            return say(texts.ORDERED, job=made.job_id, frames=format_frames(frames))

        if bpy.app.background:
            return at_once(self, work)
        if self.quote and row:
            jobs.do(row.number, texts.ORDERING, work)
            return {"FINISHED"}
        chosen = {"number": self.number, "frames": self.frames}

        async def ask(requester: Requester) -> Quote:
            return await requester.order_quote(job.job_id, frames, job.board)

        def said(quote: Quote) -> None:
            _quoted[asked] = quote.chosen
            text = " ".join(one.sentence for one in quote.notices)
            again("order_again", **chosen, quote=text)

        jobs.ask(ask, said)
        return {"FINISHED"}


CLASSES = (RENDERCHAIN_OT_order_again,)
