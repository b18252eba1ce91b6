"""The add-on's preferences: which network, and where keys are. Never a key itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy

from .. import __package__ as base_package
from ..core.errors import SettingsError
from ..settings import Settings, load_settings
from . import messages

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class RENDERCHAIN_AP_preferences(bpy.types.AddonPreferences):  # noqa: N801 - Blender's naming
    """Shown in Edit > Preferences > Add-ons."""

    bl_idname = base_package or "renderchain"

    config: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Settings File",
        description="TOML file with the network's addresses, your account and where its key is kept",
        subtype="FILE_PATH",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """The settings file, what it says, and a test."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "config")
        layout.operator("renderchain.test_connection", icon="LINKED")
        messages.draw(layout, messages.Place.PREFERENCES, messages.width_of_panel(context))
        layout.label(text="Use an account that holds only what you mean to spend.", icon="INFO")


def read_settings() -> Settings:
    """The settings that the preferences name, else $RENDERCHAIN_CONFIG; raises SettingsError."""
    addon: Any = bpy.context.preferences.addons.get(base_package or "renderchain")
    named = addon.preferences.config if addon and addon.preferences else ""
    file = bpy.path.abspath(named) if named else os.environ.get("RENDERCHAIN_CONFIG", "")
    if not file:
        raise SettingsError("No settings file is chosen; choose one in the add-on's preferences.")
    settings = load_settings(Path(file))
    local = all(any(host in url for host in LOOPBACK) for url in (settings.rpc_url, settings.ws_url) if url)
    if not local and not bpy.app.online_access:
        raise SettingsError("Blender is offline; allow online access in Preferences > System > Network.")
    return settings
