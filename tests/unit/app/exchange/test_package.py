"""A package arrives whole and as it was named, or not at all."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.app.audit.kept_content import KeptContent
from renderchain.app.exchange import package
from renderchain.app.exchange.package import (
    PinnedPackage,
    check_files,
    fetch_checked,
    fetch_package,
    file_entry,
    pin_package,
)
from renderchain.core.errors import ContentError, DiskFull, PackageTooMuch, PackageUnfit, StoreError
from renderchain.core.gate import NO_LIMITS, GateLimits
from renderchain.core.job import JobInfo
from renderchain.core.manifest import MANIFEST_NAME, PIECES, Manifest
from renderchain.core.notices.jobs import DownloadStarted, PackageDamaged, UploadStarted

from devkit.fakes.clock import run
from devkit.fakes.content_store import Folder, MemoryStore
from devkit.fakes.package import pack
from devkit.fakes.reporter import RecordingReporter
from tests.unit.app.bench import TASKS, job_info
from tests.unit.core.blend.made import Addresses, Form, Thing, scene

REQUESTER_KEY = bytes(range(32))


class Shelf:
    """A pinned package, and the cache of somebody who fetches it."""

    def __init__(self, folder: Path, raw: bytes = b"a scene") -> None:
        self.store = MemoryStore()
        self.reporter = RecordingReporter()
        self.cache = folder / "packages"
        self.cache.mkdir()
        self.source = folder / "scene"
        manifest = pack(self.source, range(1, TASKS + 1), raw)
        self.package: PinnedPackage = run(
            pin_package(self.store, self.source, manifest, REQUESTER_KEY, self.reporter)
        )

    @property
    def stored(self) -> Folder:
        """The package's files in the store."""
        return self.store.folders[self.package.cid]

    def fetch(self) -> tuple[Path, Manifest]:
        """As a worker does, within what the job announced."""
        limits = self.package.size_bytes, self.package.file_count
        return run(fetch_package(self.store, self.package.cid, *limits, self.cache, self.reporter))


@pytest.fixture
def shelf(disk: Path) -> Shelf:
    return Shelf(disk)


def test_a_pinned_package_names_its_requesters_key_and_its_size(shelf: Shelf) -> None:
    assert shelf.package.manifest.requester_key == REQUESTER_KEY.hex()
    assert shelf.stored[MANIFEST_NAME] == shelf.package.manifest.to_bytes()
    size_bytes = sum(map(len, shelf.stored.values()))
    assert (shelf.package.file_count, shelf.package.size_bytes) == (2, size_bytes)
    assert shelf.reporter.heard(UploadStarted) == [UploadStarted(2, size_bytes)]


def test_a_package_is_fetched_once(shelf: Shelf) -> None:
    folder, manifest = shelf.fetch()
    assert manifest == shelf.package.manifest
    assert (folder / "main.blend").read_bytes() == (shelf.source / "main.blend").read_bytes()
    shelf.store.lose(shelf.package.cid)
    assert shelf.fetch() == (folder, manifest)
    assert len(shelf.reporter.heard(DownloadStarted)) == 1


def spoil(stored: Folder) -> None:
    stored["main.blend"] = stored["main.blend"][::-1]


def take_file(stored: Folder) -> None:
    del stored["main.blend"]


def take_manifest(stored: Folder) -> None:
    del stored[MANIFEST_NAME]


def add_file(stored: Folder) -> None:
    stored["more.blend"] = b"more"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (spoil, "does not match its digest"),
        (take_file, "is named but missing"),
        (take_manifest, "has no manifest"),
        (add_file, "larger than was announced"),
    ],
)
def test_another_package_than_the_named_one_is_refused_and_leaves_nothing(
    shelf: Shelf, change: Callable[[Folder], None], words: str
) -> None:
    change(shelf.stored)
    with pytest.raises(ContentError, match=words):
        shelf.fetch()
    assert list(shelf.cache.iterdir()) == []


def test_a_store_that_is_away_leaves_nothing(shelf: Shelf) -> None:
    shelf.store.fail("fetch_folder", StoreError("away"))
    with pytest.raises(StoreError):
        shelf.fetch()
    assert list(shelf.cache.iterdir()) == []


def test_what_a_crash_left_half_done_is_fetched_anew(shelf: Shelf) -> None:
    partial = shelf.cache / f"{shelf.package.cid}.partial"
    partial.mkdir()
    (partial / "main.blend").write_bytes(b"half")
    folder, _ = shelf.fetch()
    assert not partial.exists()
    assert (folder / "main.blend").read_bytes() == (shelf.source / "main.blend").read_bytes()


