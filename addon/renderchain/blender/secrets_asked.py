"""Asking for keys and passphrases at a terminal, where nothing of them is shown; no shell ever keeps one."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from ..core.errors import KeyStoreError


def somebody_is_there() -> bool:
    """Whether a person can be asked at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def asked_key() -> int:
    """A private key: asked for at a terminal, else the first line of standard input."""
    text = _typed("Private key (hexadecimal, not shown): ")
    try:
        return int(text.strip(), 16)
    except ValueError:
        raise KeyStoreError("That is no hexadecimal key; nothing was stored.") from None


def asked_passphrase(keystore: Path) -> str:
    """The passphrase of a keystore: asked for at a terminal, else a line of standard input."""
    return _typed(f"Passphrase of {keystore} (not shown): ")


def new_passphrase() -> str:
    """A passphrase for a new keystore, typed twice; without a terminal a line of standard input."""
    first = _typed("A passphrase for the file that the key is sealed in (not shown): ")
    if somebody_is_there() and _typed("The same again: ") != first:
        raise KeyStoreError("These were two passphrases; nothing was stored. Run it again.")
    return first


def _typed(text: str) -> str:
    """What is typed unseen, else a line of standard input; nothing where that is closed."""
    try:
        if somebody_is_there():
            typed = getpass.getpass(text)
        else:
            typed = sys.stdin.readline().rstrip("\r\n") if sys.stdin else ""
        typed.encode()
        return typed
    except EOFError:
        raise KeyStoreError("Nothing was typed, and nothing was stored. Run it again.") from None
    except ValueError:
        raise KeyStoreError(
            "What was typed is no text in UTF-8, and nothing was stored. Run it again."
        ) from None
