"""While a job is packed and sent, Blender asks before it is closed, and its status bar and File menu say why.

Blender lets no extension hold its end up. So while something is sent its key is ours, and asks first. Nothing
of the open file is touched for that: it has the changes that its artist made, and no others.
"""

from __future__ import annotations

import sys
from typing import Any

import bpy

from .strings import texts
from .strings.language import say
from .submitting import submitting

EVERY_S = 0.5
KEYMAP, KEY = "Window", "Q"
MODIFIERS = {"ctrl": True}, {"oskey": True}  # the second is Blender's own on macOS
_keys: list[tuple[Any, Any]] = []  # keymaps and what we put into them
_shown: list[str] = []  # the job that the status bar has


def start() -> None:
    """Have a place in the status bar and the File menu, and the key that quits."""
    bpy.types.STATUSBAR_HT_header.append(_draw)
    bpy.types.TOPBAR_MT_file.append(_draw)
    keyconfig: Any = bpy.context.window_manager.keyconfigs.addon  # its stubs know no values but constants
    if keyconfig:
        keymap = keyconfig.keymaps.new(KEYMAP)
        for modifier in MODIFIERS if sys.platform == "darwin" else MODIFIERS[:1]:
            item = keymap.keymap_items.new(RENDERCHAIN_OT_close.bl_idname, KEY, "PRESS", **modifier)
            _keys.append((keymap, item))


def stop() -> None:
    """Leave them."""
    bpy.types.STATUSBAR_HT_header.remove(_draw)
    bpy.types.TOPBAR_MT_file.remove(_draw)
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
    while _keys:
        keymap, item = _keys.pop()
        keymap.keymap_items.remove(item)
    _shown.clear()


def hold(job: str) -> None:
    """Closing Blender would end what is under way, until that ends by itself; on the main thread."""
    if submitting.phase and not bpy.app.background:
        submitting.job = job
        if not bpy.app.timers.is_registered(_look):
            bpy.app.timers.register(_look, persistent=True)


def _look() -> float | None:
    """Have the status bar say what there is to say, unless a tool that goes on uses it."""
    windows = bpy.context.window_manager.windows
    if _shown != [submitting.job] and not any(window.modal_operators for window in windows):
        _shown[:] = [submitting.job]
        for window in windows:
            with bpy.context.temp_override(window=window):
                window.workspace.status_text_set(None)  # draws it anew
    return EVERY_S if submitting.job or _shown != [""] else None


def _draw(holder: Any, context: bpy.types.Context) -> None:
    if submitting.job:
        text = say(texts.IS_SENDING, job=submitting.job)
        holder.layout.label(text=text, icon="EXPORT", translate=False)


class RENDERCHAIN_OT_close(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Close Blender although a job is being sent"""

    bl_idname = "renderchain.close"
    bl_label = "Quit Anyway"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only then; else the key is Blender's."""
        return bool(submitting.job)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Any:
        """Ask."""
        return context.window_manager.invoke_confirm(
            self,
            event,
            title=say(texts.IS_SENDING, job=submitting.job),
            message=texts.KEPT_AT_QUIT,
            confirm_text=self.bl_label,
        )

    def execute(self, context: bpy.types.Context) -> Any:
        """As Blender does, which asks about changes that are not saved."""
        return bpy.ops.wm.quit_blender("INVOKE_DEFAULT")


CLASSES = (RENDERCHAIN_OT_close,)
