"""A package's way to the store and back, every digest checked."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakValueDictionary

from ...core.disk_room import is_full
from ...core.errors import ContentError, DiskFull
from ...core.gate import CACHE_BYTES, GateLimits, check_before_fetch, check_gate
from ...core.job import JobInfo
from ...core.manifest import MANIFEST_NAME, MAX_MANIFEST_BYTES, Manifest, PackedFile, parse_manifest
from ...core.notices.jobs import DownloadStarted, PackageDamaged, UploadStarted
from ...ports.content_store import ContentStore
from ...ports.reporter import Reporter
from .package_cache import coming, drop_package, in_use, make_room, noted, touch
from .pieces import put_together, take_apart

READ_BYTES = 2**20
_TURNS: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()


@dataclass(frozen=True)
class PinnedPackage:
    """A package in the store.

    ``size_bytes`` and ``file_count`` are of all that lies on the disk of who fetched it: what the store
    has, and the files that were put together from it.
    """

    cid: str
    manifest: Manifest
    size_bytes: int
    file_count: int


def file_entry(root: Path, path: Path) -> PackedFile:
    """A file's entry for a manifest or a result, its path relative to the root."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            digest.update(chunk)
    return PackedFile(path.relative_to(root).as_posix(), digest.hexdigest(), path.stat().st_size)


def check_files(root: Path, files: Iterable[PackedFile]) -> None:
    """Raise ContentError unless each file is there with its size and digest."""
    for entry in files:
        path = root / entry.path
        if not path.is_file() or path.is_symlink():
            raise ContentError(f"The file {entry.path!r} is named but missing: refused.")
        if path.stat().st_size != entry.size_bytes or file_entry(root, path) != entry:
            raise ContentError(f"The file {entry.path!r} does not match its digest: refused.")


async def pin_package(
    store: ContentStore, folder: Path, manifest: Manifest, requester_key: bytes, reporter: Reporter
) -> PinnedPackage:
    """Pin a packed folder whose results are to be sealed for that key. Raises StoreError.

    Raises ContentError for what every worker would refuse.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.") as name:
        stored = Path(name)
        recipes = await asyncio.to_thread(take_apart, folder, manifest.files, stored)
        manifest = replace(manifest, requester_key=requester_key.hex(), recipes=recipes)
        document = manifest.to_bytes()
        parse_manifest(document)
        (stored / MANIFEST_NAME).write_bytes(document)
        sizes = _sizes(stored)
        reporter.tell(UploadStarted(len(sizes), sum(sizes)))
        cid = await store.add_folder(
            # What goes over the wire is a little more than the files.
            stored,
            lambda done: reporter.progress("bytes uploaded", min(done, sum(sizes)), sum(sizes)),
        )
    return PinnedPackage(cid, manifest, sum(sizes) + manifest.cut_bytes, len(sizes) + len(recipes))


async def fetch_package(
    store: ContentStore,
    cid: str,
    size_bytes: int,
    file_count: int,
    cache: Path,
    reporter: Reporter,
    *,
    cache_bytes: int = CACHE_BYTES,
) -> tuple[Path, Manifest]:
    """The package's folder in the cache and its manifest, fetched if it is not there whole.

    ``size_bytes`` and ``file_count`` are the job's own words and the limits of the download. What is there
    is hashed again: a disk forgets, and what is rendered of that costs a stake. What is damaged is
    thrown away and fetched once more. For a new one others make room that were not used for the longest, so
    that all together have ``cache_bytes``. Raises StoreError, ContentError or DiskFull. After a StoreError or
    a cancellation the next try goes on with what has come.
    """
    folder = cache / cid
    with in_use(folder):
        async with _turn(folder):
            return await _fetch(store, folder, size_bytes, file_count, reporter, cache_bytes)


async def _fetch(
    store: ContentStore, folder: Path, size_bytes: int, file_count: int, reporter: Reporter, cache_bytes: int
) -> tuple[Path, Manifest]:
    cid, cache = folder.name, folder.parent
    if folder.exists():
        try:
            manifest = await asyncio.to_thread(check_package, folder)
            touch(folder)
            return folder, manifest
        except ContentError as error:
            reporter.tell(PackageDamaged(cid, str(error)))
            await asyncio.to_thread(drop_package, folder)
    cache.mkdir(parents=True, exist_ok=True)
    with coming(folder, size_bytes) as partial:
        await asyncio.to_thread(make_room, cache, cache_bytes)
        manifest = await _fetch_whole(store, cid, partial, size_bytes, file_count, reporter)
    noted(folder).write_text(_digest(partial))
    os.replace(partial, folder)
    return folder, manifest


async def _fetch_whole(
    store: ContentStore, cid: str, partial: Path, size_bytes: int, file_count: int, reporter: Reporter
) -> Manifest:
    reporter.tell(DownloadStarted(cid, size_bytes))
    is_fresh = not partial.exists()
    try:
        await store.fetch_folder(
            cid,
            partial,
            max_bytes=size_bytes,
            max_files=file_count,
            on_bytes=lambda done: reporter.progress("bytes fetched", done, size_bytes),
        )
        return await _unpack(partial, size_bytes)
    except (ContentError, DiskFull) as error:
        await asyncio.to_thread(shutil.rmtree, partial, ignore_errors=True)
        if is_fresh or isinstance(error, DiskFull):
            raise
    # What an earlier try left may be to blame, and not who made the package.
    return await _fetch_whole(store, cid, partial, size_bytes, file_count, reporter)


async def fetch_checked(
    store: ContentStore, job: JobInfo, cache: Path, reporter: Reporter, limits: GateLimits
) -> tuple[Path, Manifest]:
    """A job's package, past the gate.

    Raises StoreError, DiskFull or ContentError; PackageUnfit or PackageTooMuch where the gate is shut.
    """
    check_before_fetch(job, limits)
    size = (job.package_bytes, job.package_files)
    parts = (store, job.package_cid, *size, cache, reporter)
    package, manifest = await fetch_package(*parts, cache_bytes=limits.cache_bytes or CACHE_BYTES)
    check_gate(job, manifest, limits)
    return package, manifest


def check_package(folder: Path) -> Manifest:
    """A cached package's manifest; raises ContentError unless all is as it was fetched, and nothing more."""
    note = noted(folder)
    if not note.is_file() or note.read_text() != _digest(folder):
        raise ContentError(f"The manifest of the package {folder.name} is not the one that was fetched.")
    return read_package(folder)


