"""Whether what a scene reads from elsewhere is there at a frame: images, volumes, drivers, libraries."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from ...core.proof import MISSING, Value
from ..cycles.reading.reach import Reach
from ..packing.reference import Bases

UDIM, UVTILE = "<UDIM>", "<UVTILE>"
UDIM_ROW = 10
_LAST_NUMBER = re.compile(r"^(.*?)(\d+)(\D*)$", re.DOTALL)
State = Iterator[tuple[Any, str, Value]]  # whose, which aspect, "" or what is wrong


class Reads:
    """Looks at files; each only once, however many frames use it.

    ``within`` is the package's folder: what lies elsewhere is not there for a worker. None on the artist's
    side.
    """

    def __init__(self, within: Path | None) -> None:
        self._within = within
        self._known: dict[str, str] = {}

    def of(self, scene: bpy.types.Scene, reach: Reach) -> State:
        """What is wrong with what the scene reads at its current frame, or "" where nothing is."""
        users = _image_users(reach)
        for image in reach.of("IMAGE"):
            if image.source not in ("GENERATED", "VIEWER"):
                yield image, "data", self._image(image, users.get(image, []), scene.frame_current)
        for block in reach.of("FONT", "MOVIECLIP", "LIBRARY", "CACHEFILE"):
            if not getattr(block, "packed_file", None) and block.filepath not in ("", "<builtin>"):
                yield block, "data", self._file(_absolute(block.filepath, block))
        for block in reach.blocks:
            if getattr(block, "is_missing", False):
                yield block, "link", "missing"
        yield from self._drivers(reach)

    def _drivers(self, reach: Reach) -> State:
        """Whether each could be evaluated; on the artist's side it is no fault where Python may not run."""
        forgives = self._within is None and bpy.app.autoexec_fail
        for block, curve in _driven(reach):
            driver = curve.driver
            is_python = driver.type == "SCRIPTED" and not driver.is_simple_expression
            is_fine = driver.is_valid or (is_python and forgives)
            yield block, f"driver:{curve.data_path}", "" if is_fine else driver.expression or driver.type

    def _image(self, image: Any, users: list[Any], frame: int) -> str:
        if image.packed_file or image.packed_files:
            return "" if image.size[0] else "its packed data can't be read"
        files = files_at(image, users, frame)
        return next((wrong for file in files if (wrong := self._picture(file))), "")

    def _picture(self, path: str) -> str:
        if path not in self._known:
            self._known[path] = self._file(path) or _unread(path)
        return self._known[path]

    def _file(self, path: str) -> str:
        name = os.path.basename(path)
        if self._within and not Path(path).is_relative_to(self._within):
            return f"{name} lies outside"
        return "" if os.path.isfile(path) else f"{name} {MISSING}"


def _driven(reach: Reach) -> Iterator[tuple[Any, Any]]:
    """Data-blocks and their drivers, those of the node trees inside them too."""
    for block in reach.blocks:
        for owner in (block, getattr(block, "node_tree", None)):
            if getattr(owner, "animation_data", None):
                yield from ((block, curve) for curve in owner.animation_data.drivers)


def files_at(image: Any, users: list[Any], frame: int) -> list[str]:
    """The files that an image shows at a frame, for each of its users another one where it is a sequence."""
    path = _absolute(image.filepath, image)
    if image.source == "TILED":
        return [_tile(path, tile.number) for tile in image.tiles]
    if image.source != "SEQUENCE":
        return [path]
    numbers = dict.fromkeys(_number(user, frame) for user in users)
    return [_numbered(path, number) for number in numbers if number is not None]


def _tile(path: str, number: int) -> str:
    column, row = (number - 1001) % UDIM_ROW, (number - 1001) // UDIM_ROW
    return path.replace(UDIM, str(number)).replace(UVTILE, f"u{column + 1}_v{row + 1}")


def _numbered(path: str, number: int) -> str:
    """The file of another number: Blender counts by the last digits of a name, wherever they are."""
    folder, name = os.path.split(path)
    stem, dot, ending = name.rpartition(".")
    parts = _LAST_NUMBER.match(stem if dot else name)
    if parts is None:
        return path
    head, digits, tail = parts.groups()
    return os.path.join(folder, f"{head}{number:0{len(digits)}d}{tail}{dot}{ending if dot else ''}")


def _number(user: Any, frame: int) -> int | None:
    """The number of a sequence that one of its users shows at a frame, as Blender counts; None for none."""
    length = user.frame_duration
    if not length:
        return None
    at = frame - user.frame_start + 1
    at = (at - 1) % length + 1 if user.use_cyclic else min(max(at, 1), length)
    return int(at + user.frame_offset)


def _image_users(reach: Reach) -> dict[Any, list[Any]]:
    """What says which frame of an image is shown: nodes of shaders, of the compositor, and textures."""
    users: dict[Any, list[Any]] = {}
    owners = [node for tree in reach.trees() for node in tree.nodes] + list(reach.of("TEXTURE"))
    for owner in owners:
        image = getattr(owner, "image", None)
        if isinstance(image, bpy.types.Image):
            users.setdefault(image, []).append(getattr(owner, "image_user", None) or owner)
    return {image: [one for one in found if hasattr(one, "use_cyclic")] for image, found in users.items()}


def _unread(path: str) -> str:
    """What is wrong with a picture's file; it is opened as Blender does for rendering."""
    try:
        image = bpy.data.images.load(path, check_existing=False)
    except RuntimeError as error:
        return f"{os.path.basename(path)}: {' '.join(str(error).split())}"
    try:
        # Looking at the size reads the file; one of many layers has none, only its layers do.
        is_picture = all(image.size) or image.type == "MULTILAYER"
        return "" if is_picture else f"{os.path.basename(path)} is no picture"
    finally:
        bpy.data.images.remove(image)


def _absolute(path: str, block: Any) -> str:
    return Bases("", 0).absolute(path, block.library)
