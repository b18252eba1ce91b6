"""While a job is packed and sent, Blender asks before it is closed, and its status bar says why.

Blender lets no extension hold its end up. But it asks whether to save what has changed, and there one can
say Cancel. So the file counts as changed as soon as it was copied, until it is saved.
"""

from __future__ import annotations

from typing import Any

import bpy

from .strings import texts
from .strings.language import say
from .submitting import submitting

EVERY_S = 0.5


def start() -> None:
    """Have a place in the status bar."""
    bpy.types.STATUSBAR_HT_header.append(_draw)


def stop() -> None:
    """Leave it."""
    bpy.types.STATUSBAR_HT_header.remove(_draw)
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)


def hold(job: str) -> None:
    """Closing Blender would end what is under way, until that ends by itself; on the main thread."""
    if submitting.phase and not bpy.app.background:
        submitting.job = job
        if not bpy.app.timers.is_registered(_look):
            bpy.app.timers.register(_look, persistent=True)


def _look() -> float | None:
    """Again and again: the file may be saved meanwhile, or another one be opened."""
    # A stroke or another tool that goes on has an undo step begun, which is not to be ended here.
    if any(window.modal_operators for window in bpy.context.window_manager.windows):
        return EVERY_S
    if submitting.job and not bpy.data.is_dirty and bpy.ops.ed.undo_push.poll():
        _mark()
    bpy.context.workspace.status_text_set(None)  # draws the status bar anew
    return EVERY_S if submitting.job else None


def _mark() -> None:
    """The file has changes: with no room for undo steps, pushing one does nothing else."""
    preferences: Any = bpy.context.preferences
    steps, was_dirty = preferences.edit.undo_steps, preferences.is_dirty
    preferences.edit.undo_steps = 0
    try:
        bpy.ops.ed.undo_push()
    finally:
        preferences.edit.undo_steps, preferences.is_dirty = steps, was_dirty


def _draw(header: Any, context: bpy.types.Context) -> None:
    if submitting.job:
        text = say(texts.IS_SENDING, job=submitting.job)
        header.layout.label(text=text, icon="EXPORT", translate=False)
