"""The keystore on a real disk."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from renderchain.adapters import keys
from renderchain.adapters.keys import KeystoreFile, Opened, PassphraseKeystore, make_password
from renderchain.core.errors import KeyStoreError, KeyStoreLocked

from devkit.fakes.full_disk import no_room

ROUNDS = 1000  # a real keystore has so many that a test of it would take seconds


def test_a_keystore_gives_the_key_back_only_for_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.PBKDF2_ROUNDS >= 600_000
    monkeypatch.setattr(keys, "PBKDF2_ROUNDS", ROUNDS)
    password = tmp_path / "password"
    password.write_text("right")
    store = KeystoreFile(tmp_path / "key.json", password)
    store.save(3, 12345)
    assert store.private_key(3) == 12345
    assert json.loads((tmp_path / "key.json").read_text())["crypto"]["kdfparams"]["c"] == ROUNDS
    assert stat.S_IMODE((tmp_path / "key.json").stat().st_mode) == 0o600
    with pytest.raises(KeyStoreError, match="there already"):
        store.save(3, 1)
    password.write_text("wrong")
    with pytest.raises(KeyStoreError, match="can't be opened") as refused:
        store.private_key(3)
    assert refused.value.__cause__ is None and "wrong" not in str(refused.value)


def sealed(kdf: str = "pbkdf2", **parameters: object) -> dict[str, object]:
    """What a keystore holds, but for its version and address; of nothing that could be a key."""
    known = {"c": 1, "dklen": 32, "prf": "hmac-sha256", "salt": "00" * 16}
    cipher = {"cipher": "aes-128-ctr", "cipherparams": {"iv": "00" * 16}, "ciphertext": "00" * 32}
    return {**cipher, "kdf": kdf, "kdfparams": {**known, **parameters}, "mac": "00" * 32}


DAMAGED: dict[str, object] = {
    "nothing": None,
    "a list": [],
    "a number": 7,
    "a text": "key",
    "another version": {"version": 1, "crypto": sealed()},
    "a version as text": {"version": "3", "crypto": sealed()},
    "no seal": {"version": 3, "crypto": None},
    "another way to a key": {"version": 3, "crypto": sealed("argon2")},
    "another hash": {"version": 3, "crypto": sealed(prf="md5")},
    "endless rounds": {"version": 3, "crypto": sealed(c=2**70)},
    "another key": {"version": 3, "crypto": sealed()},
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_keystore_is_named_whatever_is_wrong_with_it(what: str, tmp_path: Path) -> None:
    make_password(tmp_path / "password")
    (tmp_path / "key.json").write_text(json.dumps(DAMAGED[what]))
    with pytest.raises(KeyStoreError, match="key.json for 0x3 can't be opened"):
        KeystoreFile(tmp_path / "key.json", tmp_path / "password").private_key(3)


def test_brackets_without_end_in_a_keystore_end_no_process(tmp_path: Path) -> None:
    """eth-keyfile takes Python's guard away, and json then fills the C stack."""
    make_password(tmp_path / "password")
    (tmp_path / "key.json").write_text("[" * 200_000)
    script = (
        "import sys; from pathlib import Path; from renderchain.adapters.keys import KeystoreFile\n"
        "from renderchain.core.errors import KeyStoreError\n"
        "limit = sys.getrecursionlimit()\n"
        "try: KeystoreFile(*map(Path, sys.argv[1:])).private_key(3)\n"
        "except KeyStoreError as error: print(error)\n"
        "assert sys.getrecursionlimit() == limit\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "key.json"), str(tmp_path / "password")]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "can't be opened" in said.stdout


def test_another_accounts_keystore_is_never_signed_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "PBKDF2_ROUNDS", ROUNDS)
    make_password(tmp_path / "password")
    store = KeystoreFile(tmp_path / "key.json", tmp_path / "password")
    store.save(3, 12345)
    with pytest.raises(KeyStoreError, match="has the key of 0x3, not of 0x4"):
        store.private_key(4)


def test_a_new_password_is_for_its_user_alone_and_never_replaces_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "password"
    make_password(path)
    first = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and len(first) == 64
    make_password(path)
    assert path.read_text() == first
    with pytest.raises(KeyStoreError, match="can't be written"):
        make_password(path / "below")


