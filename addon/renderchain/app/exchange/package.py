"""A package's way to the store and back, every digest checked."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakValueDictionary

from ...core.disk_room import is_full
from ...core.errors import ContentError, DiskFull
from ...core.gate import CACHE_BYTES, GateLimits, check_before_fetch, check_gate
from ...core.job import JobInfo
from ...core.manifest import MANIFEST_NAME, MAX_MANIFEST_BYTES, Manifest, PackedFile, parse_manifest
from ...core.notices.jobs import DownloadStarted, PackageDamaged, UploadStarted
from ...core.private_package import PrivateHeader, is_private, parse_private
from ...ports.content_store import ContentStore
from ...ports.reporter import Reporter
from .package_cache import coming, drop_package, in_use, make_room, noted, touch
from .pieces import put_together, take_apart
from .told_addresses import Beside

READ_BYTES = 2**20
Document = Manifest | PrivateHeader
Opening = Callable[[Path, PrivateHeader], Awaitable[tuple[Path, Manifest]]]  # of a private package
OpeningOf = Callable[[JobInfo], Opening]
Sealing = Callable[[Path, Manifest, Path], None]  # of files as the store would have them, into a new folder
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
    store: ContentStore,
    folder: Path,
    manifest: Manifest,
    requester_key: bytes,
    reporter: Reporter,
    sealing: Sealing | None = None,
) -> PinnedPackage:
    """Pin a packed folder whose results are to be sealed for that key; a private one with ``sealing``.

    Raises StoreError, or ContentError for what every worker would refuse.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.") as name:
        stored, plain = Path(name) / "stored", list[int]()
        stored.mkdir()
        recipes = await asyncio.to_thread(take_apart, folder, manifest.files, stored)
        manifest = replace(manifest, requester_key=requester_key.hex(), recipes=recipes)
        document = manifest.to_bytes()
        parse_manifest(document)
        (stored / MANIFEST_NAME).write_bytes(document)
        if sealing:  # who fetches it has both on the disk
            plain, sealed = _sizes(stored), Path(name) / "sealed"
            await asyncio.to_thread(sealing, stored, manifest, sealed)
            stored = sealed
        sizes = _sizes(stored)
        whole = sum(sizes)  # once: with many small files each tells how far it is
        reporter.tell(UploadStarted(len(sizes), whole))
        cid = await store.add_folder(
            # What goes over the wire is a little more than the files.
            stored,
            lambda done: reporter.progress("bytes uploaded", min(done, whole), whole),
        )
    all_sizes = sizes + plain
    return PinnedPackage(cid, manifest, sum(all_sizes) + manifest.cut_bytes, len(all_sizes) + len(recipes))


async def fetch_package(
    store: ContentStore,
    cid: str,
    size_bytes: int,
    file_count: int,
    cache: Path,
    reporter: Reporter,
    *,
    cache_bytes: int = CACHE_BYTES,
    opening: Opening | None = None,
) -> tuple[Path, Manifest]:
    """The package's folder in the cache and its manifest, fetched if it is not there whole.

    A private one is opened by ``opening``, which says where; what the store has stays.

    ``size_bytes`` and ``file_count`` are the job's own words and the limits of the download. What is there
    is hashed again: a disk forgets, and what is rendered of that costs a stake. What is damaged is
    thrown away and fetched once more. For a new one others make room that were not used for the longest, so
    that all together have ``cache_bytes``. Raises StoreError, ContentError or DiskFull. After a StoreError or
    a cancellation the next try goes on with what has come.
    """
    folder = cache / cid
    with in_use(folder):
        async with _turn(folder):
            parts = (store, folder, size_bytes, file_count, reporter, cache_bytes)
            was_there = folder.exists()
            document = await _fetch(*parts)
            if isinstance(document, Manifest):
                return folder, document
            try:
                return await _opened(folder, document, opening)
            except ContentError as error:
                if not was_there:  # then each of its blocks was compared with its CID
                    raise
                reporter.tell(PackageDamaged(cid, str(error)))
                await asyncio.to_thread(drop_package, folder)
            await _fetch(*parts)  # what has the same CID has the same header
            return await _opened(folder, document, opening)


