"""What came of something that the user began: in its panel, in the status bar and in the Info log."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import blf
import bpy

from ..core.disk_room import said_of_file
from ..core.errors import Cancelled, RenderChainError
from ..core.notices import Level
from ..core.plain_text import MOST, plain_lines, with_short_ids
from ..core.wrapping import wrapped
from .strings import texts
from .strings.language import said, say

NARROW_PX = 240  # a line of a panel, at a scale of 1
MARGIN_PX = 64  # of a panel, at a scale of 1: both edges, and the icon before the first line
MOST_ROWS = 12  # of a message in a panel; the rest is behind Details
DETAILS_PX = 560
ICONS = {Level.INFO: "INFO", Level.WARNING: "ERROR", Level.ERROR: "CANCEL"}  # Blender's own for reports
REPORTS = {Level.INFO: "INFO", Level.WARNING: "WARNING", Level.ERROR: "ERROR"}


class Place(StrEnum):
    """Where a message stands: beside what the user pressed."""

    SUBMIT = "SUBMIT"
    JOBS = "JOBS"
    PREFERENCES = "PREFERENCES"
    PROVIDER = "PROVIDER"


@dataclass(frozen=True)
class Message:
    """A sentence, how bad it is, and what only those want to read who look for a cause."""

    text: str
    level: Level = Level.INFO
    details: str = ""


_latest: dict[Place, Message] = {}


def failed(failure: Exception) -> Message:
    """What is said of a failure; what only we understand of it stands in the details."""
    if isinstance(failure, Cancelled):
        return Message(str(failure))
    if isinstance(failure, RenderChainError):
        return Message(plain_lines(str(failure)), Level.ERROR, type(failure).__name__)
    trace = "".join(traceback.format_exception(failure))[-MOST:]
    name = type(failure).__name__
    if isinstance(failure, OSError) and not isinstance(failure, ConnectionError | TimeoutError):
        return Message(plain_lines(said_of_file(failure)), Level.ERROR, trace)
    return Message(say(texts.UNEXPECTED, name=name), Level.ERROR, trace)


def outcome(result: object, failure: Exception | None) -> Message:
    """What is said when work has ended."""
    return failed(failure) if failure else Message(str(result))


def refuse(operator: bpy.types.Operator, place: Place, error: RenderChainError | OSError) -> set[str]:
    """Have an operator say why nothing was done; what it returns then."""
    message = failed(error)
    keep(place, message)
    operator.report({"ERROR"}, said(message.text))
    return {"CANCELLED"}


def keep(place: Place, message: Message) -> None:
    """Show a message in the panel until the next one of its place."""
    text, details = (plain_lines(one[:MOST]) for one in (message.text, message.details))
    _latest[place] = Message(text, message.level, details)


def tell(place: Place, message: Message) -> None:
    """Show it there, in the status bar and in the Info log, errors in a popup too; on the main thread."""
    keep(place, message)
    windows = () if bpy.app.background else bpy.context.window_manager.windows
    if windows:
        with bpy.context.temp_override(window=windows[0]):
            text, level = said(message.text), REPORTS[message.level]
            bpy.ops.renderchain.report("INVOKE_DEFAULT", text=text, level=level)


def forget(place: Place) -> None:
    """Take a place's message away: something new begins there."""
    _latest.pop(place, None)


def told(place: Place) -> Message | None:
    """What a place says at present."""
    return _latest.get(place)


def draw(layout: Any, place: Place, width_px: float) -> None:
    """The place's message in rows that fit, with buttons to copy it and to read all of it."""
    message = _latest.get(place)
    if message is None:
        return
    box = layout.box()
    draw_text(box, message.text, width_px, ICONS[message.level], alert=message.level is Level.ERROR)
    row = box.row(align=True)
    row.alignment = "RIGHT"
    row.operator("renderchain.copy", icon="COPYDOWN").text = whole(message)
    row.operator("renderchain.details", icon="TEXT").place = place.value


