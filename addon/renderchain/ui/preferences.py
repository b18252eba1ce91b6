"""The add-on's preferences: which network, and where keys are. Never a key itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy

from .. import __package__ as base_package
from ..core.errors import SettingsError
from ..settings import Settings, load_settings, own_settings_file
from . import messages


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
    """What the preferences, or a file that is named instead, say; raises SettingsError.

    Also where Blender is offline and they lead off this machine.
    """
    file = named_file() or own_settings_file()
    if not file.is_file() and not named_file():
        raise SettingsError("Nothing is set up yet; choose network and account in the add-on's preferences.")
    settings = load_settings(file)
    check_online(settings)
    return settings


def named_file() -> Path | None:
    """A settings file of one's own: what the preferences name, else $RENDERCHAIN_CONFIG."""
    addon: Any = bpy.context.preferences.addons.get(base_package or "renderchain")
    named = addon.preferences.config if addon and addon.preferences else ""
    file = bpy.path.abspath(named) if named else os.environ.get("RENDERCHAIN_CONFIG", "")
    return Path(file) if file else None


def check_online(settings: Settings) -> None:
    """Raise SettingsError where Blender is offline and an address is not on this machine."""
    if settings.far_addresses and not bpy.app.online_access:
        raise SettingsError(
            f"Blender is offline, and {settings.far_addresses[0]} is not on this machine. Allow online "
            "access in Preferences > System > Network."
        )
