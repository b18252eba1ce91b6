"""Where files lie in a package, under names that say nothing of the artist's folders.

A name is made of a file's content, so what did not change keeps it, and what two paths share is there once.
Files that belong together, a sequence or a cache, share a folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ...core.disk_room import is_full
from ...core.errors import DiskFull, SceneError
from ...core.manifest import PackedFile
from .expansion import Files, extension_of

FOLDER = "f"
LIBRARIES = "l"
READ_BYTES = 2**20
_DIGITS = 20  # of a digest in a name


def library_places(paths: Iterable[str]) -> dict[str, str]:
    """Where each library that is there lies in a package.

    Two that are alike stay two: what their relative paths lead to depends on where they lie.
    """
    places: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for path in sorted(paths):
        if os.path.isfile(path):
            digest = _digest(Path(path))[:_DIGITS]
            seen[digest] += 1
            again = f"-{seen[digest]}" if seen[digest] > 1 else ""
            places[path] = f"{LIBRARIES}/{digest}{again}.blend"
    return places


class Places:
    """Fills a package's folder; ``files`` are for its manifest."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._put: dict[Files, str] = {}
        self._entries: dict[str, PackedFile] = {}
        self._made = root  # the folder that was made last; receivers refuse empty ones

    def put(self, files: Files) -> str:
        """Copy them, once; where the path that stands for them leads to, from the package's folder."""
        if files not in self._put:
            self._put[files] = self._alone(files) if files.is_alone else self._together(files)
        return self._put[files]

    def write(self, place: str, raw: bytes) -> None:
        """Have these bytes at a place of their own."""
        self.room_for(place).write_bytes(raw)
        self._entries[place] = PackedFile(place, hashlib.sha256(raw).hexdigest(), len(raw))

    def put_beside(self, files: Files, blend: str, prefix: str) -> None:
        """Copy a cache to where Blender looks for it: beside a .blend, in a folder that is named after it."""
        head, _ = os.path.splitext(os.path.basename(blend))
        folder = os.path.join(os.path.dirname(blend), prefix + head)
        for source, name in files.members:
            self._copy(source, f"{folder}/{name}".lstrip("/"))

    def room_for(self, place: str) -> Path:
        """Where somebody may write a file of the package."""
        path = self._root / place
        if path.parent != self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made = path.parent
        return path

    def files(self) -> Iterator[PackedFile]:
        """All that was put here, by path; not what others wrote where there was room for it."""
        return iter(sorted(self._entries.values(), key=lambda one: one.path))

    def _alone(self, files: Files) -> str:
        ((source, name),) = files.members
        part = f"{FOLDER}/part"
        found = self._copy(source, part)
        place = f"{FOLDER}/{found.sha256[:_DIGITS]}{extension_of(name)}"
        os.replace(self._root / part, self._root / place)
        self._rename(found, place)
        return place

    def _together(self, files: Files) -> str:
        part = f"{FOLDER}/part"
        digest = hashlib.sha256(os.fsencode(files.name))
        copied = [self._copy(source, f"{part}/{name}") for source, name in files.members]
        for one in sorted(copied, key=lambda one: one.path):
            digest.update(os.fsencode(f"{one.path} {one.sha256}\n"))
        folder = f"{FOLDER}/{digest.hexdigest()[:_DIGITS]}"
        if (self._root / folder).exists():
            shutil.rmtree(self._root / part)
        else:
            os.replace(self._root / part, self._root / folder)
        self._made = self._root
        for one in copied:
            self._rename(one, folder + one.path[len(part) :])
        return f"{folder}/{files.name}"

    def _copy(self, source: str, place: str) -> PackedFile:
        target = self.room_for(place)
        digest, size = hashlib.sha256(), 0
        try:
            with open(source, "rb") as read, target.open("wb") as written:
                while chunk := read.read(READ_BYTES):
                    digest.update(chunk)
                    written.write(chunk)
                    size += len(chunk)
        except OSError as error:
            if is_full(error):
                raise DiskFull(f"There is no room left to copy {source}. Make some.") from error
            name = error.filename or source
            raise SceneError(
                f"{name} can't be copied ({error.strerror}); check it and submit again."
            ) from error
        self._entries[place] = PackedFile(place, digest.hexdigest(), size)
        return self._entries[place]

    def _rename(self, one: PackedFile, place: str) -> None:
        del self._entries[one.path]
        self._entries[place] = replace(one, path=place)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