@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_a_full_disk_leaves_no_half_of_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """What is left would be taken for the whole: a password of no letters, a key that nothing opens."""
    monkeypatch.setattr(keys, "SCRYPT_COST", 2)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched, no_room(10) if failing == "write" else nullcontext():
        if failing == "fsync":
            patched.setattr(os, "fsync", full)
        with pytest.raises(KeyStoreError, match="can't be written"):
            PassphraseKeystore(tmp_path / "key.json", Opened()).create(3, 12345, "open it")
        with pytest.raises(KeyStoreError, match="can't be written"):
            make_password(tmp_path / "password")
    assert [*tmp_path.iterdir()] == []


def test_a_passphrase_is_asked_for_once_and_opens_only_its_accounts_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.SCRYPT_COST >= 2**17
    monkeypatch.setattr(keys, "SCRYPT_COST", 2)
    path, asked = tmp_path / "key.json", list[Path]()
    PassphraseKeystore(path, Opened()).create(3, 12345, "open it")
    assert json.loads(path.read_text())["crypto"]["kdf"] == "scrypt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def ask(keystore: Path) -> str:
        asked.append(keystore)
        return "open it"

    store = PassphraseKeystore(path, Opened(ask))
    assert [store.private_key(3), store.private_key(3)] == [12345, 12345]
    assert asked == [path]
    with pytest.raises(KeyStoreError, match="has the key of 0x3, not of 0x4"):
        store.private_key(4)


def test_a_locked_keystore_says_who_can_open_it_and_forgets_a_wrong_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "SCRYPT_COST", 2)
    path, opened = tmp_path / "key.json", Opened()
    with pytest.raises(KeyStoreError, match="is not there; put it back"):
        PassphraseKeystore(path, opened).private_key(3)
    PassphraseKeystore(path, Opened()).create(3, 12345, "open it")
    store = PassphraseKeystore(path, opened)
    with pytest.raises(KeyStoreLocked, match="Unlock it in the add-on's preferences"):
        store.private_key(3)
    with pytest.raises(KeyStoreError, match="can't be opened") as refused:
        store.unlock(3, "guessed")
    assert "guessed" not in str(refused.value) and refused.value.__cause__ is None
    with pytest.raises(KeyStoreLocked):
        store.private_key(3)
    assert store.unlock(3, "open it") == store.private_key(3) == 12345
    with pytest.raises(KeyStoreError, match="there already"):
        store.create(3, 1, "another")


RUBBISH: tuple[object, ...] = ("", "rubbish", "zz", -1, 0, 2**70, 1.5, None, [], {}, [[]], True)


def places_in(body: object, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The way to each value of a document."""
    if not isinstance(body, dict):
        return [before]
    return [before, *(way for name, one in body.items() for way in places_in(one, (*before, name)))]


def damaged(body: object, way: tuple[str, ...], value: object) -> object:
    if not way:
        return value
    assert isinstance(body, dict)
    return {**body, way[0]: damaged(body[way[0]], way[1:], value)}


@pytest.mark.parametrize("kdf", ["pbkdf2", "scrypt"])
def test_a_keystore_that_is_damaged_anywhere_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kdf: str
) -> None:
    """One that was a list, or of a form that the library lacks, was a fault that nobody foresaw."""
    monkeypatch.setattr(keys, "PBKDF2_ROUNDS", 2)
    monkeypatch.setattr(keys, "SCRYPT_COST", 2)
    path, password = tmp_path / "key.json", tmp_path / "password"
    password.write_text("right")
    if kdf == "pbkdf2":
        KeystoreFile(path, password).save(3, 12345)
    else:
        PassphraseKeystore(path, Opened()).create(3, 12345, "right")
    body = json.loads(path.read_text())
    cut = [b"", b"[" * 100_000, b"\xff\xfe", json.dumps(body).encode()[:-20]]
    for raw in [
        *cut,
        *(json.dumps(damaged(body, way, one)).encode() for way in places_in(body) for one in RUBBISH),
    ]:
        path.write_bytes(raw)
        try:
            assert KeystoreFile(path, password).private_key(3) == 12345, (
                "or nobody's key would be signed with"
            )
        except KeyStoreError as error:
            assert str(path) in str(error) and error.__cause__ is None
