"""What a check-up sees of a machine."""

from __future__ import annotations

import asyncio
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from renderchain.app.provider.doctor_machine import (
    GIB,
    attempted,
    examine_disk,
    examine_folder,
    examine_secrets,
    examine_watchtower,
    question,
)
from renderchain.core.errors import KeyStoreError, StoreError
from renderchain.core.finding import Health, fault_of

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("free", "health"), [(50 * GIB, Health.OK), (5 * GIB, Health.WARNING), (GIB // 2, Health.FAULT)]
)
def test_room_on_the_disk_is_looked_at_where_the_folder_will_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, health: Health
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free, 0, free) if path == tmp_path else None)
    assert examine_disk(tmp_path / "not" / "yet").health is health


def test_a_folder_that_cant_be_written_or_is_none_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert examine_folder(tmp_path / "new").health is Health.OK
    (tmp_path / "file").touch()
    assert "no folder" in examine_folder(tmp_path / "file").text
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write everywhere
    assert "can't be written" in examine_folder(tmp_path).text


def test_open_secrets_are_named_with_what_closes_them(tmp_path: Path) -> None:
    evidence, key = tmp_path / "evidence", tmp_path / "key.json"
    evidence.mkdir(mode=0o755)
    evidence.chmod(0o755)
    assert examine_folder(tmp_path).text.endswith(f"chmod 700 {evidence}")
    key.touch()
    key.chmod(0o644)
    (found,) = examine_secrets((key, tmp_path / "none"))
    assert found.health is Health.WARNING and found.text.endswith(f"chmod 600 {key}")
    key.chmod(0o600)
    assert examine_secrets((key,))[0].health is Health.OK


@pytest.mark.parametrize(
    ("watchtower_key", "health", "says"),
    [
        ("", Health.WARNING, "Start one on another machine, and set the watchtower_key that it says"),
        ("none", Health.OK, "none, as you say"),
        ("0f" * 32, Health.OK, "0f0f0f0f… answers for the worker"),
    ],
)
def test_a_worker_that_nobody_answers_for_is_named_until_its_provider_says_so(
    watchtower_key: str, health: Health, says: str
) -> None:
    found = examine_watchtower(watchtower_key)
    assert found.health is health and says in found.text


def test_what_fails_is_a_fault_in_its_own_words() -> None:
    def locked() -> None:
        raise KeyStoreError("The keyring is locked.")

    async def away() -> str:
        raise StoreError("No node.")

    async def there() -> str:
        return "Kubo 1"

    assert attempted("key", "readable", locked) == fault_of("key", KeyStoreError("The keyring is locked."))
    assert attempted("key", "readable", locked).code == 77
    assert attempted("key", "readable", lambda: None).text == "readable"
    assert asyncio.run(question("ipfs", away)) == fault_of("ipfs", StoreError("No node."))
    assert asyncio.run(question("ipfs", there)).line == "ok       ipfs: Kubo 1"
