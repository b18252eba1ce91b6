"""Dialogs that know their price only after the network was asked: the operator is called again with it."""

from __future__ import annotations

from typing import Any

import bpy


def again(name: str, **properties: Any) -> None:
    """Call an operator of ours as a user would, from the main thread's timer."""
    windows = bpy.context.window_manager.windows
    if windows:
        with bpy.context.temp_override(window=windows[0]):
            getattr(bpy.ops.renderchain, name)("INVOKE_DEFAULT", **properties)
