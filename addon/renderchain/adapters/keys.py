"""Private keys in the system's keyring, or in an encrypted keystore file where there is none.

Exceptions of the libraries are not chained: their tracebacks could show a key or a password.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from ..core.errors import KeyStoreError

SERVICE = "renderchain"
PBKDF2_ROUNDS = 2**20  # a quarter of a second


class KeyringStore:
    """Keys in the keyring of the logged-in user."""

    def private_key(self, address: int) -> int:
        """The account's key."""
        import keyring
        from keyring.errors import KeyringError

        try:
            text = keyring.get_password(SERVICE, hex(address))
        except KeyringError as error:
            raise KeyStoreError(
                f"The keyring can't be used ({type(error).__name__}); unlock it or use a keystore file."
            ) from None
        if text is None:
            raise KeyStoreError(f"The keyring has no key for {address:#x}; store it with `renderchain key`.")
        return _number(text, address)

    def save(self, address: int, private_key: int) -> None:
        """Keep a key."""
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(SERVICE, hex(address), hex(private_key))
        except KeyringError as error:
            raise KeyStoreError(
                f"The keyring took no key ({type(error).__name__}); unlock it or use a keystore file."
            ) from None


class KeystoreFile:
    """One key in an encrypted file of Ethereum's keystore format, its password in another file."""

    def __init__(self, path: Path, password_file: Path) -> None:
        self._path = path
        self._password_file = password_file

    def private_key(self, address: int) -> int:
        """The account's key; raises KeyStoreError also where the file says that it is another account's."""
        from eth_keyfile import decode_keyfile_json

        noted = self.account()
        if noted not in (0, address):
            raise KeyStoreError(
                f"The keystore {self._path} has the key of {noted:#x}, not of {address:#x}; name that one's "
                "keystore."
            )
        try:
            sealed = json.loads(self._path.read_text())
            return int.from_bytes(decode_keyfile_json(sealed, self._password()), "big")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KeyStoreError(
                f"The keystore {self._path} for {address:#x} can't be opened ({type(error).__name__}); "
                "check the file and its password."
            ) from None

    def save(self, address: int, private_key: int) -> None:
        """Encrypt the key into the file; raises KeyStoreError rather than overwrite another one."""
        from eth_keyfile import create_keyfile_json

        sealed = create_keyfile_json(
            private_key.to_bytes(32, "big"), self._password(), iterations=PBKDF2_ROUNDS
        )
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump({**sealed, "starknet_address": hex(address)}, file)
        except FileExistsError:
            raise KeyStoreError(f"{self._path} is there already; move it away first.") from None
        except OSError as error:
            raise KeyStoreError(f"The keystore {self._path} can't be written ({error.strerror}).") from None

    def account(self) -> int:
        """The address that the file says it is of; 0 if it does not say."""
        try:
            return int(json.loads(self._path.read_text())["starknet_address"], 16)
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _password(self) -> bytes:
        try:
            return self._password_file.read_bytes().strip()
        except OSError as error:
            raise KeyStoreError(
                f"The password file {self._password_file} can't be read ({error.strerror})."
            ) from None


def make_password(path: Path) -> None:
    """A file with a new password, for its user alone, unless there is one; raises KeyStoreError."""
    try:
        if path.is_file():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except OSError as error:
        raise KeyStoreError(f"The password file {path} can't be written ({error.strerror}).") from None


def _number(text: str, address: int) -> int:
    try:
        return int(text, 16)
    except ValueError:
        raise KeyStoreError(f"What is stored for {address:#x} is no key; store it again.") from None
