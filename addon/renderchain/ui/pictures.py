"""Frames that came, as pictures: small ones in the panel, large ones in an editor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import bpy.utils.previews

from ..core.artist_job import JobOverview, KeptFrame
from ..core.notices.jobs import FrameKept
from .following import jobs
from .jobs import JobOperator
from .strings import texts
from .strings.language import say

MOST_SHOWN = 12
COLUMNS_PX = 110
SCALE = 4.0
FIT_S = 0.1  # by then a new window is drawn
NUMBER, FRAME = "renderchain_job", "renderchain_frame"  # what an image of ours remembers
_previews: Any = None
_version: dict[str, int] = {}  # how often a file was written here


def start() -> None:
    """Have a place for small pictures."""
    global _previews
    _previews = bpy.utils.previews.new()
    jobs.frame_came = frame_came


def stop() -> None:
    """Leave nothing behind."""
    global _previews
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
    _previews = None
    _version.clear()


def icon_of(path: str) -> int:
    """A small picture of a file, which Blender reads in its own time; 0 where there is none."""
    if _previews is None or not path:
        return 0
    name = f"{path}#{_version.get(path, 0)}"
    if name not in _previews:
        if not Path(path).is_file():
            return 0
        _previews.load(name, path, "IMAGE")
    return int(_previews[name].icon_id)


def newest_icon(one: JobOverview) -> int:
    """A small picture of the frame that came last."""
    return icon_of(one.kept[-1].path) if one.kept else 0


def draw(layout: Any, one: JobOverview) -> None:
    """The last frames that came, each with a button."""
    if not one.kept:
        return
    doubted = set(one.doubted)
    grid = layout.grid_flow(columns=0, even_columns=True, align=True)
    for kept in one.kept[-MOST_SHOWN:]:
        cell = grid.column(align=True)
        cell.alert = kept.frame in doubted
        picture = icon_of(kept.path)
        if picture:
            cell.template_icon(icon_value=picture, scale=SCALE)
        mark = "ERROR" if kept.frame in doubted else "NONE"
        button = cell.operator("renderchain.view_frame", text=str(kept.frame), icon=mark)
        button.number, button.frame = one.number, kept.frame
    if len(one.kept) > MOST_SHOWN:
        layout.label(text=say(texts.FRAMES_BEFORE, count=len(one.kept) - MOST_SHOWN), translate=False)


def frame_came(number: int, notice: FrameKept) -> None:
    """Show it where an Image Editor shows this job's frames."""
    path = str(notice.path)
    _version[path] = _version.get(path, 0) + 1
    for image in bpy.data.images:
        if image.get(NUMBER) == number and image.get("renderchain_follows"):
            _load(image, number, notice.frame, path)


def show(number: int, kept: KeptFrame, *, follows: bool) -> Any:
    """An image of a job that shows this frame; ``follows``: and later ones as they come."""
    name = say(texts.PICTURE_OF, job=number)
    image = bpy.data.images.get(name)
    if image is None or image.get(NUMBER) != number:
        image = bpy.data.images.load(kept.path)
        image.name = name
    image["renderchain_follows"] = follows
    _load(image, number, kept.frame, kept.path)
    return image


def _load(image: Any, number: int, frame: int, path: str) -> None:
    image[NUMBER], image[FRAME] = number, frame
    image.filepath = path
    image.reload()


class RENDERCHAIN_OT_view_frame(JobOperator):  # noqa: N801 - Blender's naming
    """Look at the frame in an Image Editor, and at later ones as they come"""

    bl_idname = "renderchain.view_frame"
    bl_label = "View Frame"
    frame: bpy.props.IntProperty(name="Frame", options={"SKIP_SAVE"})  # type: ignore[valid-type]

    def act(self, context: bpy.types.Context) -> set[str]:
        """In an editor that is there, else in a new window."""
        row = self.row()
        kept = next((one for one in row.overview.kept if one.frame == self.frame), None) if row else None
        if row is None or kept is None or not Path(kept.path).is_file():
            self.report({"ERROR"}, say(texts.NOT_ON_DISK, frame=self.frame))
            return {"CANCELLED"}
        newest = row.overview.kept[-1].frame
        image = show(row.number, kept, follows=self.frame == newest)
        if not bpy.app.background:
            _look_at(image, editor(context))
        return {"FINISHED"}


def _look_at(image: Any, area: Any) -> None:
    """The whole of it, which in a window that was just opened has to wait until that has its size."""
    area.spaces.active.image = image

    def fit() -> None:
        for window in bpy.context.window_manager.windows:
            if area in window.screen.areas[:]:
                (region,) = (one for one in area.regions if one.type == "WINDOW")
                with bpy.context.temp_override(window=window, area=area, region=region):
                    bpy.ops.image.view_all(fit_view=True)

    bpy.app.timers.register(fit, first_interval=FIT_S)


def editor(context: bpy.types.Context, kind: str = "IMAGE_EDITOR") -> Any:
    """An editor of this kind; a new window where no window has one."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.ui_type == kind:
                return area
    bpy.ops.wm.window_new()
    area = context.window_manager.windows[-1].screen.areas[0]
    area.ui_type = kind
    return area


CLASSES = (RENDERCHAIN_OT_view_frame,)