def test_an_earlier_try_that_left_strange_files_is_not_the_packages_fault(shelf: Shelf) -> None:
    """The worker would leave the job alone for good."""
    partial = shelf.cache / f"{shelf.package.cid}.partial"
    partial.mkdir()
    (partial / "strange").write_bytes(b"of a disk that forgot")
    folder, _ = shelf.fetch()
    assert not (folder / "strange").exists() and not partial.exists()


def test_a_link_is_no_file_of_a_package(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"a scene")
    named = replace(file_entry(tmp_path, target), path="link")
    link.write_bytes(b"a scene")
    check_files(tmp_path, [named])
    link.unlink()
    link.symlink_to(target)
    with pytest.raises(ContentError, match="is named but missing"):
        check_files(tmp_path, [named])


def rot_a_bit(package: Path) -> None:
    """As a disk does: size and times stay as they were."""
    scene = package / "main.blend"
    times = scene.stat().st_atime_ns, scene.stat().st_mtime_ns
    raw = bytearray(scene.read_bytes())
    raw[3] ^= 1
    scene.write_bytes(raw)
    os.utime(scene, ns=times)


def truncate(package: Path) -> None:
    (package / "main.blend").write_bytes(b"")


def lose_file(package: Path) -> None:
    (package / "main.blend").unlink()


def link_file(package: Path) -> None:
    (package / "main.blend").unlink()
    (package / "main.blend").symlink_to("/dev/zero")


def gain_file(package: Path) -> None:
    (package / "more.blend").write_bytes(b"more")


def rot_manifest(package: Path) -> None:
    manifest = package / MANIFEST_NAME
    manifest.write_bytes(manifest.read_bytes().replace(b'"samples":1,', b'"samples":2,'))


def lose_note(package: Path) -> None:
    package.with_name(f"{package.name}.sha256").unlink()


DAMAGES = [rot_a_bit, truncate, lose_file, link_file, gain_file, rot_manifest, lose_note]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_package_that_the_disk_damaged_is_thrown_away_and_fetched_again(
    shelf: Shelf, damage: Callable[[Path], None]
) -> None:
    folder, manifest = shelf.fetch()
    damage(folder)
    assert shelf.fetch() == (folder, manifest)
    assert {path.name for path in folder.iterdir()} == {MANIFEST_NAME, "main.blend"}
    check_files(folder, manifest.files)
    (notice,) = shelf.reporter.heard(PackageDamaged)
    assert notice.package_cid == shelf.package.cid and len(shelf.reporter.heard(DownloadStarted)) == 2


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_package_that_nobody_has_any_more_is_not_used(
    shelf: Shelf, damage: Callable[[Path], None]
) -> None:
    folder, _ = shelf.fetch()
    damage(folder)
    shelf.store.lose(shelf.package.cid)
    for _ in range(2):
        with pytest.raises(StoreError):
            shelf.fetch()
    assert list(shelf.cache.iterdir()) == []


def test_a_package_with_a_file_that_its_manifest_lacks_is_refused(shelf: Shelf) -> None:
    del shelf.stored["main.blend"]
    shelf.stored["text.blend"] = b"a scene"
    with pytest.raises(ContentError):
        shelf.fetch()
    shelf.stored.update({"main.blend": b"a scene"})
    with pytest.raises(ContentError, match=r"'text\.blend', which its manifest lacks"):
        run(fetch_package(shelf.store, shelf.package.cid, 10**6, 9, shelf.cache, shelf.reporter))


def test_what_every_worker_would_refuse_is_not_pinned(shelf: Shelf) -> None:
    manifest = replace(shelf.package.manifest, scene="x" * 300)
    with pytest.raises(ContentError, match="'scene'"):
        run(pin_package(shelf.store, shelf.source, manifest, REQUESTER_KEY, shelf.reporter))
    assert set(shelf.store.folders) == {shelf.package.cid}


def test_nothing_passes_the_gate_that_contradicts_its_job_or_is_too_much(shelf: Shelf) -> None:
    terms = job_info(shelf.package)

    def fetch(job: JobInfo, limits: GateLimits = NO_LIMITS) -> Manifest:
        return run(fetch_checked(shelf.store, job, shelf.cache, shelf.reporter, limits))[1]

    with pytest.raises(PackageTooMuch):
        fetch(terms, GateLimits(package_bytes=1))
    assert list(shelf.cache.iterdir()) == []
    assert fetch(terms) == shelf.package.manifest
    with pytest.raises(PackageUnfit, match="2 leaves a frame, the job says 1000"):
        fetch(replace(terms, tiles=1000))
    with pytest.raises(PackageTooMuch, match="width"):
        fetch(terms, GateLimits(frame_pixels=1))


