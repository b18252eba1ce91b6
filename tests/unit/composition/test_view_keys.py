"""A view key in a file: what is none is refused, and what is one opens what the account's own key opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from renderchain.adapters.sealing import AccountUnwrapper, ViewUnwrapper, view_key_of
from renderchain.composition import view_keys
from renderchain.composition.view_keys import read_view_key, write_view_key
from renderchain.core.errors import KeyStoreError

from devkit.fakes.full_disk import no_room
from devkit.fakes.reporter import RecordingReporter

PRIVATE_KEY, CHAIN_ID = 0x5EC2E7, 0x534E


def test_a_view_key_is_the_accounts_key_for_results_and_tells_nothing_of_the_accounts_own() -> None:
    key = view_key_of(PRIVATE_KEY, CHAIN_ID)
    viewer = ViewUnwrapper(key)
    assert viewer.public_key == AccountUnwrapper(PRIVATE_KEY, CHAIN_ID).public_key
    assert viewer.public_key != ViewUnwrapper(view_key_of(PRIVATE_KEY, CHAIN_ID + 1)).public_key
    assert key.hex() not in repr(viewer) and f"{PRIVATE_KEY:x}" not in key.hex()


def test_a_file_with_a_view_key_is_read(tmp_path: Path) -> None:
    path = tmp_path / "view.key"
    path.write_text(view_key_of(PRIVATE_KEY, CHAIN_ID).hex() + "\n")
    assert read_view_key(path) == view_key_of(PRIVATE_KEY, CHAIN_ID)


@pytest.mark.parametrize("text", ["", "no key", "ab" * 31, "ab" * 33, "zz" * 32])
def test_a_file_without_one_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "view.key"
    path.write_text(text)
    with pytest.raises(KeyStoreError, match="holds no view key; write one") as caught:
        read_view_key(path)
    assert not text or text not in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreError, match="holds no view key"):
        read_view_key(tmp_path / "nothing")


def test_where_a_disk_is_full_no_half_key_stands_in_the_way_of_the_next_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def open_chain(*_: Any) -> AsyncIterator[Any]:
        yield SimpleNamespace(chain_id=CHAIN_ID)

    monkeypatch.setattr(view_keys, "open_chain", open_chain)
    monkeypatch.setattr(view_keys, "open_keys", lambda _: SimpleNamespace(private_key=lambda _: PRIVATE_KEY))
    settings: Any = SimpleNamespace(account=1)
    with no_room(), pytest.raises(KeyStoreError, match="can't be written"):
        asyncio.run(write_view_key(settings, RecordingReporter(), tmp_path / "view.key"))
    assert not [*tmp_path.iterdir()]
    asyncio.run(write_view_key(settings, RecordingReporter(), tmp_path / "view.key"))
    assert read_view_key(tmp_path / "view.key") == view_key_of(PRIVATE_KEY, CHAIN_ID)
