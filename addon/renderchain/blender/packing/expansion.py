"""From one path to the files that Blender reads for it, and the neutral names that they get in a package.

No bpy: Blender's own rules for numbers in names, written down. A name in a package is what the rules need and
nothing more, so that neither case, colons, length, depth nor encoding of the artist's names can matter.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import SceneError

MOST_FILES = 200_000  # of one reference
_EXTENSION = re.compile(r"\.[a-z0-9]{1,8}")
_LAST_DIGITS = re.compile(r"(.*?)([0-9]+)([^0-9]*)", re.DOTALL)
_END_DIGITS = re.compile(r"(.*?)([0-9]+)", re.DOTALL)
UDIM, UVTILE = "<UDIM>", "<UVTILE>"


@dataclass(frozen=True)
class Files:
    """What a path stands for.

    ``members`` are sources and their names in a folder of their own; ``name`` is what of that folder the path
    leads to, empty for the folder itself. One file alone has no folder: ``is_alone``. ``missing`` are those
    that Blender would look for and not find.
    """

    members: tuple[tuple[str, str], ...]
    name: str
    missing: tuple[str, ...] = ()
    is_alone: bool = False


class Folders:
    """Names of the files in folders, each folder listed once: a stat for each of 20,000 frames takes long."""

    def __init__(self) -> None:
        self._names: dict[str, frozenset[str]] = {}

    def names(self, folder: str) -> frozenset[str]:
        """The names in a folder; none where it can't be read."""
        if folder not in self._names:
            try:
                with os.scandir(folder or ".") as entries:
                    self._names[folder] = frozenset(one.name for one in entries if one.is_file())
            except OSError:
                self._names[folder] = frozenset()
        return self._names[folder]

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return os.path.basename(path) in self.names(os.path.dirname(path))


def extension_of(name: str) -> str:
    """The extension as it may stand in a package: lower case, plain, or none."""
    extension = os.path.splitext(name)[1].lower()
    return extension if _EXTENSION.fullmatch(extension) else ""


def ending_of(path: str) -> str:
    """The extension, and before it what stands for tiles in the path, if anything does."""
    return next((one for one in (UDIM, UVTILE) if one in path), "") + extension_of(path)


def one_file(path: str, folders: Folders) -> Files:
    """A path to a single file."""
    name = f"s{extension_of(path)}"
    there = folders.has(path)
    return Files(((path, name),) if there else (), name, () if there else (path,), is_alone=True)


def image_sequence(path: str, folders: Folders) -> Files:
    """The last digits anywhere in the name count frames, as many of them as there are or more.

    So Blender reads sequences of images and clips: ``w001_left.png`` is one. Without digits the number of the
    frame follows the name, and frame 0 has none.
    """
    folder, name = os.path.split(path)
    stem, extension = os.path.splitext(name)
    found = _LAST_DIGITS.fullmatch(stem)
    head, digits, tail = found.groups() if found else (stem, "", "")
    return _numbered(folder, (head, digits, tail + extension), folders, signed=False)


def frame_sequence(path: str, folders: Folders) -> Files:
    """The digits right before the extension count frames, negative ones too: volumes, Alembic, USD."""
    folder, name = os.path.split(path)
    stem, extension = os.path.splitext(name)
    found = _END_DIGITS.fullmatch(stem)
    if found is None:
        return one_file(path, folders)
    return _numbered(folder, (found[1], found[2], extension), folders, signed=True)


def _numbered(folder: str, parts: tuple[str, str, str], folders: Folders, *, signed: bool) -> Files:
    head, digits, tail = parts
    extension = extension_of(head + digits + tail)
    width = len(digits)
    pattern = re.compile(re.escape(head) + (r"(-?)([0-9]*)" if signed else r"()([0-9]*)") + re.escape(tail))
    members = []
    for name in folders.names(folder):
        found = pattern.fullmatch(name)
        if found and _writes(found[2], width):
            members.append((os.path.join(folder, name), f"s{found[1]}{found[2]}{extension}"))
    missing = () if members else (os.path.join(folder, head + digits + tail),)
    return Files(tuple(sorted(members)), f"s{digits}{extension}", missing)


def _writes(digits: str, width: int) -> bool:
    """Whether Blender would write a number so, with that many digits at least."""
    if not digits:
        return width == 0
    if width == 0 and int(digits) == 0:
        return False
    return len(digits) >= width and digits == f"{int(digits):0{width}d}"


def tiles(path: str, numbers: Iterable[int], folders: Folders, packed: Collection[int] = ()) -> Files:
    """A UDIM set: the tiles that the image has, by number or by row and column, in the path.

    Those that are ``packed`` are not missing, but Cycles reads them from files too, where there are some.
    """
    token = next((one for one in (UDIM, UVTILE) if one in path), None)
    if token is None:
        return one_file(path, folders)
    extension = extension_of(path.replace(token, ""))
    members, missing = [], []
    for number in sorted(numbers):
        column, row = (number - 1001) % 10 + 1, (number - 1001) // 10 + 1
        written = f"{number:04d}" if token == UDIM else f"u{column}_v{row}"
        source = path.replace(token, written)
        if folders.has(source):
            members.append((source, f"s{written}{extension}"))
        elif number not in packed:
            missing.append(source)
    return Files(tuple(members), f"s{token}{extension}", tuple(missing))


def tree(folder: str, pattern: str) -> Files:
    """All files whose path below a folder matches, named as they are: caches, which Blender names itself."""
    wanted = re.compile(pattern)
    below = ((path, path.relative_to(folder).as_posix()) for path in sorted(_below(Path(folder))))
    members = tuple((str(path), place) for path, place in below if wanted.fullmatch(place))
    return Files(members, "", () if members else (folder,))


def _below(folder: Path) -> Iterator[Path]:
    count = 0
    for here, _, names in os.walk(folder):
        count += len(names)
        if count > MOST_FILES:
            raise SceneError(
                f"{folder} holds over {MOST_FILES:,} files; point to a folder with a cache alone."
            )
        yield from (Path(here, name) for name in names)
