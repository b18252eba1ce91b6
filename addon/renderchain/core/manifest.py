"""The manifest of a scene package, version 2: what is in it and what is to be rendered.

``docs/schemas/manifest-v2.json`` states the same for other languages. A manifest comes from
somebody unknown, so reading one checks every field before anything is done with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .canonical import dump_canonical
from .errors import ContentError
from .frames import MAX_FRAMES
from .lease_id import Leased
from .reader import Reader
from .tiles import MOST_LEAVES, Tile, leaves_of, tiles_of

SCHEMA = "renderchain/manifest/2"
MANIFEST_NAME = "manifest.json"
MAX_MANIFEST_BYTES = 8 * 2**20
UNADDRESSED = "0" * 64  # no key: a package that is not on its way yet
FORMATS = {"OPEN_EXR": "exr", "PNG": "png", "JPEG": "jpg", "TIFF": "tif", "WEBP": "webp"}


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
class Manifest:
    """What a worker needs to know to render a package.

    ``requester_key`` is the X25519 public key in hexadecimal that results are sealed for. ``own_seed``: the
    scene's seed is kept instead of one that differs from frame to frame.
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
    own_seed: bool = False

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
    def size_bytes(self) -> int:
        """Bytes of all files, the manifest itself not counted."""
        return sum(file.size_bytes for file in self.files)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        body: dict[str, Any] = {
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
            "view_transform": self.view_transform,
            "requester_key": self.requester_key,
            "own_seed": self.own_seed,
            "files": [file.as_dict() for file in sorted(self.files, key=lambda file: file.path)],
        }
        return dump_canonical(body)


def read_file(entry: Reader) -> PackedFile:
    """A file's entry; raises ContentError."""
    size_bytes = entry.integer("size_bytes", 0, 2**50)
    return PackedFile(entry.path("path"), entry.hexadecimal("sha256", 64), size_bytes)


def parse_manifest(raw: bytes) -> Manifest:
    """Read and check a manifest; raises ContentError naming the field that is wrong."""
    reader = Reader.parse(raw, "manifest", SCHEMA, MAX_MANIFEST_BYTES)
    version = reader.integers("blender_version", 2, 2)
    manifest = Manifest(
        blender_version=(version[0], version[1]),
        main_blend=reader.path("main_blend"),
        scene=reader.text("scene"),
        view_layers=tuple(reader.texts("view_layers")),
        engine=reader.text("engine"),
        width=reader.integer("width", 1, 65536),
        height=reader.integer("height", 1, 65536),
        fps=reader.text("fps"),
        frames=tuple(reader.integers("frames", 1, MAX_FRAMES)),
        samples=reader.integer("samples", 1, 2**20),
        adaptive=reader.boolean("adaptive"),
        file_format=reader.text("file_format"),
        view_transform=reader.text("view_transform"),
        files=tuple(read_file(entry) for entry in reader.objects("files")),
        requester_key=reader.hexadecimal("requester_key", 64),
        own_seed=reader.boolean("own_seed"),
    )
    paths = [file.path for file in manifest.files]
    if len({path.casefold() for path in paths}) != len(paths):
        raise ContentError("The package names one file twice: refused.")
    if manifest.main_blend not in paths:
        raise ContentError(f"The package lacks its main file {manifest.main_blend!r}: refused.")
    if not manifest.view_layers or len(set(manifest.view_layers)) != len(manifest.view_layers):
        raise ContentError("The package names no view layer, or one twice: refused.")
    if manifest.leaves_per_frame > MOST_LEAVES:
        raise ContentError(
            f"The package has {manifest.leaves_per_frame} leaves a frame, more than {MOST_LEAVES}: refused."
        )
    if manifest.file_format not in FORMATS:
        raise ContentError(f"The output format {manifest.file_format!r} is unknown; use PNG or EXR.")
    return manifest
