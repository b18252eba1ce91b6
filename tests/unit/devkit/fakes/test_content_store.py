"""The store in memory keeps to its port: same content, same CID; limits; what is lost is an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.core.cid import cid_of, digest_of
from renderchain.core.errors import ContentError, StoreError

from devkit.fakes.clock import run
from devkit.fakes.content_store import MemoryStore


def folder(root: Path, text: str = "one") -> Path:
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "file").write_text(text)
    (root / "other").write_text("two")
    return root


def add(store: MemoryStore, path: Path) -> str:
    return run(store.add_folder(path, lambda _: None))


def fetch(store: MemoryStore, cid: str, target: Path, max_bytes: int = 6, max_files: int = 2) -> None:
    run(store.fetch_folder(cid, target, max_bytes=max_bytes, max_files=max_files, on_bytes=lambda _: None))


def test_what_was_added_comes_back(tmp_path: Path) -> None:
    store = MemoryStore()
    cid = add(store, folder(tmp_path / "a"))
    assert cid == add(store, folder(tmp_path / "b")) != add(store, folder(tmp_path / "c", "new"))
    assert cid_of(digest_of(cid)) == cid
    fetch(store, cid, tmp_path / "back")
    assert (tmp_path / "back" / "deep" / "file").read_text() == "one"
    assert run(store.read_file(cid, "deep/file", 3)) == b"one"


def test_limits_hold(tmp_path: Path) -> None:
    store = MemoryStore()
    cid = add(store, folder(tmp_path / "a"))
    for max_bytes, max_files in ((5, 2), (6, 1)):
        with pytest.raises(ContentError):
            fetch(store, cid, tmp_path / "back", max_bytes, max_files)
    with pytest.raises(ContentError):
        run(store.read_file(cid, "other", 2))
    assert not (tmp_path / "back").exists()


def test_what_is_lost_or_made_to_fail_is_an_error(tmp_path: Path) -> None:
    store = MemoryStore()
    cid = add(store, folder(tmp_path / "a"))
    store.fail("read_file", None, StoreError("away"))
    assert run(store.read_file(cid, "other", 3)) == b"two"
    with pytest.raises(StoreError, match="away"):
        run(store.read_file(cid, "other", 3))
    assert run(store.read_file(cid, "other", 3)) == b"two"
    store.lose(cid)
    for call in (store.read_file(cid, "other", 3), store.pin(cid)):
        with pytest.raises(StoreError, match="Nobody has"):
            run(call)
    assert cid not in store.pinned
