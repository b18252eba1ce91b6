"""The settings that the add-on's preferences write: one TOML file, in which stands what was chosen."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..adapters.locks import turn
from ..core.errors import SettingsError
from ..core.plain_text import printable
from ..core.settings_text import settings_text
from ..core.whole_file import FOR_USER, write_whole
from ..settings import Settings, check_setting, load_settings, own_settings_file

NOT_CHOSEN = "0x1"  # in the place of an account or Directory that is still to be chosen
MOST_BYTES = 2**20


def settings_file(named: Path | None = None) -> Path | None:
    """Which settings count: a file that is named, else $RENDERCHAIN_CONFIG, else the one that the preferences
    name, else their own; None before there is any.
    """
    variable = os.environ.get("RENDERCHAIN_CONFIG")
    own = OwnSettings()
    file = named or (Path(variable) if variable else None) or own.elsewhere()
    return file or (own.file if own.file.is_file() else None)


class OwnSettings:
    """Without ``file`` the one in the user's configuration folder, which no extension's update touches."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or own_settings_file()

    def values(self) -> dict[str, Any]:
        """What was chosen, by the settings' names; raises SettingsError where the file can't be read."""
        return read_values(self.file)

    def choose(self, **chosen: Any) -> None:
        """Write these down beside what stands there; None takes one out. Raises SettingsError."""
        for name, value in chosen.items():
            if value is not None:
                check_setting(name, value)
        try:
            # Between reading and writing no other Blender or shell may choose something: it would be lost.
            with turn(self.file.with_name(".lock")):
                self._write(self.values() | chosen)
        except OSError as error:
            raise SettingsError(f"The settings {self.file} can't be written ({error.strerror}).") from error

    def _write(self, values: dict[str, Any]) -> None:
        try:
            text = settings_text({name: value for name, value in values.items() if value is not None})
        except KeyError as error:
            raise SettingsError(f"{self.file} is wrong: {error.args[0]}. Correct it.") from error
        write_whole(self.file, text.encode(), FOR_USER)  # a node's address may have a key in it

    def elsewhere(self) -> Path | None:
        """Another settings file that is used in the place of this one, such as a pipeline's."""
        try:
            text = self._elsewhere.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return Path(text) if text else None

    def use(self, elsewhere: Path | None) -> None:
        """Have another file used, by the preferences and by shells; None uses this one again."""
        try:
            raw = str(elsewhere or "").encode()
        except UnicodeEncodeError as error:
            raise SettingsError(
                f"The name of {printable(str(elsewhere))} can't be written down; rename it."
            ) from error
        try:
            write_whole(self._elsewhere, raw)
        except OSError as error:
            raise SettingsError(f"{self._elsewhere} can't be written ({error.strerror}).") from error

    @property
    def _elsewhere(self) -> Path:
        return self.file.with_name("elsewhere.txt")

    def begun(self) -> tuple[Settings, tuple[str, ...]]:
        """The settings as far as they are chosen, and what is still missing; raises SettingsError."""
        return begun(self.file if self.file.is_file() else None, self.values())


def begun(
    file: Path | None, values: Mapping[str, Any], given: Mapping[str, Any] | None = None
) -> tuple[Settings, tuple[str, ...]]:
    """A file's settings although some may be missing, in whose place stands nothing real; and which.

    ``given`` wins over the file.
    """
    known = {**values, **(given or {})}
    instead = {"rpc_url": "http://127.0.0.1:5050/rpc", "directory": NOT_CHOSEN, "account": NOT_CHOSEN}
    missing = tuple(
        name for name in instead if name not in known and f"RENDERCHAIN_{name.upper()}" not in os.environ
    )
    return load_settings(file, {**(given or {}), **{name: instead[name] for name in missing}}), missing


def read_values(file: Path) -> dict[str, Any]:
    """What stands in a settings file, nothing if there is none; raises SettingsError."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise SettingsError(f"The settings {file} are too long to be settings; move them away.")
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"The settings {file} can't be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, too
        raise SettingsError(
            f"The settings {file} are not TOML: {error}. Move the file away to begin anew."
        ) from error
