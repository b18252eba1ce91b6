"""The keystore on a real disk."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from renderchain.adapters import keys
from renderchain.adapters.keys import KeystoreFile
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
