"""Telling Blender about our classes and commands, and taking all of it back.

Enabling is a part of every start of Blender. What is imported for it is the interface and the core alone; use
cases, and what they stand on, are imported when Blender stands, beside its interface, or by a command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import bpy

from .. import __package__ as base_package
from ..blender.command_names import COMMAND_NAMES
from ..core.nesting import guard_kept
from ..core.scratch import sweep
from ..core.unfinished import Left, left_in
from . import (
    account_setup,
    challenge,
    checkup,
    first_run,
    fixes,
    following,
    going_on,
    jobs,
    jobs_panel,
    messages,
    order,
    pictures,
    preferences,
    preflight_rows,
    properties,
    provider,
    quitting,
    sequences,
    store_setup,
    submit,
    submit_panel,
    submitting,
    unsent,
)
from .state import background, forget
from .strings import language

CLASSES = (
    *messages.CLASSES,
    preferences.RENDERCHAIN_AP_preferences,
    properties.RENDERCHAIN_PG_offer,
    *submit.CLASSES,
    *going_on.CLASSES,
    *quitting.CLASSES,
    *fixes.CLASSES,
    *jobs.CLASSES,
    *challenge.CLASSES,
    *order.CLASSES,
    *pictures.CLASSES,
    *sequences.CLASSES,
    checkup.RENDERCHAIN_OT_check_up,
    account_setup.RENDERCHAIN_OT_account_make,
    account_setup.RENDERCHAIN_OT_account_import,
    account_setup.RENDERCHAIN_OT_account_backup,
    account_setup.RENDERCHAIN_OT_account_unlock,
    account_setup.RENDERCHAIN_OT_account_deploy,
    store_setup.RENDERCHAIN_OT_ipfs_headers,
    store_setup.RENDERCHAIN_OT_kubo_download,
    submit_panel.RENDERCHAIN_PT_submit,
    first_run.RENDERCHAIN_OT_set_up,
    *submit_panel.PARTS,
    *jobs_panel.CLASSES,
    provider.RENDERCHAIN_OT_provider_status,
    provider.RENDERCHAIN_OT_provider_step,
    provider.RENDERCHAIN_OT_provider_pause,
    provider.RENDERCHAIN_PT_provider,
)
# Imported when an artist presses the first button, these would hold up the interface for a second.
NEEDED_SOON = (
    ".composition.requester",
    ".blender.submission",
    "starknet_py.contract",
    "starknet_py.net.account.account",
    "starknet_py.net.full_node_client",
    "ipfshttpclient",
    "keyring",
)
_handles: list[Any] = []


def register() -> None:
    """Everything in the order that Blender needs."""
    language.start()
    for kind in CLASSES:
        bpy.utils.register_class(kind)
    bpy.types.Scene.renderchain = bpy.props.PointerProperty(type=properties.RENDERCHAIN_PG_offer)
    for name in COMMAND_NAMES:
        _handles.append(bpy.utils.register_cli_command(f"renderchain_{name}", _command(name)))
    manager: Any = bpy.types.WindowManager
    manager.renderchain_jobs = bpy.props.CollectionProperty(type=jobs_panel.RENDERCHAIN_PG_job)
    manager.renderchain_job = bpy.props.IntProperty()
    if not bpy.app.background:
        pictures.start()
        bpy.app.handlers.load_post.append(_loaded)
        bpy.app.timers.register(_first_look, first_interval=1.0, persistent=True)  # a file may be opened
        bpy.types.TOPBAR_MT_render.append(submit.draw_menu)
        preflight_rows.start()
        quitting.start()
    checkup.start()


def unregister() -> None:
    """Leave nothing behind."""
    for timer in (_first_look, _look, _look_online):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)
    if _loaded in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_loaded)
    if not bpy.app.background:
        bpy.types.TOPBAR_MT_render.remove(submit.draw_menu)
        preflight_rows.end()
        quitting.stop()
    forget()
    checkup.stop()
    following.jobs.forget()
    submitting.reset()
    unsent.forget()
    pictures.stop()
    for place in messages.Place:
        messages.forget(place)
    while _handles:
        bpy.utils.unregister_cli_command(_handles.pop())
    manager: Any = bpy.types.WindowManager
    del bpy.types.Scene.renderchain, manager.renderchain_jobs, manager.renderchain_job
    for kind in reversed(CLASSES):
        bpy.utils.unregister_class(kind)
    language.stop()


def _command(name: str) -> Callable[[Sequence[str]], int]:
    def run(arguments: Sequence[str]) -> int:
        from ..blender.commands import COMMANDS

        return COMMANDS[name](arguments)

    return run


def _first_look() -> None:
    """Import in the background what the first operator will need, then show the jobs, and go on with that."""

    def begin(found: list[Left] | None, _: object) -> None:
        unsent.tell_left(found or ())
        for timer in (_look, _look_online):
            bpy.app.timers.register(timer, persistent=True)

    background().run(_imported(), begin)


async def _imported() -> list[Left]:
    import asyncio

    return await asyncio.to_thread(_import_all)


def _import_all() -> list[Left]:
    """And look what earlier processes left; returns the submissions that ended with theirs."""
    sweep()
    found = left_in(unsent.folder())
    with guard_kept():
        for name in NEEDED_SOON:
            import_module(name, base_package)
    return found


def _look() -> float:
    return following.jobs.tick()


def _look_online() -> float:
    return following.jobs.look_online()


@bpy.app.handlers.persistent  # type: ignore[untyped-decorator]
def _loaded(path: str) -> None:
    """The list is the window manager's, which a file may bring along; the jobs are ours."""
    following.sync_list()
