"""The folder that a render process writes into, as the agent looks at it: by descriptor, link by link.

What lies there was made by somebody else's scene. No link is followed, nothing recurses as deep as folders
are nested, and few descriptors are open at once.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST_DEPTH = 32  # of folders; the render program makes none
BLOCK = 512  # bytes in st_blocks
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True)
class Contents:
    """What lies in a folder: files and folders in it, and what they take of the disk in bytes.

    ``fault`` is why not everything could be counted, as what the process did; "" where it was.
    """

    entries: int
    size: int
    fault: str = ""


def what_lies_in(folder: int, most: int) -> Contents:
    """Everything below an open folder; counting ends a little over ``most`` entries, or too deep."""
    entries = blocks = 0
    waiting: list[tuple[str, ...]] = [()]
    while waiting and entries <= most:
        path = waiting.pop()
        if len(path) > MOST_DEPTH:
            return Contents(entries, BLOCK * blocks, f"nested folders over {MOST_DEPTH} deep")
        try:
            with _opened(folder, path) as here:
                for name, status in _entries(here, most - entries):
                    entries += 1
                    blocks += status.st_blocks
                    if stat.S_ISDIR(status.st_mode):
                        waiting.append((*path, name))
        except PermissionError:
            return Contents(entries, BLOCK * blocks, "made a folder that can't be looked into")
        except OSError:  # the child is at work here: what was listed may be gone, or something else
            continue
    return Contents(entries, BLOCK * blocks)


def keep_files_only(folder: int) -> None:
    """Remove what the render program never makes: folders, links, pipes, sockets, devices.

    To be called when nobody writes there any more: it goes down and up again by "..". Raises OSError.
    """
    here = os.dup(folder)
    try:
        names: list[str] = []  # of the folders on the way down
        waiting = [_emptied(here, keep=stat.S_ISREG)]  # on each level, those that are still to go
        while waiting:
            if waiting[-1]:
                names.append(waiting[-1].pop())
                os.chmod(names[-1], 0o700, dir_fd=here)
                here = _exchanged(here, names[-1])
                waiting.append(_emptied(here))
            else:
                waiting.pop()
                if names:
                    here = _exchanged(here, "..")
                    os.rmdir(names.pop(), dir_fd=here)
    finally:
        os.close(here)


def _emptied(folder: int, keep: Callable[[int], bool] = lambda _: False) -> list[str]:
    """Unlink what is no folder and has no mode to keep; the names of the folders."""
    folders = []
    for name, status in _entries(folder):
        if stat.S_ISDIR(status.st_mode):
            folders.append(name)
        elif not keep(status.st_mode):
            os.unlink(name, dir_fd=folder)
    return folders


def _exchanged(folder: int, name: str) -> int:
    """Open another folder from this one, and let go of this one."""
    other = os.open(name, FOLDER, dir_fd=folder)
    os.close(folder)
    return other


def _entries(folder: int, most: int | None = None) -> list[tuple[str, os.stat_result]]:
    """Names and what they are, at most one more than ``most``; what is gone meanwhile is left out."""
    found = []
    with os.scandir(folder) as listed:
        for entry in itertools.islice(listed, None if most is None else most + 1):
            with contextlib.suppress(FileNotFoundError):
                found.append((entry.name, os.stat(entry.name, dir_fd=folder, follow_symlinks=False)))
    return found


@contextlib.contextmanager
def _opened(folder: int, path: tuple[str, ...]) -> Iterator[int]:
    """A folder below another, each part opened by name and no link followed."""
    here = os.dup(folder)
    try:
        for name in path:
            here = _exchanged(here, name)
        yield here
    finally:
        os.close(here)
