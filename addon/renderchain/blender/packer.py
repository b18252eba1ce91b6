"""Packing the open scene: a copy of the .blend, its libraries and files, every path below one folder.

The artist's own file and session are never changed: what has to be rewritten is rewritten in a
clean Blender beside this one, which then also opens the finished package and looks for gaps.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import bpy

from ..app.package import file_entry
from ..core.errors import SceneError
from ..core.manifest import MANIFEST_NAME, Manifest
from .dependencies import Dependency, find_dependencies
from .preflight import check_scene
from .scene_reader import SceneFacts, read_scene

OUTSIDE = "_outside"
REPACK = Path(__file__).with_name("repack.py")
REPACK_TIMEOUT_S = 1800


class BlendPacker:
    """Packs one scene of the open file."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self._scene = scene

    def pack(self, folder: Path, frames: tuple[int, ...]) -> Manifest:
        """Write the package below the empty folder; raises SceneError and then leaves nothing there."""
        findings = check_scene(self._scene)
        if findings.errors:
            raise SceneError(" ".join(findings.errors))
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return self._pack(folder, frames)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _pack(self, folder: Path, frames: tuple[int, ...]) -> Manifest:
        facts = read_scene(self._scene)
        root = os.path.dirname(bpy.data.filepath)
        main = os.path.basename(bpy.data.filepath) or "scene.blend"
        dependencies = find_dependencies()
        places = _places(root, main, dependencies)
        libraries = {one.path for one in dependencies if one.is_library}
        for source, place in places.items():
            if source not in libraries:
                _copy(source, folder / place)
        with tempfile.TemporaryDirectory(prefix="renderchain-") as scratch:
            copy = os.path.join(scratch, main)
            bpy.ops.wm.save_as_mainfile(filepath=copy, copy=True, relative_remap=True, compress=False)
            blends = [{"source": one, "target": places[one]} for one in sorted(libraries)]
            blends.append({"source": copy, "target": main})
            _repack(Path(scratch), folder, blends, places, main)
        return _write_manifest(folder, facts, main, frames)


def _places(root: str, main: str, dependencies: list[Dependency]) -> dict[str, str]:
    """Where each file goes: as it lies below the project's folder, else into a folder of its own."""
    places = {}
    for dependency in dependencies:
        for source in dependency.files:
            inside = bool(root) and Path(source).is_relative_to(root)
            relative = Path(source).relative_to(root).as_posix() if inside else ""
            if not inside or relative in (main, MANIFEST_NAME):
                key = hashlib.sha256(os.path.dirname(source).encode()).hexdigest()[:8]
                relative = f"{OUTSIDE}/{key}/{os.path.basename(source)}"
            places[source] = relative
    return places


def _copy(source: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise SceneError(f"{source} can't be read ({error.strerror}); check it and submit again.") from error


def _repack(
    scratch: Path, folder: Path, blends: list[dict[str, str]], places: dict[str, str], main: str
) -> None:
    """Have a clean Blender write the .blend files with their new paths and check the package."""
    order, answer = scratch / "order.json", scratch / "answer.json"
    text = {"blends": blends, "places": places, "folder": str(folder), "main": main, "answer": str(answer)}
    order.write_text(json.dumps(text))
    if bpy.app.binary_path:
        options = ["--background", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1"]
        command = [bpy.app.binary_path, *options, "--python", str(REPACK), "--", str(order)]
    else:
        command = [sys.executable, "-I", str(REPACK), "--", str(order)]
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=REPACK_TIMEOUT_S, check=False
    )
    if done.returncode or not answer.exists():
        tail = (done.stdout + done.stderr)[-1000:]
        raise SceneError(f"Blender could not write the package (exit code {done.returncode}): {tail}")
    gaps = json.loads(answer.read_text())["gaps"]
    if gaps:
        raise SceneError(
            f"These references do not resolve in the package: {'; '.join(gaps)}. Nothing was sent."
        )


def _write_manifest(folder: Path, facts: SceneFacts, main: str, frames: tuple[int, ...]) -> Manifest:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = Manifest(
        blender_version=facts.blender_version,
        main_blend=main,
        scene=facts.name,
        view_layers=facts.view_layers,
        engine=facts.engine,
        width=facts.width,
        height=facts.height,
        fps=facts.fps,
        frames=frames,
        samples=facts.samples,
        adaptive=facts.adaptive,
        file_format=facts.file_format,
        view_transform=facts.view_transform,
        files=tuple(file_entry(folder, path) for path in files),
    )
    (folder / MANIFEST_NAME).write_bytes(manifest.to_bytes())
    return manifest
