"""How much room packages take: those that were not used for the longest go first, those in use never.

What a crash leaves is a package that is whole, or one that the next try goes on with: both count, and go the
same way.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...core.errors import DiskFull

SPARE_BYTES, SPARE_PART = 2**30, 20  # of the disk, for what must be written whatever a job brings
PARTIAL, DROPPED, OPENED, NOTE = ".partial", ".dropped", ".opened", ".sha256"
_IN_USE: Counter[Path] = Counter()
_COMING: dict[Path, int] = {}  # packages that are being fetched, and the bytes that they may have in the end
_USE = threading.Lock()  # nobody begins to use what is being deleted in another thread


@contextmanager
def in_use(package: Path) -> Iterator[None]:
    """Nobody deletes the package meanwhile, nor what there is of it, opened or not."""
    package = _stored(package)
    with _USE:
        _IN_USE[package] += 1
    try:
        yield
    finally:
        with _USE:
            _IN_USE[package] -= 1


@contextmanager
def coming(package: Path, size_bytes: int) -> Iterator[Path]:
    """Where a package of so many bytes is put together; what is there stays for the next try."""
    _COMING[package] = size_bytes
    try:
        yield partial_of(package)
    finally:
        del _COMING[package]


def noted(package: Path) -> Path:
    """Where the digest of a cached package's manifest is, which it had when the store gave it.

    Its time is that of the package's last use.
    """
    return package.with_name(package.name + NOTE)


def partial_of(package: Path) -> Path:
    """Where a package lies until it is whole."""
    return package.with_name(package.name + PARTIAL)


def opened_of(package: Path) -> Path:
    """Where a private package lies when it is opened, under the same name."""
    return _opened_place(package) / package.name


def _opened_place(package: Path) -> Path:
    return package.with_name(package.name + OPENED)


def _stored(package: Path) -> Path:
    """Where what the store has of a package is, wherever it was opened."""
    return package.parent.with_suffix("") if package.parent.suffix == OPENED else package


def drop_opened(package: Path) -> None:
    """Delete what was opened of a private package, unless it is in use; what the store has of it stays."""
    package = _stored(package)
    with _USE:
        if _IN_USE[package]:
            return
        aside = _put_aside(_opened_place(package))
    _delete(aside)


def drop_all_opened(cache: Path) -> None:
    """Delete what an earlier process left opened."""
    for place in cache.glob(f"*{OPENED}"):
        drop_opened(place.with_suffix(""))


def touch(package: Path) -> None:
    """It is used now."""
    os.utime(noted(package))


def drop_package(package: Path) -> None:
    """Delete a cached package, whoever uses it: it is damaged."""
    for one in (package, _opened_place(package)):
        _delete(_put_aside(one))


def drop_if_unused(package: Path) -> bool:
    """Delete a cached package and what there is of it, unless it is in use; whether that was done."""
    with _USE:
        if _IN_USE[package]:
            return False
        # Who fetches it now begins anew.
        aside = [_put_aside(one) for one in (package, partial_of(package), _opened_place(package))]
    for one in aside:
        _delete(one)
    return True


def cached_cids(cache: Path) -> list[str]:
    """The packages that are whole, those used last first."""
    notes = {one.name.removesuffix(NOTE): _time_of(one) for one in cache.glob(f"*{NOTE}")}
    return sorted(notes, key=lambda one: -notes[one])


def make_room(cache: Path, cache_bytes: int) -> None:
    """Delete packages until there is room for those that are coming, or all of them are needed.

    Raises DiskFull where those in use leave too little of ``cache_bytes``, or the disk too little for what
    is coming.
    """
    for left in cache.glob(f"*{DROPPED}"):  # by a crash
        _delete(left)
    _drop_oldest(cache, cache_bytes - sum(_to_come(cache).values()))
    _check_room(cache)


def _to_come(cache: Path) -> dict[Path, int]:
    return {one: size for one, size in list(_COMING.items()) if one.parent == cache}


def _drop_oldest(cache: Path, most_bytes: int) -> None:
    last_used = {one.with_suffix(""): _time_of(one) for one in cache.glob(f"*{NOTE}")}
    for folder in cache.iterdir():  # without a digest it would be fetched anew anyway
        if folder.is_dir():
            package = folder.with_suffix("") if folder.suffix in (PARTIAL, OPENED) else folder
            last_used.setdefault(package, _time_of(folder) if folder != package else 0.0)
    come = _to_come(cache)
    sizes = {one: _size_whole(one) for one in last_used if one not in come}
    taken = sum(sizes.values())
    for package in sorted(sizes, key=lambda one: last_used[one]):
        if taken <= most_bytes:
            return
        if drop_if_unused(package):
            taken -= sizes[package]
    if taken > most_bytes:
        raise DiskFull(
            f"Packages in use take {taken} bytes in {cache}, and {max(most_bytes, 0)} would have to do for "
            "them and what comes. Wait until one is not needed any more, or set cache_bytes."
        )


def _check_room(cache: Path) -> None:
    """Raise DiskFull where what is coming would leave too little for evidence and journal."""
    disk = shutil.disk_usage(cache)
    left = disk.free - min(SPARE_BYTES, disk.total // SPARE_PART)
    lacking = sum(max(size - size_there(one), 0) for one, size in _to_come(cache).items())
    if lacking > left:
        raise DiskFull(
            f"A package was not fetched: with what is fetched beside it {lacking} bytes are to come, and the "
            f"disk of {cache} has room for {max(left, 0)}, what has to stay free left out. Make room, or set "
            "most_package_bytes."
        )


def size_there(package: Path) -> int:
    """What an earlier try has left of a package."""
    return _size_of(partial_of(package))


def _put_aside(package: Path) -> Path:
    """At once, so that nobody finds half of it."""
    noted(package).unlink(missing_ok=True)
    aside = package.with_name(package.name + DROPPED)
    shutil.rmtree(aside, ignore_errors=True)
    if package.is_dir():
        os.replace(package, aside)
    return aside


def _delete(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _size_whole(package: Path) -> int:
    return sum(map(_size_of, (package, partial_of(package), _opened_place(package))))


def _size_of(folder: Path) -> int:
    """Of what is there now: files come and go while others are fetched and deleted."""
    size_bytes = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size_bytes += os.lstat(os.path.join(place, name)).st_size
    return size_bytes


def _time_of(path: Path) -> float:
    """When it was changed; long ago, if it is gone meanwhile."""
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0
