"""The key that opens an account's results and nothing else, in a file for whoever looks at them."""

from __future__ import annotations

import os
from pathlib import Path

from ..adapters.sealing import view_key_of
from ..core.errors import KeyStoreError
from ..core.sealed import KEY_BYTES
from ..ports.reporter import Reporter
from ..settings import Settings
from .keys import open_keys
from .network import open_chain


async def write_view_key(settings: Settings, reporter: Reporter, path: Path) -> None:
    """Into a new file that its user alone may read; raises KeyStoreError or ChainError."""
    async with open_chain(settings, reporter) as chain:
        key = view_key_of(open_keys(settings).private_key(settings.account), chain.chain_id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(handle, "w") as file:
                file.write(key.hex() + "\n")
        except OSError:
            path.unlink(missing_ok=True)  # else the next try has to name another
            raise
    except OSError as error:
        raise KeyStoreError(
            f"The view key can't be written to {path} ({error.strerror}); name a new file."
        ) from None


def read_view_key(path: Path) -> bytes:
    """What stands in such a file; raises KeyStoreError."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyStoreError(f"{path} holds no view key; write one with `renderchain_view_key`.")
    return key
