"""How much room packages take: those that were not used for the longest go first, those in use never."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core.errors import DiskFull

SPARE_BYTES, SPARE_PART = 2**30, 20  # of the disk, for what must be written whatever a job brings
RECENT_S = 3600  # before the last use of any: a probe may still look at it
PARTIAL = ".partial"  # ends the name of what is still being fetched
_IN_USE: Counter[Path] = Counter()
_COMING: dict[Path, int] = {}  # bytes that partial packages may have in the end


@contextmanager
def in_use(package: Path) -> Iterator[None]:
    """Nobody deletes the package meanwhile."""
    _IN_USE[package] += 1
    try:
        yield
    finally:
        _IN_USE[package] -= 1


def is_in_use(package: Path) -> bool:
    """Whether something is rendered of it now."""
    return _IN_USE[package] > 0


@contextmanager
def coming(package: Path, size_bytes: int) -> Iterator[Path]:
    """Where a package of so many bytes is put together; nothing half-done is left there."""
    partial = package.with_name(f"{package.name}{PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    _COMING[partial] = size_bytes
    try:
        yield partial
    finally:
        del _COMING[partial]
        shutil.rmtree(partial, ignore_errors=True)


def noted(package: Path) -> Path:
    """Where the digest of a cached package's manifest is, which it had when the store gave it.

    Its time is that of the package's last use.
    """
    return package.with_name(f"{package.name}.sha256")


def touch(package: Path) -> None:
    """It is used now."""
    os.utime(noted(package))


def drop_package(package: Path) -> None:
    """Delete a cached package."""
    shutil.rmtree(package, ignore_errors=True)
    noted(package).unlink(missing_ok=True)


def make_room(cache: Path, cache_bytes: int) -> None:
    """Delete packages until there is room for those that are coming, or all of them are needed.

    Raises DiskFull where the disk has no room for what is coming.
    """
    _drop_oldest(cache, max(cache_bytes - sum(_to_come(cache).values()), 0))
    _check_room(cache)


def _to_come(cache: Path) -> dict[Path, int]:
    return {one: size for one, size in list(_COMING.items()) if one.parent == cache}


def _drop_oldest(cache: Path, most_bytes: int) -> None:
    last_used = {one.with_suffix(""): one.stat().st_mtime for one in cache.glob("*.sha256")}
    for folder in cache.glob("*"):  # without a digest it would be fetched anew anyway
        if folder.is_dir() and folder.suffix != PARTIAL:
            last_used.setdefault(folder, 0.0)
    sizes = {one: _size_of(one) for one in last_used}
    left, newest_s = sum(sizes.values()), max(last_used.values(), default=0.0)
    for package in sorted(last_used, key=lambda one: last_used[one]):
        if left <= most_bytes:
            return
        if not is_in_use(package) and last_used[package] <= newest_s - RECENT_S:
            drop_package(package)
            left -= sizes[package]


def _check_room(cache: Path) -> None:
    """Raise DiskFull where what is coming would leave too little for evidence and journal."""
    disk = shutil.disk_usage(cache)
    left = disk.free - min(SPARE_BYTES, disk.total // SPARE_PART)
    lacking = sum(max(size - _size_of(one), 0) for one, size in _to_come(cache).items())
    if lacking > left:
        raise DiskFull(
            f"A package was not fetched: with what is fetched beside it {lacking} bytes are to come, and the "
            f"disk of {cache} has room for {max(left, 0)}, what has to stay free left out. Make room, or set "
            "most_package_bytes."
        )


def _size_of(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*"))
