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
_IN_USE: Counter[Path] = Counter()


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


def make_room(cache: Path, most_bytes: int) -> None:
    """Delete packages until those that are left have so many bytes, or all of them are needed."""
    last_used = {one.with_suffix(""): one.stat().st_mtime for one in cache.glob("*.sha256")}
    for folder in cache.glob("*"):  # without a digest it would be fetched anew anyway
        if folder.is_dir() and folder.suffix != ".partial":
            last_used.setdefault(folder, 0.0)
    sizes = {one: _size_of(one) for one in last_used}
    left, newest_s = sum(sizes.values()), max(last_used.values(), default=0.0)
    for package in sorted(last_used, key=lambda one: last_used[one]):
        if left <= most_bytes:
            return
        if not is_in_use(package) and last_used[package] <= newest_s - RECENT_S:
            drop_package(package)
            left -= sizes[package]


def check_room(cache: Path, size_bytes: int) -> None:
    """Raise DiskFull where so much more would leave too little for evidence and journal."""
    disk = shutil.disk_usage(cache)
    left = disk.free - min(SPARE_BYTES, disk.total // SPARE_PART)
    if size_bytes > left:
        raise DiskFull(
            f"A package of {size_bytes} bytes was not fetched: the disk of {cache} has room for "
            f"{max(left, 0)}, what has to stay free left out. Make room, or set most_package_bytes."
        )


def _size_of(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*"))
