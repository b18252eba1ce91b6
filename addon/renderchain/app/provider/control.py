"""The file by which a provider pauses and drains a worker that runs."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import SettingsError
from ...core.whole_file import write_whole
from ...core.worker_control import FILE_NAME, MOST_BYTES, Control, parse_control


def read_control(folder: Path) -> Control:
    """What the worker of that folder was told last; raises SettingsError if it can't be read."""
    path = folder / FILE_NAME
    try:
        with path.open(encoding="utf-8") as file:
            return parse_control(file.read(MOST_BYTES))
    except FileNotFoundError:
        return Control()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} can't be read ({type(error).__name__}); correct its permissions or delete it."
        ) from error


def write_control(folder: Path, control: Control) -> Path:
    """Tell the worker of that folder, all at once; returns the file. Raises SettingsError."""
    path = folder / FILE_NAME
    try:
        write_whole(path, control.to_text().encode())
    except OSError as error:
        raise SettingsError(f"{path} can't be written ({error.strerror}); check the folder.") from error
    return path
