"""Private keys in the system's keyring, or in an encrypted keystore file where there is none.

Exceptions of the libraries are not chained: their tracebacks could show a key or a password.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from ..core.errors import KeyStoreError, KeyStoreLocked
from ..core.nesting import guard_kept
from ..core.reader import shallow_json

SERVICE = "renderchain"
ADDRESS, CHECK = "starknet_address", "renderchain_check"  # beside what the format has
PBKDF2_ROUNDS = 2**20  # a quarter of a second, for a password that is as good as a key
MOST_WORK = {"dklen": 64, "c": 2**26, "n": 2**22, "r": 64, "p": 64}  # of one that is meant to be opened
SCRYPT_COST = 2**17  # half a second and 128 MiB, for a passphrase that a person can remember


class KeyringStore:
    """Keys in the keyring of the logged-in user."""

    place = "the system's keyring"

    def is_there(self) -> bool:
        """Whether this system has one that is worth its name: none that forgets, none in plain text."""
        try:
            import keyring

            return float(keyring.get_keyring().priority) >= 1
        except Exception:  # noqa: BLE001 - such as a configuration of keyrings that is none
            return False

    def private_key(self, address: int) -> int:
        """The account's key."""
        try:
            import keyring

            text = keyring.get_password(SERVICE, hex(address))
        except Exception as error:  # noqa: BLE001 - each keyring has errors of its own
            raise KeyStoreError(
                f"The keyring can't be used ({type(error).__name__}); unlock it, or import the account into "
                "a file."
            ) from None
        if text is None:
            raise KeyStoreError(
                f"The keyring has no key for {address:#x}; store it in the add-on's preferences or with "
                "`renderchain key`."
            )
        return _number(text, address)

    def save(self, address: int, private_key: int) -> None:
        """Keep a key; another one of that account stays, under a name with a number."""
        try:
            import keyring

            before = keyring.get_password(SERVICE, hex(address))
            if before not in (None, hex(private_key)):
                keyring.set_password(SERVICE, self._name_aside(address), before)
            keyring.set_password(SERVICE, hex(address), hex(private_key))
        except Exception as error:  # noqa: BLE001 - each keyring has errors of its own
            raise KeyStoreError(
                f"The keyring took no key ({type(error).__name__}); unlock it, or have the key in a file "
                "instead."
            ) from None

    def _name_aside(self, address: int) -> str:
        import keyring

        names = (f"{hex(address)} before {number}" for number in count(1))
        return next(name for name in names if keyring.get_password(SERVICE, name) is None)


class KeystoreFile:
    """One key in an encrypted file of Ethereum's keystore format, its password in another file."""

    def __init__(self, path: Path, password_file: Path) -> None:
        self._path = path
        self._password_file = password_file

    @property
    def place(self) -> str:
        """The file."""
        return f"{self._path}, its password in {self._password_file}"

    def private_key(self, address: int) -> int:
        """The account's key; raises KeyStoreError also where the file says that it is another account's."""
        return _opened(self._path, address, self._password())

    def save(self, address: int, private_key: int) -> None:
        """Encrypt the key into the file; raises KeyStoreError rather than overwrite another one."""
        _write(self._path, address, private_key, self._password(), "pbkdf2", PBKDF2_ROUNDS)

    def _password(self) -> bytes:
        try:
            return self._password_file.read_bytes().strip()
        except OSError as error:
            raise KeyStoreError(
                f"The password file {self._password_file} can't be read ({error.strerror})."
            ) from None


@dataclass
class Opened:
    """What passphrases have opened in this process: the keys, since a passphrase may open more than ours.

    ``ask`` asks a person for the passphrase of a file, where somebody waits at a terminal.
    """

    ask: Callable[[Path], str] | None = None
    keys: dict[tuple[Path, int], int] = field(default_factory=dict)


