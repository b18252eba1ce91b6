"""An account's key is kept by the system's keyring, and where there is none in a file with a passphrase."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from keyring.backends import fail
from renderchain.adapters import keys as adapter
from renderchain.composition import keys
from renderchain.composition.own_settings import OwnSettings
from renderchain.core.errors import KeyStoreError, KeyStoreLocked, SettingsError
from renderchain.settings import Settings, load_settings

KEY = 0x1234567
NO_KEYRING = fail.Keyring()  # type: ignore[no-untyped-call]
NODE = {"rpc_url": "http://127.0.0.1:1/rpc", "directory": "0x5"}


class Keyring(keyring.backend.KeyringBackend):
    """A keyring that holds what it is given as long as the test lasts."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(adapter, "SCRYPT_COST", 2)
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)
    keys.lock()


@pytest.fixture
def own(tmp_path: Path) -> OwnSettings:
    made = OwnSettings(tmp_path / "settings.toml")
    made.choose(**NODE)
    return made


def read(own: OwnSettings) -> Settings:
    return load_settings(own.file)


def test_with_a_keyring_nothing_of_the_key_is_in_a_file(own: OwnSettings) -> None:
    kept = Keyring()
    keyring.set_keyring(kept)
    assert not keys.needs_passphrase()
    assert keys.keep_account(own, KEY, 0, "") == "the system's keyring"
    settings = read(own)
    assert settings.account == keys.derived_address(KEY) and settings.keystore is None
    assert keys.open_keys(settings).private_key(settings.account) == KEY
    assert [*own.file.parent.glob("[!.]*")] == [own.file] and f"{KEY:x}" not in own.file.read_text()
    assert not keys.is_locked(settings)


def test_without_one_a_passphrase_seals_it_and_opens_it_once_a_process(own: OwnSettings) -> None:
    keyring.set_keyring(NO_KEYRING)
    assert keys.needs_passphrase()
    with pytest.raises(KeyStoreError, match="Give a passphrase"):
        keys.keep_account(own, KEY, 0, "")
    place = keys.keep_account(own, KEY, 0, "open it")
    settings = read(own)
    assert str(settings.keystore) in place and not keys.is_locked(settings)
    keys.lock()
    assert keys.is_locked(settings)
    with pytest.raises(KeyStoreLocked):
        keys.open_keys(settings).private_key(settings.account)
    with pytest.raises(KeyStoreError, match="can't be opened"):
        keys.unlock(settings, "guess")
    keys.unlock(settings, "open it")
    assert keys.open_keys(settings).private_key(settings.account) == KEY


def test_a_keyring_that_takes_nothing_is_told_and_a_file_can_be_used_instead(own: OwnSettings) -> None:
    class Locked(Keyring):
        def set_password(self, service: str, username: str, password: str) -> None:
            raise keyring.errors.KeyringLocked

    keyring.set_keyring(Locked())
    before = own.file.read_text()
    with pytest.raises(KeyStoreError, match="KeyringLocked.*have the key in a file instead"):
        keys.keep_account(own, KEY, 0, "")
    assert own.file.read_text() == before, "no account is named whose key is nowhere"
    keys.keep_account(own, KEY, 0, "open it")
    settings = read(own)
    assert settings.keystore and keys.open_keys(settings).private_key(settings.account) == KEY


def test_another_account_takes_no_earlier_ones_key_away(own: OwnSettings) -> None:
    keyring.set_keyring(NO_KEYRING)
    keys.keep_account(own, KEY, 0xABC, "one")
    keys.keep_account(own, KEY + 1, 0, "two")
    keys.lock()
    keys.keep_account(own, KEY, 0xABC, "one")
    settings = read(own)
    assert settings.account == 0xABC and keys.open_keys(settings).private_key(0xABC) == KEY


def keystores(own: OwnSettings) -> list[str]:
    return sorted(one.name for one in own.file.parent.glob("account-*"))


@pytest.mark.parametrize(
    ("second", "passphrase"), [(KEY, "new, the old one is forgotten"), (KEY + 1, "open it")]
)
def test_an_account_that_is_imported_again_has_the_key_that_was_typed_last(
    own: OwnSettings, second: int, passphrase: str
) -> None:
    """A mistyped key stayed the account's for ever, and a forgotten passphrase took its account along."""
    keyring.set_keyring(NO_KEYRING)
    keys.keep_account(own, KEY, 0xABC, "open it")
    first = (own.file.with_name(keystores(own)[0])).read_bytes()
    keys.lock()
    keys.keep_account(own, second, 0xABC, passphrase)
    assert keys.open_keys(read(own)).private_key(0xABC) == second
    keys.lock()
    keys.unlock(read(own), passphrase)
    assert keys.open_keys(read(own)).private_key(0xABC) == second
    aside = f"account-{0xABC:064x}.before-1.json"
    assert keystores(own) == [aside, f"account-{0xABC:064x}.json"]
    assert own.file.with_name(aside).read_bytes() == first


