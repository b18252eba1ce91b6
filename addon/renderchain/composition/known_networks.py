"""The networks that can be chosen, with what records of them say: those that came with this version, and the
user's own, which lie in a folder ``networks`` beside the settings that the preferences write.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from ..app.network.records import read_record
from ..core.errors import SettingsError
from ..core.networks import NETWORKS, KnownNetwork
from ..settings import own_settings_file

CAME_WITH_US = Path(__file__).resolve().parents[1] / "networks"
log = logging.getLogger(__name__)


def known_networks() -> dict[str, KnownNetwork]:
    """By their names. A record that is wrong, or of a deployment that broke off, is left out."""
    return {name: _recorded(known) for name, known in NETWORKS.items()}


def _recorded(known: KnownNetwork) -> KnownNetwork:
    for folder in (own_settings_file().parent / "networks", CAME_WITH_US):
        path = folder / f"{known.name}.toml"
        if not path.is_file():
            continue
        try:
            record = read_record(path)
        except SettingsError as error:
            log.warning("%s", error)
            continue
        if record.complete and record.network == known.name:
            return replace(known, directory=record.directory, from_block=record.from_block)
        log.warning("%s is not of a whole network on %s; it is left out.", path, known.name)
    return known
