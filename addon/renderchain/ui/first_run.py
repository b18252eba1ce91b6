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


def draw(layout: Any, width_px: float) -> None:
    """What stands between an artist and the first job, as long as something does, and a button."""
    if is_to_be_set_up():
        box = layout.box()
        messages.draw_text(box, texts.NOT_SET_UP, width_px, "INFO")
        box.operator("renderchain.set_up", icon="PREFERENCES")
    elif is_to_be_unlocked():
        box = layout.box()
        messages.draw_text(box, texts.IS_LOCKED, width_px, "LOCKED")
        box.operator("renderchain.account_unlock", icon="UNLOCKED")


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
