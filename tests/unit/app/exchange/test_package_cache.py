"""The cache of packages is bounded: the longest unused go, and never one that is in use."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from renderchain.app.exchange.package import fetch_package, pin_package
from renderchain.app.exchange.package_cache import (
    SPARE_BYTES,
    SPARE_PART,
    coming,
    drop_if_unused,
    drop_package,
    in_use,
    make_room,
    noted,
    size_there,
)
from renderchain.core.errors import DiskFull, StoreError
from renderchain.core.gate import CACHE_BYTES

from devkit.fakes.clock import run
from devkit.fakes.content_store import MemoryStore
from devkit.fakes.package import pack
from devkit.fakes.reporter import RecordingReporter

LAST_S = 2 * 10**9


def package(cache: Path, name: str, size_bytes: int, unused_s: int) -> Path:
    """A package that was last used so long before the newest."""
    folder = cache / name
    (folder / "textures").mkdir(parents=True)
    (folder / "textures" / "one").write_bytes(bytes(size_bytes))
    noted(folder).write_text("digest")
    os.utime(noted(folder), (LAST_S - unused_s, LAST_S - unused_s))
    return folder


def names(cache: Path) -> set[str]:
    return {path.name for path in cache.iterdir()}


def both(*packages: str) -> set[str]:
    return {name for one in packages for name in (one, f"{one}.sha256")}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Three packages of 1000 bytes; the newest was used just now."""
    for name, unused_s in (("b", 2), ("a", 3), ("c", 0)):
        package(tmp_path, name, 1000, unused_s)
    return tmp_path


def test_the_longest_unused_go_first_until_there_is_room(cache: Path) -> None:
    make_room(cache, 3000)
    assert names(cache) == both("a", "b", "c")
    make_room(cache, 2999)
    assert names(cache) == both("b", "c")
    make_room(cache, 0)
    assert not names(cache)


def test_what_is_in_use_stays_and_where_that_is_too_much_there_is_no_room(cache: Path) -> None:
    with in_use(cache / "a"), in_use(cache / "a"):
        make_room(cache, 1000)
        assert names(cache) == both("a")
        with pytest.raises(DiskFull, match=r"in use take 1000 bytes .* cache_bytes"):
            make_room(cache, 999)
        assert not drop_if_unused(cache / "a")
    assert drop_if_unused(cache / "a") and not names(cache)


def test_what_crashes_left_counts_and_goes_unless_it_is_being_fetched(cache: Path) -> None:
    (cache / "e").mkdir()  # its digest was not written yet
    for name in ("f", "g", "h"):
        (cache / f"{name}.partial").mkdir()
        (cache / f"{name}.partial" / "half").write_bytes(bytes(500))
    (cache / "i.dropped" / "textures").mkdir(parents=True)
    with in_use(cache / "f"), coming(cache / "g", 800):
        make_room(cache, 500 + 800)
    assert names(cache) == {"f.partial", "g.partial"}
    assert size_there(cache / "g") == 500


def test_a_package_that_is_deleted_is_not_there_half(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash, or another thread, finds it whole or not at all."""

    def dies(path: Path, **_: object) -> None:
        if Path(path).exists():
            raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", dies)
    with pytest.raises(KeyboardInterrupt):
        drop_if_unused(cache / "a")
    assert names(cache) == both("b", "c") | {"a.dropped"}
    monkeypatch.undo()
    make_room(cache, 2000)
    assert names(cache) == both("b", "c")


def test_nobody_begins_to_use_what_another_thread_is_deleting(cache: Path) -> None:
    """Whoever holds a package has it as long as it does, whatever another thread would delete."""
    over, gone = threading.Event(), 0

    def delete() -> None:
        while not over.is_set():
            drop_if_unused(cache / "z")

    deleting = threading.Thread(target=delete)
    deleting.start()
    for _ in range(200):
        with in_use(cache / "z"):
            package(cache, "z", 1, 0)
            gone += not (cache / "z" / "textures" / "one").exists()
            drop_package(cache / "z")
    over.set()
    deleting.join()
    assert not gone


def test_what_is_fetched_beside_has_its_room_too(cache: Path) -> None:
    with coming(cache / "e", 999) as partial:
        make_room(cache, 3999)
        assert names(cache) == both("a", "b", "c")
        make_room(cache, 3998)
        assert names(cache) == both("b", "c")
        partial.mkdir()
    make_room(cache, 2000)
    assert names(cache) == both("b", "c") | {"e.partial"}  # for the next try


def test_two_packages_that_the_disk_has_no_room_for_together_do_not_come_together(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each looked at the disk before the other had written anything."""
    disk = shutil.disk_usage(cache)
    free = 10_000 + min(SPARE_BYTES, disk.total // SPARE_PART)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk._replace(free=free))
    with coming(cache / "e", 6000) as partial:
        make_room(cache, CACHE_BYTES)
        with coming(cache / "f", 6000):
            with pytest.raises(DiskFull, match="12000 bytes are to come"):
                make_room(cache, CACHE_BYTES)
            partial.mkdir()
            (partial / "one").write_bytes(bytes(3000))
            make_room(cache, CACHE_BYTES)


def test_an_empty_cache_has_room(tmp_path: Path) -> None:
    make_room(tmp_path, 0)


def test_fetching_makes_room_and_use_keeps_a_package(disk: Path) -> None:
    store, reporter, cache = MemoryStore(), RecordingReporter(), disk / "packages"

    def fetch(number: int) -> Path:
        source = disk / f"scene-{number}"
        made = run(pin_package(store, source, pack(source, [number]), bytes(range(32)), reporter))
        place = (store, made.cid, made.size_bytes, made.file_count, cache, reporter)
        return run(fetch_package(*place, cache_bytes=2 * made.size_bytes + 20))[0]

    first, second = fetch(1), fetch(2)
    for folder in (first, second):
        os.utime(noted(folder), (1, 1))
    assert fetch(1) == first  # used now
    third = fetch(3)
    assert names(cache) == both(first.name, third.name)
    store.fail("fetch_folder", StoreError("away"))
    assert fetch(1) == first


def test_files_that_come_and_go_meanwhile_are_in_nobodys_way(cache: Path) -> None:
    """Packages are fetched and deleted beside each other; a lease was given back for what another one did."""
    stop = threading.Event()

    def fetch() -> None:
        while not stop.is_set():
            folder = cache / "d.partial" / "deep"
            folder.mkdir(parents=True)
            for number in range(20):
                (folder / f"{number}").touch()
            shutil.rmtree(cache / "d.partial")

    beside = threading.Thread(target=fetch)
    beside.start()
    try:
        with coming(cache / "d", 10):
            for _ in range(12):
                make_room(cache, 10_000)
                size_there(cache / "d")
        for _ in range(12):
            make_room(cache, 10_000)
    finally:
        stop.set()
        beside.join()
    assert both("a", "b", "c") <= names(cache)


def test_what_begins_to_come_while_it_is_deleted_begins_from_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was deleted under the hands of who fetched it was missing from the package."""
    partial = cache / "d.partial"
    partial.mkdir()
    (partial / "old").touch()
    delete = shutil.rmtree

    def slowly(folder: Path, **options: Any) -> None:
        if folder.exists() and "d." in folder.name:
            with in_use(cache / "d"), coming(cache / "d", 10):  # in the loop's thread
                partial.mkdir(exist_ok=True)
                (partial / "new").touch()
        delete(folder, **options)

    monkeypatch.setattr(shutil, "rmtree", slowly)
    assert drop_if_unused(cache / "d")
    assert [path.name for path in partial.iterdir()] == ["new"]
