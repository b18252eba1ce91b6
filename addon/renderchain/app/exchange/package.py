"""A package's way to the store and back, every digest checked."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ...core.errors import ContentError
from ...core.job import JobInfo, family_of
from ...core.manifest import MANIFEST_NAME, MAX_MANIFEST_BYTES, Manifest, PackedFile, parse_manifest
from ...core.notices.jobs import DownloadStarted, UploadStarted
from ...ports.content_store import ContentStore
from ...ports.reporter import Reporter

READ_BYTES = 2**20


@dataclass(frozen=True)
class PinnedPackage:
    """A package in the store."""

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
        if file_entry(root, path) != entry:
            raise ContentError(f"The file {entry.path!r} does not match its digest: refused.")


async def pin_package(
    store: ContentStore, folder: Path, manifest: Manifest, requester_key: bytes, reporter: Reporter
) -> PinnedPackage:
    """Pin a packed folder whose results are to be sealed for that key. Raises StoreError."""
    manifest = replace(manifest, requester_key=requester_key.hex())
    (folder / MANIFEST_NAME).write_bytes(manifest.to_bytes())
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    total = sum(sizes)
    reporter.tell(UploadStarted(len(sizes), total))
    cid = await store.add_folder(folder, lambda done: reporter.progress("bytes uploaded", done, total))
    return PinnedPackage(cid, manifest, total, len(sizes))


async def fetch_package(
    store: ContentStore, cid: str, size_bytes: int, file_count: int, cache: Path, reporter: Reporter
) -> tuple[Path, Manifest]:
    """The package's folder in the cache and its manifest, fetched if it is not there yet.

    ``size_bytes`` and ``file_count`` are the job's own words and the limits of the download.
    Raises StoreError or ContentError, and leaves nothing half-done behind.
    """
    folder = cache / cid
    if not folder.exists():
        partial = cache / f"{cid}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        reporter.tell(DownloadStarted(cid, size_bytes))
        try:
            await store.fetch_folder(
                cid,
                partial,
                max_bytes=size_bytes,
                max_files=file_count,
                on_bytes=lambda done: reporter.progress("bytes fetched", done, size_bytes),
            )
            check_files(partial, _manifest(partial).files)
            os.replace(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return folder, _manifest(folder)


def check_terms(manifest: Manifest, terms: JobInfo) -> None:
    """Raise ContentError where the package contradicts what the chain says of it."""
    if len(manifest.frames) != terms.tasks:
        raise ContentError(
            f"The package has {len(manifest.frames)} frames, the job {terms.tasks} tasks: refused."
        )
    stem = family_of(manifest.blender_version, manifest.engine, "").to_bytes(31, "big").lstrip(b"\0")
    if not terms.family.to_bytes(31, "big").lstrip(b"\0").startswith(stem):
        raise ContentError("The package needs another Blender or engine than the job says: refused.")
    leaves = manifest.leaves_per_frame
    if leaves != terms.tiles:
        # The contract draws and finds leaves by the job's number: an honest answer would look false.
        raise ContentError(f"The package has {leaves} leaves a frame, the job says {terms.tiles}: refused.")


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST_NAME
    if not path.is_file():
        raise ContentError(f"The package has no {MANIFEST_NAME}: refused.")
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise ContentError(f"The manifest has {path.stat().st_size} bytes: refused.")
    return parse_manifest(path.read_bytes())