def test_two_who_need_a_damaged_package_at_once_fetch_it_once(shelf: Shelf) -> None:
    folder, manifest = shelf.fetch()
    truncate(folder)
    place = (shelf.store, shelf.package.cid, shelf.package.size_bytes, shelf.package.file_count)

    async def both() -> list[tuple[Path, Manifest]]:
        return await asyncio.gather(*(fetch_package(*place, shelf.cache, shelf.reporter) for _ in range(2)))

    assert run(both()) == [(folder, manifest)] * 2
    assert len(shelf.reporter.heard(DownloadStarted)) == 2


def cut_shelf(disk: Path) -> Shelf:
    """A pinned package whose scene is a .blend that was cut."""
    things = [Thing(f"OB{number}", plain=bytes([number]) * 9000) for number in range(40)]
    raw = scene(Form(), things, Addresses([2**24 + 64 * place for place in range(200)]))
    return Shelf(disk, raw)


def test_a_scene_in_pieces_is_put_together_and_takes_no_more_than_the_job_says(disk: Path) -> None:
    shelf = cut_shelf(disk)
    assert "main.blend" not in shelf.stored and len(shelf.stored) > 5
    folder, manifest = shelf.fetch()
    assert (folder / "main.blend").read_bytes() == (shelf.source / "main.blend").read_bytes()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert (len(files), sum(path.stat().st_size for path in files)) == (
        shelf.package.file_count,
        shelf.package.size_bytes,
    )
    assert shelf.fetch() == (folder, manifest)
    assert len(shelf.reporter.heard(DownloadStarted)) == 1


@pytest.mark.parametrize("step", ["put_together", "check_files"])
def test_who_is_cancelled_while_it_is_put_together_leaves_only_what_came(
    disk: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """It was written beside the next try, which took the files for the store's, and the job was refused."""
    shelf = cut_shelf(disk)
    work, begun, ended = getattr(package, step), threading.Event(), threading.Event()

    def slowly(*what: Any) -> None:
        begun.set()
        time.sleep(0.3)
        work(*what)
        ended.set()

    monkeypatch.setattr(package, step, slowly)

    async def life() -> None:
        place = (shelf.package.cid, shelf.package.size_bytes, shelf.package.file_count, shelf.cache)
        fetching = asyncio.create_task(fetch_package(shelf.store, *place, shelf.reporter))
        await asyncio.to_thread(begun.wait)
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching
        assert ended.is_set()
        (partial,) = [path for path in shelf.cache.iterdir() if path.is_dir()]
        assert not (partial / "main.blend").exists() and (partial / MANIFEST_NAME).exists()

    asyncio.run(life())
    shelf.fetch()


def test_a_disk_that_is_full_while_it_is_put_together_is_nobodys_fault(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = cut_shelf(disk)

    def full(*what: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(package, "check_files", full)
        with pytest.raises(DiskFull):
            shelf.fetch()
    shelf.fetch()


def test_what_was_fetched_in_pieces_can_be_pinned_again_under_the_same_name(disk: Path) -> None:
    shelf = cut_shelf(disk)
    folder, manifest = shelf.fetch()
    kept = KeptContent(disk / "kept")
    kept.keep(shelf.package.cid, folder, [recipe.path for recipe in manifest.recipes])
    found = kept.find(shelf.package.cid)
    assert found and (folder / "main.blend").exists()
    assert run(shelf.store.add_folder(found, lambda _: None)) == shelf.package.cid


def exchange_pieces(stored: Folder) -> None:
    """Two pieces that hold each other's bytes."""
    one, other = [name for name in stored if name.startswith(PIECES)][:2]
    stored[one], stored[other] = stored[other], stored[one]


def lose_piece(stored: Folder) -> None:
    del stored[next(name for name in stored if name.startswith(PIECES))]


def add_whole(stored: Folder) -> None:
    """The file itself beside its pieces, in place of one of them."""
    stored["main.blend"] = b"short"
    lose_piece(stored)


def swell(stored: Folder) -> None:
    """A file that is said to have more bytes than the job announced, and the same pieces many times."""
    document = json.loads(stored[MANIFEST_NAME])
    document["files"][0]["size_bytes"] *= 50
    document["recipes"][0]["pieces"] *= 50
    stored[MANIFEST_NAME] = json.dumps(document).encode()
    for name in [name for name in stored if name.startswith(PIECES)]:
        stored[name] = stored[name][: len(stored[name]) // 2]  # as few bytes as announced


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (exchange_pieces, "does not match its digest"),
        (lose_piece, "is named but missing"),
        (add_whole, r"'main\.blend', which its manifest lacks|is named but missing"),
        (swell, "were announced"),
    ],
)
def test_other_pieces_than_the_named_ones_are_refused_and_leave_nothing(
    disk: Path, change: Callable[[Folder], None], words: str
) -> None:
    shelf = cut_shelf(disk)
    change(shelf.stored)
    with pytest.raises(ContentError, match=words):
        shelf.fetch()
    assert list(shelf.cache.iterdir()) == []
