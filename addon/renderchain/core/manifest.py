"""The manifest of a scene package, version 2 or 3: what is in it and what is to be rendered.

``docs/schemas/manifest.json`` states the same for other languages. A manifest comes from
somebody unknown, so reading one checks every field before anything is done with it. A field that is not known
is refused: a worker that left out what it stands for would render another picture, and nobody would be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from .canonical import dump_canonical
from .errors import ContentError
from .frames import LAST_FRAME, MAX_FRAMES
from .lease_id import Leased
from .reader import Reader, check_side_by_side
from .tiles import MOST_LEAVES, Tile, leaves_of, tiles_of

SCHEMA = "renderchain/manifest/2"
# Of packages with a colour configuration of their own, which readers of version 2 alone would leave out.
SCHEMA_WITH_COLOURS = "renderchain/manifest/3"
MANIFEST_NAME = "manifest.json"
MAIN_BLEND = "scene.blend"
MAX_MANIFEST_BYTES = 8 * 2**20
PIECES = "manifest.pieces"  # the folder of a package's pieces
PIECE_DIGITS = 32
# Where a package has its own colour configuration; without one, it is Blender's own.
COLOURS = ("c/config.ocio", "c/config.ocioz")
UNADDRESSED = "0" * 64  # no key: a package that is not on its way yet
# Of scenes, view layers and views of colour: Blender 5 lets names have so many bytes.
MOST_NAME_BYTES = 255
MOST_LAYERS = 256
MOST_SIDE = 65_536  # pixels
MOST_SAMPLES = 2**20
ENGINE = re.compile("[A-Z][A-Z0-9_]{0,22}")
FPS = re.compile(r"[0-9]{1,6}(/[0-9.e+-]{1,16})?")
NUMBER = re.compile(r"-?[0-9]{1,2}(\.[0-9]{1,17})?(e-[0-9]{1,2})?")
MOST_EXPOSURE, MOST_GAMMA = 32.0, 5.0  # that Blender has
NO_LOOK = "None"  # Blender's own name of it
# Blender's formats that are one image a file, by its own names, with its endings; J2C is its JPEG2000 without
# the container. Not AVIF, which Debian's Blender 5.2 offers and can't write.
FORMATS = {
    "BMP": "bmp",
    "IRIS": "rgb",
    "PNG": "png",
    "JPEG": "jpg",
    "JPEG2000": "jp2",
    "J2C": "j2c",
    "TARGA": "tga",
    "TARGA_RAW": "tga",
    "CINEON": "cin",
    "DPX": "dpx",
    "OPEN_EXR": "exr",
    "OPEN_EXR_MULTILAYER": "exr",
    "HDR": "hdr",
    "TIFF": "tif",
    "WEBP": "webp",
}
RGBA_CHANNELS, MOST_CHANNELS = 4, 8192
CHANNEL_BYTES = 4
PIXEL_BYTES = 48  # of a final image of four channels, in the largest format
_FILE_FIELDS = frozenset({"path", "sha256", "size_bytes"})
_RECIPE_FIELDS = frozenset({"path", "pieces"})


@dataclass(frozen=True)
class PackedFile:
    """One file of a package: POSIX path below its root, sha-256 in hex, size."""

    path: str
    sha256: str
    size_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """As it stands in a document."""
        return {"path": self.path, "sha256": self.sha256, "size_bytes": self.size_bytes}


@dataclass(frozen=True)
class Recipe:
    """What puts one of a package's files together: its pieces one after the other, by their names.

    A piece is named by the first half of its sha-256 in hex, before it is compressed. The file's own digest
    vouches for the result.
    """

    path: str
    pieces: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As it stands in a document."""
        return {"path": self.path, "pieces": list(self.pieces)}


