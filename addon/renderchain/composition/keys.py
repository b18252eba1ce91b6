"""Where the keys of accounts are kept, and which keystores were opened in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..adapters.keys import KeyringStore, KeystoreFile, Opened, PassphraseKeystore, account_of, make_password
from ..adapters.sealed_headers import are_sealed, open_headers, seal_headers
from ..adapters.starknet.accounts import address_of, new_key, public_key_of
from ..adapters.starknet.node import read_headers
from ..adapters.starknet.signer import ORDER
from ..core.errors import KeyStoreError
from ..ports.key_store import KeyStore
from ..settings import Settings, check_setting
from .own_settings import OwnSettings

HEADERS = "ipfs-headers.json"
_opened = Opened()


def open_keys(settings: Settings) -> KeyStore:
    """The key store that the settings name."""
    return key_place(settings.keystore, settings.password_file)


def key_place(
    keystore: Path | None, password_file: Path | None, *, may_make_password: bool = False
) -> KeyStore:
    """The system's keyring, or a keystore file, whose password is in another file or in somebody's head."""
    if keystore is None:
        return KeyringStore()
    beside = keystore.with_suffix(".password")
    if may_make_password:
        make_password(password_file or beside)
    if password_file or beside.is_file():
        return KeystoreFile(keystore, password_file or beside)
    return PassphraseKeystore(keystore, _opened)


def ask_for_passphrases(ask: Callable[[Path], str]) -> None:
    """Whom this process asks for the passphrase of a keystore."""
    _opened.ask = ask


def needs_passphrase() -> bool:
    """Whether a new key needs one here, since there is no keyring to keep it."""
    return not KeyringStore().is_there()


def is_locked(settings: Settings) -> bool:
    """Whether somebody has to unlock the account's keystore first."""
    store = open_keys(settings)
    known = (settings.keystore, settings.account)
    return isinstance(store, PassphraseKeystore) and known not in _opened.keys


def unlock(settings: Settings, passphrase: str) -> None:
    """Open the account's keystore for as long as the process lives; raises KeyStoreError."""
    store = open_keys(settings)
    if isinstance(store, PassphraseKeystore):
        store.unlock(settings.account, passphrase)


def lock() -> None:
    """Forget every key that a passphrase opened."""
    _opened.keys.clear()


def keep_account(own: OwnSettings, private_key: int, address: int, passphrase: str) -> str:
    """Keep the key of an account, and have the preferences' settings name the account; where it is kept.

    An account that was made here has its address from its key. A passphrase has the key sealed in a file
    beside the settings; without a keyring there must be one. Raises KeyStoreError, SettingsError.
    """
    checked = checked_key(private_key)
    if address:
        _check_address(address, checked)
    address = address or address_of(checked)
    if not passphrase and not needs_passphrase():
        KeyringStore().save(address, checked)
        own.choose(account=hex(address), keystore=None, password_file=None)
        return KeyringStore.place
    if not passphrase:
        raise KeyStoreError("This system has no keyring; nothing was stored. Give a passphrase for the key.")
    keystore = own.file.with_name(f"account-{address:064x}.json")
    store = PassphraseKeystore(keystore, _opened)
    store.keep(address, checked, passphrase)
    own.choose(account=hex(address), keystore=keystore.name, password_file=None)
    return store.place


def _check_address(address: int, private_key: int) -> None:
    """Addresses are written down, shown and asked for at nodes: no key must be taken for one."""
    check_setting("account", hex(address))
    is_key = 0 < address < ORDER and address_of(address) == private_key
    if is_key or address == private_key:
        raise KeyStoreError("Address and key are in each other's place; nothing was stored. Type them anew.")


def back_up(settings: Settings, file: Path, passphrase: str) -> None:
    """Put the account's key into a new file that a passphrase seals; raises KeyStoreError."""
    if not passphrase:
        raise KeyStoreError("Nothing was written; give a passphrase for the file.")
    key = open_keys(settings).private_key(settings.account)
    PassphraseKeystore(file, Opened()).create(settings.account, key, passphrase)


def from_backup(file: Path, passphrase: str) -> tuple[int, int]:
    """The account and the key in such a file; raises KeyStoreError."""
    address = account_of(file)
    if not address:
        raise KeyStoreError(f"{file} is no keystore that names its account; nothing was stored.")
    return address, PassphraseKeystore(file, Opened()).unlock(address, passphrase)


def checked_key(private_key: int) -> int:
    """A key as it may be kept; raises KeyStoreError."""
    if not 0 < private_key < ORDER:
        raise KeyStoreError("That is no Stark private key, and nothing was stored; type or paste it again.")
    return private_key


def new_private_key() -> int:
    """A key for a new account."""
    return new_key()


def derived_address(private_key: int) -> int:
    """Where the account of a key is that was made here."""
    return address_of(private_key)


def public_key(settings: Settings) -> int:
    """The public key of the settings' account; raises KeyStoreError."""
    return public_key_of(open_keys(settings).private_key(settings.account))


def secret_files(settings: Settings) -> tuple[Path, ...]:
    """The files that the settings' secrets are kept in, as far as they are in files."""
    headers = tuple(one for one in (settings.rpc_headers, settings.ipfs_headers) if one)
    if settings.keystore is None:
        return headers
    return settings.keystore, settings.password_file or settings.keystore.with_suffix(".password"), *headers


def noted_account(keystore: Path) -> int:
    """The account that a keystore file says it is of; 0 without one."""
    return account_of(keystore)


def store_key(settings: Settings, private_key: int) -> str:
    """Keep the key of the settings' account where they say; where that is. Raises KeyStoreError."""
    store = open_keys(settings)
    store.save(settings.account, checked_key(private_key))
    return store.place


def ipfs_headers(settings: Settings) -> dict[str, str]:
    """What lets us in at the IPFS node; raises SettingsError, KeyStoreError."""
    file = settings.ipfs_headers
    if file is not None and are_sealed(file):
        return open_headers(file, open_keys(settings).private_key(settings.account))
    return read_headers(file)


def keep_ipfs_headers(own: OwnSettings, settings: Settings, headers: dict[str, str]) -> None:
    """Seal them with the account's key and have the preferences' settings name them; {} forgets them."""
    file = own.file.with_name(HEADERS)
    if not headers:
        own.choose(ipfs_headers=None)
        file.unlink(missing_ok=True)
        return
    seal_headers(file, headers, open_keys(settings).private_key(settings.account))
    own.choose(ipfs_headers=file.name)
