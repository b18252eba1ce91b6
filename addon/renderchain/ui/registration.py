"""Telling Blender about our classes and commands, and taking all of it back."""

from __future__ import annotations

from typing import Any

import bpy

from ..blender.commands import COMMANDS
from . import (
    account_setup,
    challenge,
    checkup,
    first_run,
    fixes,
    jobs,
    jobs_panel,
    messages,
    preferences,
    preflight_rows,
    properties,
    provider,
    store_setup,
    submit,
    submit_panel,
    submitting,
    work,
)
from .state import state

CLASSES = (
    *messages.CLASSES,
    preferences.RENDERCHAIN_AP_preferences,
    properties.RENDERCHAIN_PG_offer,
    *submit.CLASSES,
    *fixes.CLASSES,
    jobs.RENDERCHAIN_OT_download,
    jobs.RENDERCHAIN_OT_stop,
    jobs.RENDERCHAIN_OT_cancel,
    challenge.RENDERCHAIN_OT_challenge,
    checkup.RENDERCHAIN_OT_check_up,
    account_setup.RENDERCHAIN_OT_account_make,
    account_setup.RENDERCHAIN_OT_account_import,
    account_setup.RENDERCHAIN_OT_account_unlock,
    account_setup.RENDERCHAIN_OT_account_deploy,
    store_setup.RENDERCHAIN_OT_ipfs_headers,
    store_setup.RENDERCHAIN_OT_kubo_download,
    *submit_panel.CLASSES,
    jobs_panel.RENDERCHAIN_PT_jobs,
    first_run.RENDERCHAIN_OT_set_up,
    first_run.RENDERCHAIN_PT_first_run,
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
        bpy.types.TOPBAR_MT_render.append(submit.draw_menu)
        preflight_rows.start()
    checkup.start()


def unregister() -> None:
    """Leave nothing behind."""
    if bpy.app.timers.is_registered(_first_look):
        bpy.app.timers.unregister(_first_look)
    if not bpy.app.background:
        bpy.types.TOPBAR_MT_render.remove(submit.draw_menu)
        preflight_rows.end()
    checkup.stop()
    if state.background:
        state.background.stop()
        state.background = None
    submitting.reset()
    while _handles:
        bpy.utils.unregister_cli_command(_handles.pop())
    del bpy.types.Scene.renderchain
    for kind in reversed(CLASSES):
        bpy.utils.unregister_class(kind)


def _first_look() -> None:
    work.refresh_jobs()
