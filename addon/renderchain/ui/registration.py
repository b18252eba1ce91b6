"""Telling Blender about our classes and commands, and taking all of it back."""

from __future__ import annotations

from typing import Any

import bpy

from ..blender.commands import COMMANDS
from . import (
    challenge,
    connection,
    jobs,
    jobs_panel,
    messages,
    preferences,
    properties,
    provider,
    submit,
    submit_panel,
    work,
)
from .state import state

CLASSES = (
    *messages.CLASSES,
    preferences.RENDERCHAIN_AP_preferences,
    properties.RENDERCHAIN_PG_offer,
    submit.RENDERCHAIN_OT_submit_still,
    submit.RENDERCHAIN_OT_submit_animation,
    jobs.RENDERCHAIN_OT_download,
    jobs.RENDERCHAIN_OT_stop,
    jobs.RENDERCHAIN_OT_cancel,
    challenge.RENDERCHAIN_OT_challenge,
    connection.RENDERCHAIN_OT_test_connection,
    submit_panel.RENDERCHAIN_PT_submit,
    jobs_panel.RENDERCHAIN_PT_jobs,
    provider.RENDERCHAIN_OT_provider_status,
    provider.RENDERCHAIN_OT_provider_step,
    provider.RENDERCHAIN_OT_provider_pause,
    provider.RENDERCHAIN_PT_provider,
)
_handles: list[Any] = []


def register() -> None:
    """Everything in the order that Blender needs."""
    for kind in CLASSES:
        bpy.utils.register_class(kind)
    bpy.types.Scene.renderchain = bpy.props.PointerProperty(type=properties.RENDERCHAIN_PG_offer)
    for name, run in COMMANDS.items():
        _handles.append(bpy.utils.register_cli_command(f"renderchain_{name}", run))
    if not bpy.app.background:
        bpy.app.timers.register(_first_look, first_interval=1.0)


def unregister() -> None:
    """Leave nothing behind."""
    if bpy.app.timers.is_registered(_first_look):
        bpy.app.timers.unregister(_first_look)
    if state.background:
        state.background.stop()
        state.background = None
    while _handles:
        bpy.utils.unregister_cli_command(_handles.pop())
    del bpy.types.Scene.renderchain
    for kind in reversed(CLASSES):
        bpy.utils.unregister_class(kind)


def _first_look() -> None:
    work.refresh_jobs()
