"""What the preferences show is what stands in the settings file, so that nothing is said twice.

A field that can't be what was typed keeps the text and says why; the file is then as it was.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..blender.open_file import file_at
from ..core.errors import SettingsError
from ..core.networks import NETWORKS, KnownNetwork, values_for
from ..settings import own_settings_file

if TYPE_CHECKING:
    from ..composition.own_settings import OwnSettings

# What belongs to one network and means nothing on another.
OF_A_NETWORK = (
    "rpc_url",
    "ws_url",
    "directory",
    "board",
    "from_block",
    "other_nodes",
    "rpc_headers",
    "index_url",
)
Stamp = tuple[str, int, int]


class Chosen:
    """Reads the file anew when it has changed. ``is_stale``: something was chosen since anybody looked."""

    def __init__(self) -> None:
        self._seen: Stamp | None = None
        self._values: dict[str, Any] = {}
        self._left: dict[str, dict[str, Any]] = {}  # what was chosen for networks that were left
        self.trouble = ""  # why the file can't be read
        self.wrong: dict[str, tuple[str, str]] = {}  # what was typed into a field, and why it can't be
        self.is_stale = True
        self._networks: dict[str, KnownNetwork] = {}
        self._networks_of: Stamp | None = None  # when they were read

    def own(self) -> OwnSettings:
        """The file."""
        from ..composition.own_settings import OwnSettings

        return OwnSettings()

    def text(self, name: str) -> str:
        """A setting as a field shows it."""
        if name in self.wrong:
            return self.wrong[name][0]
        return str(self.values().get(name, ""))

    def values(self) -> dict[str, Any]:
        """What stands in the file; nothing where it can't be read."""
        stamp = _stamp_of(own_settings_file())
        if stamp != self._seen:
            self._seen, self.is_stale = stamp, True
            try:
                self._values, self.trouble = self.own().values(), ""
            except SettingsError as error:
                self._values, self.trouble = {}, str(error)
        return self._values

    def choose(self, name: str, text: str) -> None:
        """What a field says from now on; "" leaves the setting to its default."""
        self.wrong.pop(name, None)
        try:
            self.own().choose(**{name: text.strip() or None})
        except SettingsError as error:
            self.wrong[name] = (text, str(error))
        self.is_stale = True

    def use(self, text: str) -> None:
        """Which other file is used instead; "" for none."""
        self.wrong.pop("config", None)
        try:
            self.own().use(file_at(text) if text.strip() else None)
        except SettingsError as error:
            self.wrong["config"] = (text, str(error))
        self.is_stale = True

    @property
    def network(self) -> str:
        """The chosen network; a custom one while nothing is chosen, as everywhere."""
        name = self.values().get("network", "custom")
        return name if isinstance(name, str) and name in NETWORKS else "custom"

    @property
    def directory_is_known(self) -> bool:
        """Whether the chosen network's Directory is the one that its record says."""
        directory = self._known()[self.network].directory
        return bool(directory) and self.text("directory").lower() == hex(directory)

    def _known(self) -> dict[str, KnownNetwork]:
        """What is known of each network, read anew as often as what is chosen."""
        from ..composition.known_networks import known_networks

        self.values()
        if self._networks_of != self._seen or not self._networks:
            self._networks, self._networks_of = known_networks(), self._seen
        return self._networks

    def choose_network(self, name: str) -> None:
        """Go to another network, with what is known of it or was chosen for it before in this session."""
        values = self.values()
        self._left[self.network] = {one: values[one] for one in OF_A_NETWORK if one in values}
        self._networks = {}  # a record may have come
        known = self._known()[name]
        new = values_for(known, self._left.get(name, {}))
        for one in OF_A_NETWORK:
            self.wrong.pop(one, None)
        try:
            self.own().choose(**{**dict.fromkeys(OF_A_NETWORK), **new, "network": name})
        except SettingsError as error:
            self.trouble = str(error)
        self.is_stale = True


def _stamp_of(file: Path) -> Stamp:
    try:
        found = file.stat()
    except OSError:
        return str(file), 0, 0
    return str(file), found.st_mtime_ns, found.st_size


chosen = Chosen()