@dataclass(frozen=True)
class Manifest:
    """What a worker needs to know to render a package.

    ``requester_key`` is the X25519 public key in hexadecimal that results are sealed for. ``own_seed``: the
    scene's seed is kept instead of one that differs from frame to frame. ``final_channels`` is how many a
    final image has that keeps all passes (OPEN_EXR_MULTILAYER). ``display``, ``view_transform``, ``look``,
    ``exposure`` and ``gamma`` are how the scene is shown, numbers as text. ``recipes`` are of those files
    that the store has in pieces.
    """

    blender_version: tuple[int, int]
    main_blend: str
    scene: str
    view_layers: tuple[str, ...]
    engine: str
    width: int
    height: int
    fps: str
    frames: tuple[int, ...]
    samples: int
    adaptive: bool
    file_format: str
    view_transform: str
    files: tuple[PackedFile, ...]
    requester_key: str = UNADDRESSED
    display: str = "sRGB"
    look: str = NO_LOOK
    exposure: str = "0"
    gamma: str = "1"
    own_seed: bool = False
    final_channels: int = RGBA_CHANNELS
    recipes: tuple[Recipe, ...] = ()

    def frames_of(self, lease: Leased) -> tuple[int, ...]:
        """The frame numbers of a lease's tasks."""
        return self.frames[lease.first : lease.first + lease.count]

    @property
    def regions(self) -> tuple[Tile, ...]:
        """The tiles of a frame, in their order."""
        return tiles_of(self.width, self.height)

    @property
    def layers(self) -> tuple[str, ...]:
        """The view layers in the order in which a tile has its leaves."""
        return tuple(sorted(self.view_layers))

    @property
    def leaves_per_frame(self) -> int:
        """A frame's leaves: of each tile, one for each view layer."""
        return leaves_of(self.width, self.height, len(self.view_layers))

    @property
    def colours(self) -> str:
        """The package's own colour configuration, or "" where it has none."""
        return next((file.path for file in self.files if file.path in COLOURS), "")

    @property
    def schema(self) -> str:
        """The oldest version whose readers know all that is in the package."""
        return SCHEMA_WITH_COLOURS if self.colours else SCHEMA

    @property
    def final_pixel_bytes(self) -> int:
        """How many bytes a pixel a final image may have, its header aside."""
        return max(PIXEL_BYTES, CHANNEL_BYTES * self.final_channels)

    @property
    def noisy_pixel_bytes(self) -> int:
        """How many bytes a pixel a noisy pass may have, its header aside."""
        return CHANNEL_BYTES * RGBA_CHANNELS * len(self.view_layers)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files, the manifest itself not counted."""
        return sum(file.size_bytes for file in self.files)

    @property
    def cut_bytes(self) -> int:
        """Bytes of the files that the store has in pieces, put together."""
        cut = {recipe.path for recipe in self.recipes}
        return sum(file.size_bytes for file in self.files if file.path in cut)

    @property
    def stored_paths(self) -> frozenset[str]:
        """The files that the store has, the manifest itself among them."""
        pieces = {f"{PIECES}/{piece}" for recipe in self.recipes for piece in recipe.pieces}
        whole = {file.path for file in self.files} - {recipe.path for recipe in self.recipes}
        return frozenset(pieces | whole | {MANIFEST_NAME})

    def settings(self) -> dict[str, Any]:
        """What is to be rendered, and how, as version 2 has it: all of the document but its files."""
        return {
            "schema": SCHEMA,
            "blender_version": list(self.blender_version),
            "main_blend": self.main_blend,
            "scene": self.scene,
            "view_layers": list(self.view_layers),
            "engine": self.engine,
            "width": self.width,
            "height": self.height,
            "fps": self.fps,
            "frames": list(self.frames),
            "samples": self.samples,
            "adaptive": self.adaptive,
            "file_format": self.file_format,
            "display": self.display,
            "view_transform": self.view_transform,
            "look": self.look,
            "exposure": self.exposure,
            "gamma": self.gamma,
            "requester_key": self.requester_key,
            "own_seed": self.own_seed,
            "final_channels": self.final_channels,
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        files = [file.as_dict() for file in sorted(self.files, key=lambda file: file.path)]
        recipes = [recipe.as_dict() for recipe in sorted(self.recipes, key=lambda one: one.path)]
        return dump_canonical({**self.settings(), "schema": self.schema, "files": files, "recipes": recipes})


def read_file(entry: Reader) -> PackedFile:
    """A file's entry; raises ContentError."""
    size_bytes = entry.integer("size_bytes", 0, 2**50)
    return PackedFile(entry.path("path"), entry.hexadecimal("sha256", 64), size_bytes)


def _read_own_file(entry: Reader) -> PackedFile:
    entry.only(_FILE_FIELDS)
    return read_file(entry)


def _read_recipe(entry: Reader) -> Recipe:
    entry.only(_RECIPE_FIELDS)
    return Recipe(entry.path("path"), tuple(entry.hexadecimals("pieces", PIECE_DIGITS)))


