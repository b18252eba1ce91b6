"""The manifest of a scene package, version 1: what is in it and what is to be rendered.

``schemas/manifest-v1.json`` states the same for other languages. A manifest comes from a
stranger, so reading one checks every field before anything is done with it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from .canonical import dump_canonical
from .errors import ContentError
from .frames import MAX_FRAMES

SCHEMA = "renderchain/manifest/1"
MANIFEST_NAME = "manifest.json"
MAX_MANIFEST_BYTES = 8 * 2**20
MAX_DEPTH = 8
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKET = re.compile(rb"[\[\]{}]")
FORMATS = {"OPEN_EXR": "exr", "PNG": "png", "JPEG": "jpg", "TIFF": "tif", "WEBP": "webp"}


@dataclass(frozen=True)
class PackedFile:
    """One file of a package: POSIX path below its root, sha-256 in hex, size."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Manifest:
    """What a worker needs to know to render a package."""

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
            "files": [
                {"path": f.path, "sha256": f.sha256, "size_bytes": f.size_bytes}
                for f in sorted(self.files, key=lambda f: f.path)
            ],
        }
        return dump_canonical(body)


def check_path(path: str) -> str:
    """The path itself if it stays below the package root; raises ContentError."""
    parts = PurePosixPath(path).parts
    bad = not parts or path.startswith("/") or "\\" in path or "\0" in path or ":" in parts[0]
    if bad or any(part in ("", ".", "..") for part in path.split("/")) or len(path) > 1024:
        raise ContentError(f"The package names the file {path!r}, which leaves its folder: refused.")
    return path


def _depth(raw: bytes) -> int:
    """The deepest nesting outside strings.

    Python's own guard is not enough: where a library has raised the recursion limit, deep JSON
    overflows the C stack and takes the process down.
    """
    level = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", raw)):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


def parse_manifest(raw: bytes) -> Manifest:
    """Read and check a manifest; raises ContentError naming the field that is wrong."""
    if len(raw) > MAX_MANIFEST_BYTES:
        raise ContentError(f"The manifest has {len(raw)} bytes, over {MAX_MANIFEST_BYTES}: refused.")
    if _depth(raw) > MAX_DEPTH:
        raise ContentError(f"The manifest is nested over {MAX_DEPTH} levels deep: refused.")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise ContentError("The package's manifest.json is not JSON: refused.") from error
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise ContentError(f"The package's manifest is not {SCHEMA}; update RenderChain.")
    reader = _Reader(body)
    version = reader.integers("blender_version", 2, 2)
    manifest = Manifest(
        blender_version=(version[0], version[1]),
        main_blend=check_path(reader.text("main_blend")),
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
        files=reader.files(),
    )
    paths = [file.path for file in manifest.files]
    if len({path.casefold() for path in paths}) != len(paths):
        raise ContentError("The package names one file twice: refused.")
    if manifest.main_blend not in paths:
        raise ContentError(f"The package lacks its main file {manifest.main_blend!r}: refused.")
    if manifest.file_format not in FORMATS:
        raise ContentError(f"The output format {manifest.file_format!r} is unknown; use PNG or EXR.")
    return manifest


class _Reader:
    """Typed access to an untrusted JSON object."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body

    def _get(self, name: str, kind: type, check: bool = True) -> Any:
        value = self._body.get(name)
        if type(value) is not kind or not check:
            raise ContentError(f"The manifest's {name!r} is missing or not {kind.__name__}: refused.")
        return value

    def text(self, name: str) -> str:
        value: str = self._get(name, str)
        if len(value) > 1024:
            raise ContentError(f"The manifest's {name!r} is over 1024 characters: refused.")
        return value

    def boolean(self, name: str) -> bool:
        value: bool = self._get(name, bool)
        return value

    def integer(self, name: str, low: int, high: int) -> int:
        value: int = self._get(name, int)
        if not low <= value <= high:
            raise ContentError(f"The manifest's {name!r} is {value}, not {low} to {high}: refused.")
        return value

    def integers(self, name: str, least: int, most: int) -> list[int]:
        values: list[int] = self._get(name, list)
        fits = least <= len(values) <= most and all(type(v) is int and abs(v) < 2**31 for v in values)
        if not fits or len(set(values)) != len(values):
            raise ContentError(f"The manifest's {name!r} is not a list of whole numbers: refused.")
        return values

    def texts(self, name: str) -> list[str]:
        values: list[str] = self._get(name, list)
        if not all(type(v) is str for v in values):
            raise ContentError(f"The manifest's {name!r} is not a list of texts: refused.")
        return values

    def files(self) -> tuple[PackedFile, ...]:
        entries: list[Any] = self._get("files", list)
        files = []
        for entry in entries:
            if not isinstance(entry, dict):
                raise ContentError("The manifest's list of files is malformed: refused.")
            one = _Reader(entry)
            sha256 = one.text("sha256")
            if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
                raise ContentError("A sha-256 in the manifest is malformed: refused.")
            path, size = check_path(one.text("path")), one.integer("size_bytes", 0, 2**50)
            files.append(PackedFile(path, sha256, size))
        return tuple(files)
