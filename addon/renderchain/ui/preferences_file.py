"""The settings that count in Blender, and whether Blender may use them now."""

from __future__ import annotations

import bpy

from ..core.errors import SettingsError
from ..settings import Settings, load_settings
from .strings import texts
from .strings.language import say


def read_settings() -> Settings:
    """What the preferences, or a file that is named instead, say; raises SettingsError.

    Also where Blender is offline and they lead off this machine.
    """
    from ..composition.own_settings import settings_file

    file = settings_file()
    if file is None:
        raise SettingsError(say(texts.NOTHING_CHOSEN))
    settings = load_settings(file)
    check_online(settings)
    return settings


def what_is_set_up() -> tuple[Settings, tuple[str, ...]]:
    """The same as far as it is chosen, and what is missing; raises SettingsError."""
    from ..composition.own_settings import begun, read_values, settings_file

    file = settings_file()
    return begun(file, read_values(file) if file else {})


def check_online(settings: Settings) -> None:
    """Raise SettingsError where Blender is offline and an address is not on this machine."""
    if settings.far_addresses and not bpy.app.online_access:
        raise SettingsError(say(texts.OFFLINE, address=settings.far_addresses[0]))