def parse_manifest(raw: bytes) -> Manifest:
    """Read and check a manifest; raises ContentError naming the field that is wrong."""
    reader = Reader.parse(raw, "manifest", (SCHEMA, SCHEMA_WITH_COLOURS), MAX_MANIFEST_BYTES)
    files = tuple(_read_own_file(entry) for entry in reader.objects("files"))
    recipes = tuple(_read_recipe(entry) for entry in reader.objects("recipes"))
    manifest = replace(read_settings(reader), files=files, recipes=recipes)
    reader.only({*manifest.settings(), "files", "recipes"})
    _check_files(manifest)
    if (said := reader.text("schema")) != manifest.schema:
        raise ContentError(
            f"The manifest says {said}, and a package with {manifest.colours or 'no colours of its own'} is "
            f"{manifest.schema}: refused. Pack the scene again."
        )
    return manifest


def read_settings(reader: Reader) -> Manifest:
    """A manifest without its files: what is to be rendered, and how; raises ContentError."""
    version = reader.integers("blender_version", 2, 2)
    if not all(0 <= number < 1000 for number in version):
        raise ContentError(f"The manifest's 'blender_version' can't be {version}: refused.")
    manifest = Manifest(
        blender_version=(version[0], version[1]),
        main_blend=reader.path("main_blend"),
        scene=reader.name("scene", MOST_NAME_BYTES),
        view_layers=tuple(reader.names("view_layers", MOST_NAME_BYTES, MOST_LAYERS)),
        engine=reader.matching("engine", ENGINE),
        width=reader.integer("width", 1, MOST_SIDE),
        height=reader.integer("height", 1, MOST_SIDE),
        fps=reader.matching("fps", FPS),
        frames=tuple(reader.integers("frames", 1, MAX_FRAMES)),
        samples=reader.integer("samples", 1, MOST_SAMPLES),
        adaptive=reader.boolean("adaptive"),
        file_format=reader.text("file_format"),
        view_transform=reader.name("view_transform", MOST_NAME_BYTES),
        files=(),
        requester_key=reader.hexadecimal("requester_key", 64),
        display=reader.name("display", MOST_NAME_BYTES),
        look=reader.name("look", MOST_NAME_BYTES),
        exposure=_number(reader, "exposure", -MOST_EXPOSURE, MOST_EXPOSURE),
        gamma=_number(reader, "gamma", 0.0, MOST_GAMMA),
        own_seed=reader.boolean("own_seed"),
        final_channels=reader.integer("final_channels", RGBA_CHANNELS, MOST_CHANNELS),
    )
    _check_frames(manifest)
    return manifest


def check_settings_of(manifest: Manifest) -> None:
    """Raise ContentError where workers would refuse what is to be rendered, whatever the files are."""
    read_settings(Reader(manifest.settings(), "manifest"))


def _number(reader: Reader, name: str, least: float, most: float) -> str:
    text = reader.matching(name, NUMBER)
    if not least <= float(text) <= most:
        raise ContentError(f"The manifest's {name!r} is {text}, not {least:g} to {most:g}: refused.")
    return text


def _check_frames(manifest: Manifest) -> None:
    frames = manifest.frames
    # A job's tasks are its frames in this order; a probe and a self-test take them to rise.
    if any(one >= later for one, later in pairwise(frames)):
        raise ContentError("The manifest's 'frames' do not ascend: refused.")
    if frames[0] < -LAST_FRAME or frames[-1] > LAST_FRAME:
        raise ContentError(
            f"The manifest's 'frames' go from {frames[0]} to {frames[-1]}, and Blender's from -{LAST_FRAME} "
            f"to {LAST_FRAME}: refused."
        )
    if manifest.leaves_per_frame > MOST_LEAVES:
        raise ContentError(
            "The manifest's 'width', 'height' and 'view_layers' make "
            f"{manifest.leaves_per_frame} leaves a frame, more than {MOST_LEAVES}: refused."
        )
    if manifest.file_format not in FORMATS:
        raise ContentError(
            f"The manifest's 'file_format' {manifest.file_format[:32]!r} is unknown; use PNG or OPEN_EXR."
        )


def _check_files(manifest: Manifest) -> None:
    """Raise ContentError unless all files can lie side by side, on any file system."""
    paths = [file.path for file in manifest.files]
    check_side_by_side([*paths, MANIFEST_NAME], "The manifest's 'files'")
    if any(path.split("/")[0].casefold() == PIECES for path in paths):
        raise ContentError(f"The manifest's 'files' have one in the folder {PIECES!r}: refused.")
    if manifest.main_blend not in paths:
        raise ContentError("The manifest's 'main_blend' is none of its 'files': refused.")
    cut = [recipe.path for recipe in manifest.recipes]
    if len(set(cut)) != len(cut) or not set(cut) <= set(paths):
        raise ContentError(
            "The manifest's 'recipes' name one of its 'files' twice, or none of them: refused."
        )
