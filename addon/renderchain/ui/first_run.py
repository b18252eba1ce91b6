"""In the panel: that something is still to be set up, or to be unlocked, and the way there."""

from __future__ import annotations

import os
import sys
from typing import Any

import bpy

from .. import __package__ as base_package
from ..core.errors import SettingsError
from . import messages
from .chosen import chosen
from .preferences_file import what_is_set_up
from .strings import texts


class RENDERCHAIN_OT_set_up(bpy.types.Operator):  # noqa: N801 - Blender's naming
    """Choose network, account and IPFS in the add-on's preferences"""

    bl_idname = "renderchain.set_up"
    bl_label = "Set Up"
    bl_options = {"INTERNAL"}  # noqa: RUF012 - Blender's naming

    def execute(self, context: bpy.types.Context) -> Any:
        """Open them where they are."""
        bpy.ops.preferences.addon_show(module=base_package or "renderchain")
        return {"FINISHED"}


class RENDERCHAIN_PT_first_run(bpy.types.Panel):  # noqa: N801 - Blender's naming
    """What stands between an artist and the first job."""

    bl_label = "Before You Begin"
    bl_parent_id = "RENDERCHAIN_PT_submit"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "render"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only as long as something does."""
        return is_to_be_set_up() or is_to_be_unlocked()

    def draw(self, context: bpy.types.Context) -> None:
        """What it is, and a button."""
        layout, width_px = self.layout, messages.width_of_panel(context)
        if is_to_be_set_up():
            messages.draw_text(layout, texts.NOT_SET_UP, width_px, "INFO")
            layout.operator("renderchain.set_up", icon="PREFERENCES")
            return
        messages.draw_text(layout, texts.IS_LOCKED, width_px, "LOCKED")
        layout.operator("renderchain.account_unlock", icon="UNLOCKED")


def is_to_be_set_up() -> bool:
    """Whether the preferences' own settings count, and something of them is missing."""
    values = chosen.values()
    return not _is_elsewhere() and not all(values.get(name) for name in ("rpc_url", "directory", "account"))


def is_to_be_unlocked() -> bool:
    """Whether the preferences' account has a passphrase that nobody gave yet."""
    if _is_elsewhere() or "keystore" not in chosen.values():
        return False
    keys = sys.modules.get(f"{base_package}.composition.keys")
    try:
        return keys is None or keys.is_locked(what_is_set_up()[0])
    except SettingsError:  # which is told where something is begun
        return False


def _is_elsewhere() -> bool:
    return bool(os.environ.get("RENDERCHAIN_CONFIG") or chosen.own().elsewhere())
