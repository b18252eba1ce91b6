"""A package arrives whole and as it was named, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.exchange.package import (
    PinnedPackage,
    check_files,
    check_terms,
    fetch_package,
    file_entry,
    pin_package,
)
from renderchain.core.errors import ContentError, StoreError
from renderchain.core.job import family_of
from renderchain.core.manifest import MANIFEST_NAME, Manifest
from renderchain.core.notices.jobs import DownloadStarted, UploadStarted

from devkit.fakes.clock import run
from devkit.fakes.content_store import Folder, MemoryStore
from devkit.fakes.package import pack
from devkit.fakes.reporter import RecordingReporter
from tests.unit.app.bench import TASKS, job_info

REQUESTER_KEY = bytes(range(32))


class Shelf:
    """A pinned package, and the cache of somebody who fetches it."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryStore()
        self.reporter = RecordingReporter()
        self.cache = folder / "packages"
        self.cache.mkdir()
        self.source = folder / "scene"
        manifest = pack(self.source, range(1, TASKS + 1))
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
    assert list(shelf.cache.iterdir()) == [folder]
    assert (folder / "main.blend").read_bytes() == (shelf.source / "main.blend").read_bytes()


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


def test_a_package_may_not_contradict_its_job(shelf: Shelf) -> None:
    manifest, terms = shelf.package.manifest, job_info(shelf.package)
    check_terms(manifest, terms)
    check_terms(manifest, replace(terms, family=family_of((4, 5), "CYCLES", "OPTIX")))
    with pytest.raises(ContentError, match=f"{TASKS} frames, the job {TASKS + 1} tasks"):
        check_terms(manifest, replace(terms, tasks=TASKS + 1))
    with pytest.raises(ContentError, match="2 leaves a frame, the job says 1"):
        check_terms(manifest, replace(terms, tiles=1))
    for version, engine in (((4, 2), "CYCLES"), ((4, 5), "EEVEE")):
        with pytest.raises(ContentError, match="another Blender or engine"):
            check_terms(manifest, replace(terms, family=family_of(version, engine, "CPU")))
