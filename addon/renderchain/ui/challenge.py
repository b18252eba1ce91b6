"""The artist doubts a lease and has verifiers look at it: named, or pointed at in a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..core.artist_job import JobOverview
from ..core.audit.economics import MAX_NAMED
from ..core.errors import LocalError, SettingsError
from ..core.ids import LeaseId
from ..core.notices.following import ChallengeQuoted
from ..core.tiles import Tile, leaves_at
from .asking import DIALOG_PX, again, draw_question
from .following import jobs
from .jobs import JobOperator, at_once
from .pictures import FRAME, NUMBER
from .strings import texts
from .strings.language import said, say

if TYPE_CHECKING:
    from ..app.requester.requester import Requester


class RENDERCHAIN_OT_challenge(JobOperator):  # noqa: N801 - Blender's naming
    """Have verifiers look at a worker's frames, before it is too late for that"""

    bl_idname = "renderchain.challenge"
    bl_label = "Challenge"
    lease_id: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Batch",
        description="Its number, as messages say it",
        translation_context=texts.CONTEXT,
        options={"SKIP_SAVE"},
    )
    leaves: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Spots",
        description=(
            "Up to 8 numbers of spots that look false: the frame's place in the batch, from 0, times spots "
            "a frame, plus the tile times the view layers, plus the layer. Empty: whether the results can "
            "be had at all"
        ),
        options={"SKIP_SAVE"},
    )
    quote: bpy.props.StringProperty(options={"SKIP_SAVE", "HIDDEN"})  # type: ignore[valid-type]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask which; then the network what it takes; then whether that is meant."""
        if self.lease_id and not self.quote:
            return self.execute(context)
        text = texts.PAY_DEPOSIT if self.quote else texts.WHAT_TAKES
        return context.window_manager.invoke_props_dialog(self, width=DIALOG_PX, confirm_text=text)

    def draw(self, context: bpy.types.Context) -> None:
        """The two numbers, or the price."""
        if not self.quote:
            self.layout.prop(self, "lease_id")
            self.layout.prop(self, "leaves")
            return
        what = say(texts.LOOKED_WHETHER)
        if self.leaves:
            what = say(texts.LOOKED_AT, count=len(self.leaves.split()))
        draw_question(self.layout, f"{what} {said(self.quote)}")

    def act(self, context: bpy.types.Context) -> set[str]:
        """Pay the bond and challenge on-chain, once its price was seen."""
        lease_id, leaves = self._wanted()
        row = self.row()
        board = row.overview.entry.board if row else 0  # each numbers its leases by itself

        async def work(requester: Requester) -> str:
            await requester.challenge(lease_id, leaves, board)
            return say(texts.CHALLENGED)

        if bpy.app.background:
            return at_once(self, work)
        if self.quote:
            jobs.do(self.number, texts.CHALLENGING, work)
            return {"FINISHED"}
        chosen = {"number": self.number, "lease_id": self.lease_id, "leaves": self.leaves}

        async def ask(requester: Requester) -> ChallengeQuoted:
            return await requester.challenge_quote(lease_id, leaves, board)

        jobs.ask(ask, lambda quote: again("challenge", **chosen, quote=quote.sentence))
        return {"FINISHED"}

    def _wanted(self) -> tuple[LeaseId, list[int]]:
        """The numbers as typed; raises SettingsError."""
        try:
            lease_id, leaves = int(self.lease_id), [int(one) for one in self.leaves.split()]
        except ValueError:
            lease_id, leaves = 0, []
        if lease_id < 1 or len(leaves) > MAX_NAMED or any(leaf < 0 for leaf in leaves):
            raise SettingsError(say(texts.NO_SUCH_BATCH))
        return LeaseId(lease_id), leaves


def leaves_under(
    one: JobOverview, frame: int, size: tuple[int, int], region: Tile
) -> tuple[LeaseId, list[int]]:
    """The lease that a frame is of, and its leaves under a region, at most as many as may be named.

    Raises LocalError where there are none.
    """
    kept = next((found for found in one.kept if found.frame == frame), None)
    lease = one.progress.leases.get(kept.lease_id) if kept else None
    if kept is None or lease is None or one.job is None or frame not in one.frames:
        raise LocalError(say(texts.OF_NO_JOB, frame=frame))
    place = one.frames.index(frame) - lease.first
    leaves = leaves_at(*size, region, place, one.job.tiles)[:MAX_NAMED]
    if not leaves:
        raise LocalError(say(texts.OUTSIDE))
    return kept.lease_id, list(leaves)


