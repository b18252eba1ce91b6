"""The cache of packages is bounded: the longest unused go, and never one that is in use."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from renderchain.app.exchange.package import fetch_package, pin_package
from renderchain.app.exchange.package_cache import (
    RECENT_S,
    SPARE_BYTES,
    SPARE_PART,
    coming,
    in_use,
    make_room,
    noted,
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


def room_of(path: Path) -> int:
    """What folders take themselves, on this file system."""
    return sum(one.lstat().st_size for one in path.rglob("*") if one.is_dir())


def names(cache: Path) -> set[str]:
    return {path.name for path in cache.iterdir()}


def both(*packages: str) -> set[str]:
    return {name for one in packages for name in (one, f"{one}.sha256")}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Three packages of 1000 bytes; the newest was used just now."""
    for name, unused_s in (("b", 2 * RECENT_S), ("a", 3 * RECENT_S), ("c", 0)):
        package(tmp_path, name, 1000, unused_s)
    return tmp_path


def test_the_longest_unused_go_first_until_there_is_room(cache: Path) -> None:
    each = 1000 + room_of(cache / "a")
    make_room(cache, 3 * each)
    assert names(cache) == both("a", "b", "c")
    make_room(cache, 3 * each - 1)
    assert names(cache) == both("b", "c")


def test_what_is_in_use_or_was_lately_stays(cache: Path) -> None:
    package(cache, "d", 1000, RECENT_S - 1)
    with in_use(cache / "a"):
        make_room(cache, 0)
    assert names(cache) == both("a", "c", "d")
    make_room(cache, 0)
    assert names(cache) == both("c", "d")


def test_a_folder_without_a_digest_goes_and_a_half_done_one_is_not_touched(cache: Path) -> None:
    (cache / "e").mkdir()
    (cache / "f.partial").mkdir()
    make_room(cache, 0)
    assert names(cache) == both("c") | {"f.partial"}


def test_what_is_fetched_beside_has_its_room_too(cache: Path) -> None:
    each = 1000 + room_of(cache / "a")
    with coming(cache / "e", 999) as partial:
        make_room(cache, 3 * each + 999)
        assert names(cache) == both("a", "b", "c")
        make_room(cache, 3 * each + 998)
        assert names(cache) == both("b", "c")
        partial.mkdir()
    make_room(cache, 2 * each)
    assert names(cache) == both("b", "c")


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
        return run(fetch_package(*place, cache_bytes=1))[0]

    first, second = fetch(1), fetch(2)
    for folder in (first, second):
        os.utime(noted(folder), (1, 1))
    assert fetch(1) == first  # used now
    third = fetch(3)
    assert names(cache) == both(first.name, third.name)
    store.fail("fetch_folder", StoreError("away"))
    assert fetch(1) == first
