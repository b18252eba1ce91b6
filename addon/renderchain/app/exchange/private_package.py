"""A private package: encrypted before it is stored, opened beside what the store has of it."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import ContentError, DiskFull
from ...core.job import JobInfo
from ...core.manifest import MANIFEST_NAME, MAX_MANIFEST_BYTES, Manifest, parse_manifest
from ...core.private_package import (
    SALT_BYTES,
    PrivateHeader,
    check_of,
    filled_size,
    is_private,
    object_names,
    object_seal,
    parse_private,
)
from ...core.sealed import sealed_size
from ...ports.content_store import ContentStore
from ...ports.package_keys import PackageKeys, PackageSealer
from .package import Opening, complete_package, read_package
from .package_cache import opened_of

MOST_SEALED_MANIFEST = sealed_size(filled_size(MAX_MANIFEST_BYTES))
KeyOf = Callable[[bytes], bytes]  # of a requester's package with that salt


@dataclass(frozen=True)
class PrivateSealing:
    """Encrypts packages of a requester, each with a key that no other has."""

    sealer: PackageSealer
    key_of: KeyOf

    def __call__(self, stored: Path, manifest: Manifest, target: Path) -> None:
        """Encrypt a package's files as the store would have them, into a new folder."""
        salt = secrets.token_bytes(SALT_BYTES)
        key, names = self.key_of(salt), (MANIFEST_NAME, *object_names(manifest))
        target.mkdir()
        for number, name in enumerate(names):
            seal = object_seal(key, salt, number)
            self.sealer.seal_object(stored / name, target / str(number), seal)
        header = PrivateHeader(salt, check_of(key), len(names))
        (target / MANIFEST_NAME).write_bytes(header.to_bytes())


@dataclass(frozen=True)
class PrivateOpening:
    """Opens packages with keys that come from somewhere."""

    sealer: PackageSealer
    keys: PackageKeys

    def __call__(self, job: JobInfo) -> Opening:
        """What opens that job's package."""

        async def open_it(folder: Path, header: PrivateHeader) -> tuple[Path, Manifest]:
            key = await self.keys.key_of(job, header)
            if not header.fits(key):
                raise ContentError(f"The key of job {job.job_id} is not that of its package: refused.")
            work = asyncio.to_thread(open_package, self.sealer, folder, header, key, job.package_bytes)
            opening = asyncio.create_task(work)
            try:
                return await asyncio.shield(opening)
            except asyncio.CancelledError:  # nothing is written beside the next try
                await asyncio.gather(opening, return_exceptions=True)
                raise

        return open_it


async def read_header(store: ContentStore, cid: str) -> PrivateHeader | None:
    """Of a private package; None for one that is open to all. Raises StoreError or ContentError."""
    raw = await store.read_file(cid, MANIFEST_NAME, MAX_MANIFEST_BYTES)
    return parse_private(raw) if is_private(raw) else None


async def read_manifest(
    store: ContentStore, sealer: PackageSealer, keys: PackageKeys, job: JobInfo, work: Path
) -> tuple[Manifest, PrivateHeader | None]:
    """A job's manifest, without the rest of its package; and the header if that is private.

    Raises StoreError, ContentError or what ``keys`` does.
    """
    raw = await store.read_file(job.package_cid, MANIFEST_NAME, MAX_MANIFEST_BYTES)
    if not is_private(raw):
        return parse_manifest(raw), None
    header = parse_private(raw)
    key = await keys.key_of(job, header)
    place = work / "manifest"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        (place / "0").write_bytes(await store.read_file(job.package_cid, "0", MOST_SEALED_MANIFEST))
        return _open_manifest(sealer, place, header, key, place), header
    finally:
        shutil.rmtree(place, ignore_errors=True)


def is_ready(package: Path) -> bool:
    """Whether a cached package can be used as it lies there, opened if it is private."""
    path = package / MANIFEST_NAME
    return path.is_file() and (opened_of(package).is_dir() or not is_private(path.read_bytes()))


def open_package(
    sealer: PackageSealer, folder: Path, header: PrivateHeader, key: bytes, most_bytes: int
) -> tuple[Path, Manifest]:
    """Where the package is opened, and its manifest; all of it has that many bytes, as the store has it too.

    Raises ContentError or DiskFull, and leaves nothing then.
    """
    target = opened_of(folder)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    new = target.with_name("new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    try:
        manifest = _open_manifest(sealer, folder, header, key, new)
        if target.exists():
            if _is_whole(target, manifest):
                return target, manifest
            shutil.rmtree(target)
        for number, name in enumerate(object_names(manifest), 1):
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            seal = object_seal(key, header.salt, number)
            sealer.open_object(folder / str(number), new / name, seal)
        taken = sum(path.stat().st_size for path in folder.iterdir())
        complete_package(new, manifest, most_bytes - taken)
        os.replace(new, target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"There is no room to open the package {folder.name}. Make some.") from error
        raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return target, manifest


def _open_manifest(
    sealer: PackageSealer, folder: Path, header: PrivateHeader, key: bytes, new: Path
) -> Manifest:
    sealed = folder / "0"
    if sealed.stat().st_size > MOST_SEALED_MANIFEST:
        raise ContentError(f"The package {folder.name} has a manifest that is too large: refused.")
    sealer.open_object(sealed, new / MANIFEST_NAME, object_seal(key, header.salt, 0))
    manifest = parse_manifest((new / MANIFEST_NAME).read_bytes())
    if len(object_names(manifest)) + 1 != header.objects:
        raise ContentError(f"The package {folder.name} has another number of objects than files: refused.")
    return manifest


def _is_whole(opened: Path, manifest: Manifest) -> bool:
    try:
        return read_package(opened) == manifest
    except ContentError:
        return False
