"""Telling Blender about our classes and commands, and taking all of it back."""

from __future__ import annotations

from typing import Any

import bpy

from ..blender.commands import COMMANDS
from . import (
    challenge,
    connection,
    following,
    jobs,
    jobs_panel,
    messages,
    order,
    pictures,
    preferences,
    properties,
    provider,
    submit,
    submit_panel,
)
from .state import state

CLASSES = (
    *messages.CLASSES,
    preferences.RENDERCHAIN_AP_preferences,
    properties.RENDERCHAIN_PG_offer,
    submit.RENDERCHAIN_OT_submit_still,
    submit.RENDERCHAIN_OT_submit_animation,
    *jobs.CLASSES,
    *challenge.CLASSES,
    *order.CLASSES,
    *pictures.CLASSES,
    connection.RENDERCHAIN_OT_test_connection,
    submit_panel.RENDERCHAIN_PT_submit,
    *jobs_panel.CLASSES,
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
    manager: Any = bpy.types.WindowManager
    manager.renderchain_jobs = bpy.props.CollectionProperty(type=jobs_panel.RENDERCHAIN_PG_job)
    manager.renderchain_job = bpy.props.IntProperty()
    if not bpy.app.background:
        pictures.start()
        bpy.app.handlers.load_post.append(_loaded)
        bpy.app.timers.register(_look, first_interval=1.0, persistent=True)


def unregister() -> None:
    """Leave nothing behind."""
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)
    if _loaded in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_loaded)
    if state.background:
        state.background.stop()
        state.background = None
    following.jobs.forget()
    pictures.stop()
    while _handles:
        bpy.utils.unregister_cli_command(_handles.pop())
    manager: Any = bpy.types.WindowManager
    del bpy.types.Scene.renderchain, manager.renderchain_jobs, manager.renderchain_job
    for kind in reversed(CLASSES):
        bpy.utils.unregister_class(kind)


def _look() -> float:
    return following.jobs.tick()


@bpy.app.handlers.persistent  # type: ignore[untyped-decorator]
def _loaded(path: str) -> None:
    """The list is the window manager's, which a file may bring along; the jobs are ours."""
    following.sync_list()
