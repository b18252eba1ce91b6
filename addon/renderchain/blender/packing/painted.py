"""Images that were painted and not saved: a copy of the file has not what Blender renders, so it goes beside.

In the artist's session they are only read. In the copy they become images that are packed into the .blend.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..steps import Steps, all_at_once
from .colours import in_use

INDEX = "painted.json"
SCENE_LINEAR = "Linear Rec.709"  # as Blender's own configuration calls it


def can_be_packed(image: Any) -> bool:
    """Whether it can be kept as it is, and Blender renders it: of a file it renders what is on the disk."""
    is_rendered = image.source == "GENERATED" or (image.source == "FILE" and image.packed_file is not None)
    keeps = not image.is_float or (_are_as_they_are(image.colorspace_settings) and _is_opaque(image))
    return image.library is None and is_rendered and keeps


def _are_as_they_are(colours: Any) -> bool:
    """Whether they are kept as they are; others would be converted when the packed image is read."""
    return colours.is_data or (colours.name == SCENE_LINEAR and not in_use())


def _is_opaque(image: Any) -> bool:
    """Whether alpha changes no colour: versions of Blender differ in what is multiplied by it, and when."""
    return image.channels < 4 or bool((_pixels_of(image)[3::4] >= 1).all())


def painted_images() -> Steps[list[Any]]:
    """Those that a saved .blend has not."""
    found = []
    for image in list(bpy.data.images):
        if image.type in ("IMAGE", "UV_TEST") and image.is_dirty:
            found.append(image)
        yield
    return found


def keep_painted(folder: Path) -> Steps[None]:
    """Write all that can be packed below a folder, one in a step."""
    folder.mkdir()
    kept = list[dict[str, Any]]()
    for image in (yield from painted_images()):
        if can_be_packed(image):
            kept.append(_kept(image, folder / f"{len(kept)}.npy"))
            yield
    (folder / INDEX).write_text(json.dumps(kept))


def put_painted(folder: Path) -> None:
    """Have the images of the open file be what was painted, packed into it."""
    for number, known in enumerate(_index(folder)):
        image = bpy.data.images.get((known["name"], None))  # not one of that name that a library has
        if image is not None:
            _put(image, np.load(folder / f"{number}.npy"), known["is_float"])


def _index(folder: Path) -> Iterable[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / INDEX).read_text())
    return found


class HeldImages:
    """Painted images of this session, for renderings in the background: these forget them."""

    def __init__(self) -> None:
        painted = all_at_once(painted_images()) if bpy.app.background else []
        self._held = [(image, _pixels_of(image)) for image in painted]

    def put_back(self) -> None:
        """Have them be as they were."""
        for image, pixels in self._held:
            if not image.is_dirty:
                image.pixels.foreach_set(pixels)
                image.update()


def _pixels_of(image: Any) -> Any:
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    return pixels


def _kept(image: Any, path: Path) -> dict[str, Any]:
    width, height = image.size
    shaped = _pixels_of(image).reshape(height, width, -1)
    np.save(path, shaped if image.is_float else np.rint(shaped * 255).astype(np.uint8))
    return {"name": image.name, "is_float": bool(image.is_float)}


def _put(image: Any, pixels: Any, is_float: bool) -> None:
    """Another image in its place: one that was without alpha is saved without, whatever was painted."""
    height, width, channels = pixels.shape
    name = image.name
    new = bpy.data.images.new(name, width, height, alpha=True, float_buffer=is_float)
    whole = np.ones((height, width, 4), np.float32)
    whole[..., :channels] = pixels if is_float else pixels / np.float32(255)
    new.pixels.foreach_set(whole.ravel())
    new.pack()
    new.colorspace_settings.name = image.colorspace_settings.name
    new.alpha_mode = image.alpha_mode
    new.use_fake_user = image.use_fake_user
    image.user_remap(new)
    bpy.data.images.remove(image)
    new.name = name