class RENDERCHAIN_OT_challenge_region(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Drag over what looks wrong in this frame, to have verifiers look there"""

    bl_idname = "renderchain.challenge_region"
    bl_label = "Challenge a Region"
    _from: Any = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Where a frame of ours is shown."""
        space = context.space_data
        return isinstance(space, bpy.types.SpaceImageEditor) and bool(space.image and space.image.get(NUMBER))

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Wait for a drag."""
        self._from = None
        context.window.cursor_modal_set("CROSSHAIR")
        context.workspace.status_text_set(say(texts.DRAG))
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """From where the button goes down to where it comes up."""
        if event.type in ("ESC", "RIGHTMOUSE"):
            return self._leave(context, {"CANCELLED"})
        if event.type != "LEFTMOUSE":
            return {"RUNNING_MODAL"}
        at: Any = context.region.view2d.region_to_view(event.mouse_region_x, event.mouse_region_y)
        if event.value == "PRESS":
            self._from = at
            return {"RUNNING_MODAL"}
        begun = self._from
        if begun is None:
            return {"RUNNING_MODAL"}
        self._leave(context, set())
        return self._ask(context, begun, at)

    def _leave(self, context: bpy.types.Context, how: set[str]) -> set[str]:
        context.window.cursor_modal_restore()
        context.workspace.status_text_set(None)
        return how

    def _ask(self, context: Any, begun: Any, ended: Any) -> Any:
        image = context.space_data.image
        row = jobs.rows.get(image[NUMBER])
        try:
            if row is None:
                raise LocalError(say(texts.JOB_IS_GONE))
            region = region_of(tuple(image.size), begun, ended)
            lease_id, leaves = leaves_under(row.overview, image[FRAME], tuple(image.size), region)
        except LocalError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        named = {"lease_id": str(lease_id), "leaves": " ".join(map(str, leaves))}
        bpy.ops.renderchain.challenge("INVOKE_DEFAULT", number=row.number, **named)
        return {"FINISHED"}


def region_of(size: tuple[int, int], begun: tuple[float, float], ended: tuple[float, float]) -> Tile:
    """A region between two points of an Image Editor, which counts from 0 to 1 and from below, in pixels."""
    width, height = size
    (left, right), (low, high) = (sorted(pair) for pair in zip(begun, ended, strict=True))
    x, y = int(left * width), int((1 - high) * height)
    return Tile(x, y, max(int(right * width) - x, 1), max(int((1 - low) * height) - y, 1))


class RENDERCHAIN_PT_picture(bpy.types.Panel):  # noqa: N801 - Blender's naming
    """Which frame of which job this is."""

    bl_label = "Render on Network"
    bl_space_type = "IMAGE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Image"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Where a frame of ours is shown."""
        return RENDERCHAIN_OT_challenge_region.poll(context)

    def draw(self, context: Any) -> None:
        """The frame, the ones beside it, and a button to challenge."""
        image = context.space_data.image
        row = jobs.rows.get(image[NUMBER])
        text = say(texts.JOB_AND_FRAME, job=image[NUMBER], frame=image[FRAME])
        self.layout.label(text=text, translate=False)
        if row is None:
            return
        frames = [one.frame for one in row.overview.kept]
        beside = self.layout.row(align=True)
        for icon, found in (
            ("TRIA_LEFT", [one for one in frames if one < image[FRAME]][-1:]),
            ("TRIA_RIGHT", [one for one in frames if one > image[FRAME]][:1]),
        ):
            if found:
                button = beside.operator("renderchain.view_frame", text=str(found[0]), icon=icon)
                button.number, button.frame = row.number, found[0]
        self.layout.operator("renderchain.challenge_region", icon="SELECT_SET")


CLASSES = (RENDERCHAIN_OT_challenge, RENDERCHAIN_OT_challenge_region, RENDERCHAIN_PT_picture)
