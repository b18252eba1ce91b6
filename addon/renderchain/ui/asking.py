"""Dialogs that say a price: those that the network has to be asked for are called again with it."""

from __future__ import annotations

from typing import Any

import bpy

from . import messages

DIALOG_PX = 460


def draw_question(layout: Any, text: str) -> None:
    """What a dialog says before it is confirmed, in rows that fit it."""
    width_px = (DIALOG_PX - messages.MARGIN_PX) * messages.scale()
    messages.draw_text(layout, text, width_px, "QUESTION")


def again(name: str, **properties: Any) -> None:
    """Call an operator of ours as a user would, from the main thread's timer."""
    windows = bpy.context.window_manager.windows
    if windows:
        with bpy.context.temp_override(window=windows[0]):
            getattr(bpy.ops.renderchain, name)("INVOKE_DEFAULT", **properties)