async def _unpack(folder: Path, most_bytes: int) -> Manifest:
    """Put together what came in pieces, and check all; raises ContentError, DiskFull or OSError.

    Who is cancelled waits for its end, so that nothing is written beside the next try.
    """
    unpacking = asyncio.create_task(asyncio.to_thread(_put_together, folder, most_bytes))
    try:
        return await asyncio.shield(unpacking)
    except asyncio.CancelledError:
        await asyncio.gather(unpacking, return_exceptions=True)
        await asyncio.to_thread(_leave_what_came, folder)
        raise


def _put_together(folder: Path, most_bytes: int) -> Manifest:
    manifest = _manifest(folder)
    _check_names(folder, manifest.stored_paths)
    size_bytes = sum(_sizes(folder)) + manifest.cut_bytes
    if size_bytes > most_bytes:
        raise ContentError(f"The package has {size_bytes} bytes, and {most_bytes} were announced: refused.")
    try:
        put_together(folder, manifest)
        check_files(folder, manifest.files)
    except OSError as error:
        _leave_what_came(folder)
        if is_full(error):
            raise DiskFull(f"There is no room to put {folder.stem} together. Make some.") from error
        raise
    return manifest


def _leave_what_came(folder: Path) -> None:
    """Delete what was put together, for the next try to go on with what the store gave."""
    with suppress(ContentError, OSError):
        for recipe in _manifest(folder).recipes:
            (folder / recipe.path).unlink(missing_ok=True)


def read_package(folder: Path) -> Manifest:
    """The manifest of a package that lies in a folder; raises ContentError unless all is as it says."""
    manifest = _manifest(folder)
    check_files(folder, manifest.files)
    _check_names(folder, manifest.stored_paths | {file.path for file in manifest.files})
    return manifest


def _check_names(folder: Path, names: frozenset[str]) -> None:
    """Raise ContentError unless the folder has these files, and nothing more."""
    files = {path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}
    for name in sorted({path.relative_to(folder).as_posix() for path in files} ^ names):
        if name in names:
            raise ContentError(f"The file {name!r} is named but missing: refused.")
        raise ContentError(f"The package has the file {name[:200]!r}, which its manifest lacks: refused.")
    if any(path.is_symlink() for path in files):
        raise ContentError("The package has a symbolic link: refused.")


def _sizes(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.rglob("*") if path.is_file()]


def _digest(folder: Path) -> str:
    path = folder / MANIFEST_NAME
    return file_entry(folder, path).sha256 if path.is_file() and not path.is_symlink() else ""


def _turn(folder: Path) -> asyncio.Lock:
    """Worker and verifier share a cache: one at a time fetches a package or throws it away."""
    return _TURNS.setdefault(folder, asyncio.Lock())


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST_NAME
    if not path.is_file() or path.is_symlink():
        raise ContentError(f"The package has no {MANIFEST_NAME}: refused.")
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise ContentError(f"The manifest has {path.stat().st_size} bytes: refused.")
    return parse_manifest(path.read_bytes())
