"""The keystore on a real disk."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from renderchain.adapters import keys
from renderchain.adapters.keys import KeystoreFile, make_password
from renderchain.core.errors import KeyStoreError

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
