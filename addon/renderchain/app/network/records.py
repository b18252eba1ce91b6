"""Records of networks as files."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import ChangeRefused, SettingsError
from ...core.network_record import MOST_BYTES, NetworkRecord, checked_name, parse_record
from ...core.whole_file import write_whole


def record_file(folder: Path, name: str) -> Path:
    """Where the record of a network is; raises SettingsError for what can be no name."""
    return folder / f"{checked_name(name)}.toml"


def read_record(path: Path) -> NetworkRecord:
    """Raises SettingsError where there is none, or where it is wrong."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SettingsError(f"{path} is too long to be the record of a network; name another file.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise SettingsError(
            f"The network's record {path} can't be read ({why}); name another file."
        ) from error
    return parse_record(text, str(path))


def write_record(path: Path, record: NetworkRecord) -> None:
    """In one step, so that there is always a whole one; raises ChangeRefused."""
    try:
        write_whole(path, record.to_text().encode())
        path.chmod(0o644)  # whatever the user's own files have
    except OSError as error:
        raise ChangeRefused(
            f"The record {path} can't be written ({error.strerror}); nothing more was sent. Make room there, "
            "or name another folder with --records, and run it again."
        ) from error