def test_a_keyrings_key_is_never_written_over(own: OwnSettings) -> None:
    kept = Keyring()
    keyring.set_keyring(kept)
    for key in (KEY, KEY, KEY + 1, KEY + 2):
        keys.keep_account(own, key, 0xABC, "")
        assert keys.open_keys(read(own)).private_key(0xABC) == key
    names = {name: int(text, 16) for (_, name), text in kept.kept.items()}
    assert names == {"0xabc": KEY + 2, "0xabc before 1": KEY, "0xabc before 2": KEY + 1}


@pytest.mark.parametrize("has_keyring", [True, False])
def test_a_key_in_the_place_of_the_address_is_written_nowhere(own: OwnSettings, has_keyring: bool) -> None:
    kept = Keyring()
    keyring.set_keyring(kept if has_keyring else NO_KEYRING)
    for address, key in ((KEY, keys.derived_address(KEY)), (KEY, KEY)):
        with pytest.raises(KeyStoreError, match="each other's place; nothing was stored"):
            keys.keep_account(own, key, address, "open it")
    with pytest.raises(SettingsError, match="account can't be"):
        keys.keep_account(own, KEY, -5, "open it")
    assert kept.kept == {} and [*own.file.parent.glob("[!.]*")] == [own.file]
    assert f"{KEY:x}" not in own.file.read_text()


@pytest.mark.parametrize("key", [0, -1, 2**252])
def test_what_is_no_key_is_not_stored(own: OwnSettings, key: int) -> None:
    keyring.set_keyring(NO_KEYRING)
    with pytest.raises(KeyStoreError, match="nothing was stored"):
        keys.keep_account(own, key, 0, "open it")
    assert [*own.file.parent.glob("[!.]*")] == [own.file]


def test_headers_are_sealed_with_the_accounts_key_and_forgotten_at_will(own: OwnSettings) -> None:
    keyring.set_keyring(Keyring())
    keys.keep_account(own, KEY, 0, "")
    own.choose(ipfs_api="/dns4/ipfs.example/tcp/443/https")
    keys.keep_ipfs_headers(own, read(own), {"Authorization": "secret"})
    assert keys.ipfs_headers(read(own)) == {"Authorization": "secret"}
    assert not [one for one in own.file.parent.iterdir() if b"secret" in one.read_bytes()]
    keys.keep_ipfs_headers(own, read(own), {})
    assert keys.ipfs_headers(read(own)) == {} and [*own.file.parent.glob("[!.]*")] == [own.file]


class Broken(Keyring):
    """One that fails as only its own library does, or gives back what it never got."""

    def __init__(self, failing: Exception | None = None, given: object = None) -> None:
        super().__init__()
        self.failing, self.given = failing, given

    def get_password(self, service: str, username: str) -> str | None:
        if self.failing:
            raise self.failing
        return self.given  # type: ignore[return-value]


@pytest.mark.parametrize(
    "broken",
    [
        Broken(RuntimeError("no such name on the bus")),
        Broken(AttributeError("NoneType")),
        Broken(OSError(5, "the socket")),
        Broken(given=""),
        Broken(given=7),
    ],
    ids=["bus", "attribute", "socket", "empty", "number"],
)
def test_whatever_is_wrong_with_a_keyring_is_told(own: OwnSettings, broken: Broken) -> None:
    keyring.set_keyring(broken)
    own.choose(account="0xabc")
    with pytest.raises(KeyStoreError, match="keyring can't be used|is no key; store it again"):
        keys.open_keys(read(own)).private_key(0xABC)


def test_a_keyring_that_can_not_be_found_is_none(own: OwnSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its settings named what there is not, no account could be made, and no check-up."""

    def gone() -> None:
        raise ModuleNotFoundError("no.such.backend")

    monkeypatch.setattr(keyring, "get_keyring", gone)
    assert keys.needs_passphrase()
    keys.keep_account(own, KEY, 0, "open it")
    assert keys.open_keys(read(own)).private_key(read(own).account) == KEY