def draw_text(
    layout: Any,
    text: str,
    width_px: float,
    icon: str = "NONE",
    *,
    alert: bool = False,
    most: int = MOST_ROWS,
    is_whole: bool = False,
) -> None:
    """Any sentence in rows that fit, the icon before the first; long ids are short where not ``is_whole``."""
    column = layout.column(align=True)
    column.alert = alert
    text = said(text)
    lines = list(lines_of(text if is_whole else with_short_ids(text), width_px))
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]
    for index, line in enumerate(lines):
        column.label(text=line, icon=icon if index == 0 or icon == "NONE" else "BLANK1", translate=False)


def whole(message: Message) -> str:
    """All of a message, as it is copied."""
    return f"{message.text}\n\n{message.details}" if message.details else message.text


def width_of_panel(context: bpy.types.Context) -> float:
    """How wide a line of text may be in the region that is drawn, in pixels."""
    width_px = context.region.width if context.region else DETAILS_PX  # no region where there is no window
    return max(width_px - MARGIN_PX * scale(), MARGIN_PX)


def is_narrow(width_px: float) -> bool:
    """Whether a name and what stands in its field, side by side, would both be cut."""
    return width_px < NARROW_PX * scale()


def lines_of(text: str, width_px: float) -> tuple[str, ...]:
    """The text in lines that fit, in the interface's own font."""
    style = bpy.context.preferences.ui_styles[0].widget
    return _lines(plain_lines(text), width_px, style.points * scale())  # Blender draws Unicode only


@lru_cache(maxsize=512)
def _lines(text: str, width_px: float, points: float) -> tuple[str, ...]:
    blf.size(0, points)
    return tuple(wrapped(text, width_px, lambda line: float(blf.dimensions(0, line)[0])))


def scale() -> float:
    """What Blender draws larger by."""
    return bpy.context.preferences.system.ui_scale or 1.0  # 0 where there is no window


class RENDERCHAIN_OT_report(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Put a sentence into the status bar and the Info log; errors pop up"""

    # Blender keeps reports of operators that the user began, and of those that go on by themselves, as this
    # one does until the next event; those of others it only prints.

    bl_idname = "renderchain.report"
    bl_label = "Report"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming
    text: bpy.props.StringProperty()  # type: ignore[valid-type]
    level: bpy.props.EnumProperty(items=[(one, one, "") for one in REPORTS.values()])  # type: ignore[valid-type]
    _timer: Any = None

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Wait for Blender's next turn."""
        self._timer = context.window_manager.event_timer_add(0.01, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Report, and leave the event to whom it belongs."""
        context.window_manager.event_timer_remove(self._timer)
        self.report({self.level}, self.text)
        return {"FINISHED", "PASS_THROUGH"}


class RENDERCHAIN_OT_copy(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Copy it to the clipboard"""

    bl_idname = "renderchain.copy"
    bl_label = "Copy"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming
    text: bpy.props.StringProperty()  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> Any:
        """Copy, and say so."""
        context.window_manager.clipboard = self.text
        self.report({"INFO"}, say(texts.COPIED))
        return {"FINISHED"}


class RENDERCHAIN_OT_details(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Read all of the message"""

    bl_idname = "renderchain.details"
    bl_label = "Details"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming
    place: bpy.props.EnumProperty(items=[(one.value, one.value, "") for one in Place])  # type: ignore[valid-type]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """In a window of its own."""
        return context.window_manager.invoke_popup(self, width=DETAILS_PX)

    def draw(self, context: bpy.types.Context) -> None:
        """The sentence and its details."""
        message = told(Place(self.place))
        if message is None:
            return
        width_px = (DETAILS_PX - MARGIN_PX) * scale()
        draw_text(self.layout, message.text, width_px, ICONS[message.level], most=40, is_whole=True)
        if message.details:
            self.layout.separator()
            draw_text(self.layout, message.details, width_px, most=40, is_whole=True)
        self.layout.operator("renderchain.copy", icon="COPYDOWN").text = whole(message)

    def execute(self, context: bpy.types.Context) -> Any:
        """Nothing is left to do."""
        return {"FINISHED"}


CLASSES = (RENDERCHAIN_OT_report, RENDERCHAIN_OT_copy, RENDERCHAIN_OT_details)
