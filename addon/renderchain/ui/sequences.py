"""All frames that came together: as a sequence in the sequencer or the compositor, or as a video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..blender.sequence import Pace, Played, add_image_node, add_strips, new_scene
from ..blender.video import video_of, write_video
from ..core.artist_job import JobOverview
from ..core.notices import counted
from ..ports.reporter import Reporter
from .following import JobReporter, Row
from .jobs import JobOperator
from .messages import Place, forget, outcome, tell
from .pictures import editor
from .state import background
from .strings import texts
from .strings.language import said, say

# Where frames are opened: the button, the editor, and what puts them there.
EDITORS = {
    "SEQUENCER": (texts.OPEN_IN_SEQUENCER, "SEQUENCE_EDITOR", add_strips),
    "COMPOSITOR": (texts.OPEN_IN_COMPOSITOR, "CompositorNodeTree", add_image_node),
}


def draw(layout: Any, row: Row) -> None:
    """The buttons."""
    one = row.overview
    if not one.kept:
        return
    column = layout.column(align=True)
    for where, (text, _, _) in EDITORS.items():
        button = column.operator("renderchain.open_sequence", text=text)
        button.number, button.where = one.number, where
    if row.video:
        column.operator("renderchain.stop_video", icon="X").number = one.number
    else:
        column.operator("renderchain.make_video").number = one.number


def played(one: JobOverview | None) -> list[Played]:
    """The frames of a job that are on this disk."""
    return [Played(kept.frame, kept.path) for kept in one.kept if Path(kept.path).is_file()] if one else []


class RENDERCHAIN_OT_open_sequence(JobOperator):  # noqa: N801 - Blender's naming
    """Open all frames that came in a scene of their own"""

    bl_idname = "renderchain.open_sequence"
    bl_label = "Open as Sequence"
    where: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Where",
        items=[("SEQUENCER", "Sequencer", "As strips"), ("COMPOSITOR", "Compositor", "As an image node")],
    )

    def act(self, context: bpy.types.Context) -> set[str]:
        """A new scene: this one could not be submitted with strips in it."""
        row = self.row()
        frames = played(row and row.overview)
        if row is None or not frames:
            self.report({"ERROR"}, say(texts.NONE_ON_DISK))
            return {"CANCELLED"}
        scene = new_scene(say(texts.PICTURE_OF, job=row.number), frames, Pace.of(context.scene))
        _, kind, put = EDITORS[self.where]
        put(scene, frames)
        if context.window:
            _show(context, scene, kind)
        counted_frames = said(counted(len(frames), "frame"))
        self.report({"INFO"}, say(texts.IN_SCENE, frames=counted_frames, scene=scene.name))
        return {"FINISHED"}


def _show(context: Any, scene: Any, kind: str) -> None:
    """Since Blender 5 a workspace has a scene for its sequencers, beside the one that is worked on."""
    if kind == "SEQUENCE_EDITOR" and hasattr(context.workspace, "sequencer_scene"):
        context.workspace.sequencer_scene = scene
    else:
        context.window.scene = scene
    if bpy.app.background:
        return
    space = editor(context, kind).spaces.active
    if kind == "SEQUENCE_EDITOR":
        space.view_type = "SEQUENCER_PREVIEW"


class RENDERCHAIN_OT_make_video(JobOperator):  # noqa: N801 - Blender's naming
    """Write all frames that came into a video beside them, by another Blender"""

    bl_idname = "renderchain.make_video"
    bl_label = "Make Video"

    def act(self, context: bpy.types.Context) -> set[str]:
        """In the background; without an interface wait for it."""
        row = self.row()
        frames = played(row and row.overview)
        if row is None or not frames:
            self.report({"ERROR"}, say(texts.NONE_ON_DISK))
            return {"CANCELLED"}
        target = video_of(Path(frames[-1].path).parent, row.overview.entry.name, row.number)
        pace, blender = Pace.of(context.scene), bpy.app.binary_path

        async def work(reporter: Reporter) -> str:
            await write_video(blender, frames, pace, target, reporter)
            return say(texts.VIDEO_WRITTEN, file=target)

        if bpy.app.background:
            import asyncio

            from ..blender.console import ConsoleReporter

            self.report({"INFO"}, asyncio.run(work(ConsoleReporter())))
            return {"FINISHED"}
        forget(Place.JOBS)
        row.message, row.factor = say(texts.MAKING_VIDEO), 0.0
        row.video = background().run(work(JobReporter(row.number)), lambda *came: _told(row, *came))
        return {"FINISHED"}


def _told(row: Row, text: Any, failure: Exception | None) -> None:
    row.video, row.message, row.factor = None, "", 0.0
    tell(Place.JOBS, outcome(text, failure))


class RENDERCHAIN_OT_stop_video(JobOperator):  # noqa: N801 - Blender's naming
    """Leave it; one that was there before stays"""

    bl_idname = "renderchain.stop_video"
    bl_label = "Stop Video"

    def act(self, context: bpy.types.Context) -> set[str]:
        """End the other Blender."""
        row = self.row()
        if row and row.video:
            row.video.cancel()
        return {"FINISHED"}


CLASSES = (RENDERCHAIN_OT_open_sequence, RENDERCHAIN_OT_make_video, RENDERCHAIN_OT_stop_video)
