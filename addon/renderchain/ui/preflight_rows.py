"""What is wrong with the scene, as rows that say what to do: some of it always, all of it when asked.

What shows at a glance is looked at all the time while the panel is seen; the folder for the frames, which may
lie on a slow drive, off the main thread; all the rest by another Blender when the artist asks.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..core.scene_finding import SceneFinding, Severity
from .fixes import action_for
from .messages import draw_text
from .scene_findings import Rows, at_a_glance, found_in, rows
from .state import background, redraw
from .strings import texts
from .strings.language import say
from .wish import allowed_of, folder_error, no_output, output_of

EVERY_S = 0.5
SEEN_S = 2.0  # after it was drawn last, the panel is not seen any more
FOLDER_S = 5.0
MOST_SHARE = 0.02  # of the main thread's time
MOST_ROWS = 12
ICONS = {Severity.ERROR: "CANCEL", Severity.WARNING: "ERROR"}


def draw(layout: Any, scene: bpy.types.Scene, width_px: float) -> None:
    """A row for each, with buttons for what can be done about it."""
    rows.seen_s = time.monotonic()
    found = found_in(scene)
    allowed = allowed_of(scene)
    for one in found[:MOST_ROWS]:
        _draw_one(layout.box(), one, width_px, is_allowed=one.name in allowed)
    if len(found) > MOST_ROWS:
        layout.label(text=say(texts.MORE_ROWS, count=len(found) - MOST_ROWS), translate=False)
    if scene.name not in rows.checked:
        note = "" if found else texts.NOTHING_AT_A_GLANCE
    elif rows.is_old:
        note = texts.CHANGED_SINCE
    else:
        note = "" if found else texts.NOTHING_FOUND
    if note:
        draw_text(layout, note, width_px, "INFO")
    layout.operator("renderchain.check", icon="VIEWZOOM")


def _draw_one(box: Any, one: SceneFinding, width_px: float, *, is_allowed: bool) -> None:
    draw_text(box, one.text, width_px, ICONS[one.severity], alert=one.severity is Severity.ERROR)
    action = action_for(one)
    may_pass = one.may_pass and one.severity is Severity.ERROR
    if not (action or may_pass or is_allowed):
        return
    buttons = box.row(align=True)
    if action:
        buttons.operator_context = "INVOKE_DEFAULT"
        button = buttons.operator(action.operator, text=action.text, icon=action.icon)
        for name, value in action.options.items():
            setattr(button, name, value)
    if may_pass or is_allowed:
        text = texts.DO_NOT_SEND if is_allowed else texts.SEND_ANYWAY
        buttons.operator("renderchain.allow", text=text).finding = one.name


def look() -> float:
    """Look at a glance, if somebody sees it; a timer's function, which says when to call it again."""
    busy_s = time.thread_time()  # of our own: where others keep the machine busy we look no less often
    if time.monotonic() - rows.seen_s > SEEN_S:
        if rows.is_changed:  # a script may have done it, which draws nothing; if the panel is seen, this does
            rows.is_changed = False
            redraw()
        return EVERY_S
    scenes = {window.scene.name: window.scene for window in bpy.context.window_manager.windows}
    found = {name: (*at_a_glance(scene), *_of_folder(scene)) for name, scene in scenes.items()}
    if found != rows.at_a_glance:
        rows.at_a_glance = found
        redraw()
    return max(EVERY_S, (time.thread_time() - busy_s) / MOST_SHARE)


def _of_folder(scene: bpy.types.Scene) -> tuple[SceneFinding, ...]:
    """What is known of the folder for the frames; asks off the main thread, where it was not asked lately."""
    if no_output(scene):
        return ()
    folder = output_of(scene)
    if folder not in rows.folders or time.monotonic() - rows.folders_s > FOLDER_S:
        rows.folders_s = time.monotonic()
        background().run(_why_not(folder), lambda reason, _: _note_folder(folder, reason or ""))
    reason = rows.folders.get(folder, "")
    return (folder_error("output", reason, texts.OTHER_FOLDER),) if reason else ()


async def _why_not(folder: Path) -> str:
    from ..app.requester.output_folder import why_not_writable

    return await asyncio.to_thread(why_not_writable, folder)


def _note_folder(folder: Path, reason: str) -> None:
    rows.folders = {folder: reason}


@persistent  # type: ignore[untyped-decorator]
def _changed(*_: Any) -> None:
    rows.is_old = rows.is_changed = True


@persistent  # type: ignore[untyped-decorator]
def _opened(*_: Any) -> None:
    vars(rows).update(vars(Rows()))


def start() -> None:
    """Look from now on."""
    bpy.app.timers.register(look, first_interval=EVERY_S, persistent=True)
    bpy.app.handlers.depsgraph_update_post.append(_changed)
    bpy.app.handlers.load_post.append(_opened)


def end() -> None:
    """Look no more, and know nothing."""
    if bpy.app.timers.is_registered(look):
        bpy.app.timers.unregister(look)
    for handlers, ours in (
        (bpy.app.handlers.depsgraph_update_post, _changed),
        (bpy.app.handlers.load_post, _opened),
    ):
        if ours in handlers:
            handlers.remove(ours)
    _opened()
