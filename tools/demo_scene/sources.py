"""What is taken from the source scenes: meshes, and the images packed into their .blend files."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
from mathutils import Matrix

LAND = "environments/land-1/buildings_1.blend"
TREES = "environments/land-1/rosace_1.blend"
CRATES = "props/crates.blend"
HUMMER = "robots/hummer.blend"
COPYRIGHT = "usr/share/doc/morse-simulator-data/copyright"

DATA: Any = bpy.data  # the stubs do not know what its load() returns

# File name in textures/: the source scene, and how the image's name there begins.
TEXTURES = {
    "facade_offices.jpg": (LAND, "BuildingsHighRise"),
    "facade_flats.jpg": (LAND, "HighRiseResidential"),
    "facade_ochre.jpg": (LAND, "BuildingsHouseOld"),
    "roof_dark.jpg": (LAND, "RooftilesTiles"),
    "roof_red.jpg": (LAND, "RooftilesCeramic"),
    "grass.jpg": (LAND, "Grass"),
    "dirt.jpg": (LAND, "dirt_01"),
    "bark.jpg": (TREES, "bark01"),
    "leaves.jpg": (TREES, "leaves.jpg"),
    "leaves_alpha.jpg": (TREES, "leaves_alpha"),
    "hummer.jpg": (HUMMER, "blueprint"),
    "wheel.png": (HUMMER, "wheelmap"),
    "crate.jpg": (CRATES, "big_box.png"),
    "crate_normal.jpg": (CRATES, "big_box_NRM"),
    "box.jpg": (CRATES, "box.jpg"),
}


class SourceIncomplete(Exception):
    """The source scenes lack something that the demo scene is built from."""


@dataclass(frozen=True)
class Sources:
    """The unpacked morse-simulator-data package, and the folder that textures go to."""

    package: Path
    textures: Path

    def blend(self, name: str) -> Path:
        """The path of a source scene."""
        path = self.package / "usr/share/morse/data" / name
        if not path.is_file():
            raise SourceIncomplete(
                f"There is no {path}. Give the folder that morse-simulator-data is unpacked in."
            )
        return path

    def licence(self) -> str:
        """The copyright file of the package."""
        path = self.package / COPYRIGHT
        if not path.is_file():
            raise SourceIncomplete(
                f"There is no {path}. Unpack all of morse-simulator-data, with its usr/share/doc."
            )
        return path.read_text(encoding="utf-8")

    def objects(self, name: str, wanted: list[str]) -> list[bpy.types.Object]:
        """Append mesh objects from a source scene, without what they were parented to."""
        with DATA.libraries.load(str(self.blend(name))) as (there, here):
            missing = sorted(set(wanted) - set(there.objects))
            if missing:
                raise SourceIncomplete(
                    f"{self.blend(name)} has no object {missing[0]}. Use morse-simulator-data 1.4."
                )
            here.objects = list(wanted)
        found: list[bpy.types.Object] = list(here.objects)
        places = [placed(item) for item in found]
        for item, place in zip(found, places, strict=True):
            item.parent = None
            item.matrix_basis = place
            item.animation_data_clear()
            item.modifiers.clear()
        return found

    def unpack_textures(self) -> None:
        """Write the images of TEXTURES, byte by byte as they are packed, into the textures folder."""
        self.textures.mkdir(parents=True, exist_ok=True)
        for scene in sorted({scene for scene, _ in TEXTURES.values()}):
            with DATA.libraries.load(str(self.blend(scene))) as (there, here):
                here.images = sorted(there.images)
            images = list(here.images)
            for file, (owner, start) in TEXTURES.items():
                if owner == scene:
                    (self.textures / file).write_bytes(packed(images, start, self.blend(scene)))
            DATA.batch_remove(images)


def placed(item: bpy.types.Object) -> Matrix:
    """Where an object is, also before its scene is evaluated."""
    if item.parent is None:
        return item.matrix_basis.copy()
    return placed(item.parent) @ item.matrix_parent_inverse @ item.matrix_basis


def packed(images: list[bpy.types.Image], start: str, scene: Path) -> bytes:
    """The packed file of the first image whose name begins so."""
    for image in images:
        if image.name.startswith(start) and image.packed_file:
            return bytes(image.packed_file.data)
    raise SourceIncomplete(f"{scene} holds no packed image {start}*. Use morse-simulator-data 1.4.")


def copy_hdri(name: str, folder: Path) -> Path:
    """Copy one of the sky images that come with Blender."""
    lights = Path(bpy.utils.resource_path("LOCAL")) / "datafiles/studiolights/world"
    if not (lights / name).is_file():
        raise SourceIncomplete(
            f"This Blender has no {lights / name}. Install the bpy wheel with its data files."
        )
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(lights / name, folder / name))
