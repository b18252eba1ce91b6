"""A small package: one file for a scene, frames of two tiles."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from renderchain.app.exchange.package import file_entry
from renderchain.core.job import family_of
from renderchain.core.manifest import Manifest, PackedFile

FAMILY = family_of((4, 5), "CYCLES", "CPU")
WIDTH, HEIGHT, TILES = 128, 64, 2


def manifest_of(frames: Iterable[int], files: tuple[PackedFile, ...] = ()) -> Manifest:
    """What says that these frames are to be rendered."""
    return Manifest(
        blender_version=(4, 5),
        main_blend="main.blend",
        scene="Scene",
        view_layers=("ViewLayer",),
        engine="CYCLES",
        width=WIDTH,
        height=HEIGHT,
        fps="24",
        frames=tuple(frames),
        samples=1,
        adaptive=False,
        file_format="PNG",
        view_transform="AgX",
        files=files,
    )


def pack(folder: Path, frames: Iterable[int], raw: bytes = b"a scene") -> Manifest:
    """Write the package's files; returns its manifest, which is not among them yet."""
    folder.mkdir(parents=True, exist_ok=True)
    scene = folder / "main.blend"
    scene.write_bytes(raw)
    return manifest_of(frames, (file_entry(folder, scene),))
