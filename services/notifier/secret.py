"""What channels are opened with: read from files or the environment, and shown by nothing."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator
from renderchain.core.errors import SettingsError

from .files import begin_of

MOST_BYTES = 4096


class Secret:
    """A text that no repr, log or traceback shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text, for whom it is meant."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"


class SecretPlace(BaseModel):
    """Where one is: ``{ file = "hook.key" }`` or ``{ env = "HOOK_KEY" }``."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    file: str = ""
    env: str = ""

    @model_validator(mode="after")
    def _one(self) -> SecretPlace:
        if bool(self.file) == bool(self.env):
            raise ValueError('name one place, { file = "…" } or { env = "…" }')
        return self


def read_secret(place: SecretPlace, folder: Path, *, is_own: bool) -> Secret:
    """The secret; ``folder`` is where files are named from. Raises SettingsError.

    Others than the operator reach the files of their own folder alone, lest they send away what is not
    theirs.
    """
    if place.env:
        if not is_own:
            raise SettingsError("A secret in the environment is the operator's alone: name a file.")
        text = os.environ.get(place.env, "")
        where = f"The environment's {place.env}"
    else:
        file = folder / place.file
        if not is_own and (Path(place.file).name != place.file or file.is_symlink()):
            raise SettingsError(
                f"The secret's file {place.file!r} must be a plain name of a file in {folder}."
            )
        text, where = _content(file, is_own=is_own), f"The secret's file {file}"
    if not text.strip():
        raise SettingsError(f"{where} is empty or not there; put the secret there.")
    return Secret(text.strip())


def _content(file: Path, *, is_own: bool) -> str:
    try:
        content = begin_of(file, MOST_BYTES, is_own=is_own)
        if len(content) > MOST_BYTES:
            raise SettingsError(
                f"The secret's file {file} has more than {MOST_BYTES} bytes; name another one."
            )
        return content.decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise SettingsError(f"The secret's file {file} can't be read ({why}).") from None