async def _opened(folder: Path, header: PrivateHeader, opening: Opening | None) -> tuple[Path, Manifest]:
    if opening is None:
        raise ContentError("The package is private, and nobody here can have its key: refused.")
    return await opening(folder, header)


async def _fetch(
    store: ContentStore, folder: Path, size_bytes: int, file_count: int, reporter: Reporter, cache_bytes: int
) -> Document:
    cid, cache = folder.name, folder.parent
    if folder.exists():
        try:
            document = await asyncio.to_thread(check_package, folder)
            touch(folder)
            return document
        except ContentError as error:
            reporter.tell(PackageDamaged(cid, str(error)))
            await asyncio.to_thread(drop_package, folder)
    cache.mkdir(parents=True, exist_ok=True)
    with coming(folder, size_bytes) as partial:
        await asyncio.to_thread(make_room, cache, cache_bytes)
        document = await _fetch_whole(store, cid, partial, size_bytes, file_count, reporter)
    noted(folder).write_text(_digest(partial))
    os.replace(partial, folder)
    return document


async def _fetch_whole(
    store: ContentStore, cid: str, partial: Path, size_bytes: int, file_count: int, reporter: Reporter
) -> Document:
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
    store: ContentStore,
    job: JobInfo,
    cache: Path,
    reporter: Reporter,
    limits: GateLimits,
    private: OpeningOf | None = None,
    beside: Beside | None = None,
) -> tuple[Path, Manifest]:
    """A job's package, past the gate; a private one opened. ``beside`` goes on while it has to be fetched.

    Raises StoreError, DiskFull or ContentError; PackageUnfit or PackageTooMuch where the gate is shut.
    """
    check_before_fetch(job, limits)
    size = (job.package_bytes, job.package_files)
    parts = (store, job.package_cid, *size, cache, reporter)
    room, opening = limits.cache_bytes or CACHE_BYTES, private and private(job)
    is_here = (cache / job.package_cid).exists()
    async with beside(job) if beside and not is_here else nullcontext():
        package, manifest = await fetch_package(*parts, cache_bytes=room, opening=opening)
    check_gate(job, manifest, limits)
    return package, manifest


def check_package(folder: Path) -> Document:
    """A cached package's manifest, or of a private one the header; raises ContentError unless all is as it
    was fetched, and nothing more. Whether a private one's objects are, shows when they are opened.
    """
    note = noted(folder)
    if not note.is_file() or note.read_text() != _digest(folder):
        raise ContentError(f"The manifest of the package {folder.name} is not the one that was fetched.")
    document = _document(folder)
    if isinstance(document, Manifest):
        return read_package(folder)
    _check_names(folder, document.names)
    return document


async def _unpack(folder: Path, most_bytes: int) -> Document:
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


def _put_together(folder: Path, most_bytes: int) -> Document:
    document = _document(folder)
    if isinstance(document, PrivateHeader):
        _check_names(folder, document.names)
        return document
    return complete_package(folder, document, most_bytes)


def complete_package(folder: Path, manifest: Manifest, most_bytes: int) -> Manifest:
    """Put together what came in pieces, and check all; raises ContentError, DiskFull or OSError."""
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
    document = _document(folder)
    if isinstance(document, PrivateHeader):
        raise ContentError("The package is private: it can't be read without its key.")
    return document


def _document(folder: Path) -> Document:
    path = folder / MANIFEST_NAME
    if not path.is_file() or path.is_symlink():
        raise ContentError(f"The package has no {MANIFEST_NAME}: refused.")
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise ContentError(f"The manifest has {path.stat().st_size} bytes: refused.")
    raw = path.read_bytes()
    return parse_private(raw) if is_private(raw) else parse_manifest(raw)