class PassphraseKeystore:
    """One key in an encrypted file, its passphrase in somebody's head and asked for once in a process."""

    def __init__(self, path: Path, opened: Opened) -> None:
        self._path = path
        self._opened = opened

    @property
    def place(self) -> str:
        """The file."""
        return f"{self._path}, sealed with a passphrase"

    def private_key(self, address: int) -> int:
        """The account's key; raises KeyStoreLocked where nobody has unlocked it and nobody can be asked."""
        known = self._opened.keys.get((self._path, address))
        if known is None and not self._path.is_file():
            raise KeyStoreError(
                f"The keystore {self._path} of {address:#x} is not there; put it back or import the account."
            )
        if known is None and self._opened.ask is None:
            raise KeyStoreLocked(
                f"The key of {address:#x} is locked. Unlock it in the add-on's preferences, once a session; "
                "where nobody can, name a password_file in the settings."
            )
        return known if known is not None else self.unlock(address, self._asked())

    def unlock(self, address: int, passphrase: str) -> int:
        """Open it for as long as the process lives; raises KeyStoreError where that is not its passphrase."""
        key = _opened(self._path, address, passphrase.encode())
        self._opened.keys[self._path, address] = key
        return key

    def keep(self, address: int, private_key: int, passphrase: str) -> None:
        """Seal a key into the file, and leave it open.

        A file that another passphrase seals, or with another key, is moved aside: who has forgotten a
        passphrase may have a copy of the key, and who mistyped a key types it again.
        """
        if self._path.exists():
            with suppress(KeyStoreError):
                if self.unlock(address, passphrase) == private_key:
                    return
            _put_aside(self._path)
        self.create(address, private_key, passphrase)

    def create(self, address: int, private_key: int, passphrase: str) -> None:
        """Seal a key into a new file, and leave it open."""
        _write(self._path, address, private_key, passphrase.encode(), "scrypt", SCRYPT_COST)
        self._opened.keys[self._path, address] = private_key

    def save(self, address: int, private_key: int) -> None:
        """Seal a key with a passphrase that a person is asked for, twice."""
        if self._opened.ask is None:
            raise KeyStoreLocked(f"{self._path} needs a passphrase; store the key in the preferences.")
        passphrase = self._asked()
        if self._asked() != passphrase:
            raise KeyStoreError("These were two passphrases; nothing was stored. Run it again.")
        self.create(address, private_key, passphrase)

    def _asked(self) -> str:
        assert self._opened.ask is not None  # the callers looked
        return self._opened.ask(self._path)


def account_of(keystore: Path) -> int:
    """The address that a keystore file says it is of; 0 if it does not say."""
    try:
        return int(shallow_json(keystore.read_bytes())[ADDRESS], 16)
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def make_password(path: Path) -> None:
    """A file with a new password, for its user alone, unless there is one; raises KeyStoreError."""
    try:
        if path.is_file():
            return
        _write_new(path, secrets.token_hex(32))
    except OSError as error:
        raise KeyStoreError(f"The password file {path} can't be written ({error.strerror}).") from None


def _opened(path: Path, address: int, password: bytes) -> int:
    with guard_kept():
        from eth_keyfile import decode_keyfile_json

    noted = account_of(path)
    if noted not in (0, address):
        raise KeyStoreError(
            f"The keystore {path} has the key of {noted:#x}, not of {address:#x}; name that one's keystore."
        )
    try:
        sealed = shallow_json(path.read_bytes())
        if any(sealed["crypto"]["kdfparams"].get(name, 0) > most for name, most in MOST_WORK.items()):
            raise ValueError  # to open it would never end
        key = int.from_bytes(decode_keyfile_json(sealed, password), "big")
        if CHECK in sealed and sealed[CHECK] != _check_of(key):
            raise ValueError  # the form has a check of its own, which leaves something out
        return key
    except Exception as error:  # noqa: BLE001 - of a damaged file the library raises whatever it comes to
        raise KeyStoreError(
            f"The keystore {path} for {address:#x} can't be opened ({type(error).__name__}); "
            "check the file and its password."
        ) from None


def _check_of(private_key: int) -> str:
    """What tells a key from another one, and nothing of it."""
    return hashlib.sha256(b"renderchain key" + private_key.to_bytes(32, "big")).hexdigest()[:16]


def _write(path: Path, address: int, private_key: int, password: bytes, kdf: str, cost: int) -> None:
    with guard_kept():
        from eth_keyfile import create_keyfile_json

    key = private_key.to_bytes(32, "big")
    sealed = create_keyfile_json(key, password, kdf=kdf, iterations=cost)
    try:
        noted = {ADDRESS: hex(address), CHECK: _check_of(private_key)}
        _write_new(path, json.dumps({**sealed, **noted}))
    except FileExistsError:
        raise KeyStoreError(f"{path} is there already; move it away first.") from None
    except OSError as error:
        raise KeyStoreError(f"The keystore {path} can't be written ({error.strerror}).") from None


def _write_new(path: Path, text: str) -> None:
    """A new file for its user alone, on the disk whole or not there; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)  # the account may be sent money from now on
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _put_aside(path: Path) -> None:
    """Nobody's key is ever deleted or written over."""
    names = (path.with_suffix(f".before-{number}{path.suffix}") for number in count(1))
    try:
        path.rename(next(one for one in names if not one.exists()))
    except OSError as error:
        raise KeyStoreError(
            f"{path} is there already and can't be moved aside ({error.strerror}); move it away first."
        ) from None


def _number(text: str, address: int) -> int:
    try:
        return int(text, 16)
    except (ValueError, TypeError):
        raise KeyStoreError(f"What is stored for {address:#x} is no key; store it again.") from None
