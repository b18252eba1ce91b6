"""Packing the open scene: a copy of the .blend, its libraries and files, every path below one folder.

The artist's own file and session are never changed: what has to be rewritten is rewritten in a
clean Blender beside this one, which then also opens the finished package and looks for gaps.

``BlendPacker.prepare`` reads the open scene and belongs on Blender's main thread; the long rest,
``PreparedPackage.finish``, uses no bpy and may run on any thread.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import bpy

from ...app.exchange.canonical_blend import make_canonical
from ...app.exchange.package import file_entry
from ...core.errors import SceneError
from ...core.manifest import MANIFEST_NAME, Manifest
from ..preflight import SceneRefused, check_scene
from ..scene_reader import SceneFacts, read_scene
from .dependencies import Dependency, find_dependencies

OUTSIDE = "_outside"
REPACK = Path(__file__).with_name("repack.py")
REPACK_TIMEOUT_S = 1800


@dataclass(frozen=True)
class PreparedPackage:
    """A copy of the open scene and what has to be gathered for it; ``warnings`` are for the artist."""

    folder: Path
    scratch: tempfile.TemporaryDirectory[str]
    frames: tuple[int, ...]
    facts: SceneFacts
    main: str
    places: dict[str, str]
    libraries: frozenset[str]
    blender: str
    warnings: tuple[str, ...]
    own_seed: bool

    def finish(self) -> Manifest:
        """Write the package; raises SceneError and then leaves nothing in the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with self.scratch:
                return self._write()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _write(self) -> Manifest:
        for source, place in self.places.items():
            if source not in self.libraries:
                _copy(source, self.folder / place)
        scratch = Path(self.scratch.name)
        blends = [{"source": one, "target": self.places[one]} for one in sorted(self.libraries)]
        blends.append({"source": str(scratch / self.main), "target": self.main})
        order = {"blends": blends, "places": self.places, "folder": str(self.folder), "main": self.main}
        _repack(self.blender, scratch, order)
        for blend in blends:
            make_canonical(self.folder / blend["target"])
        return _write_manifest(self)


class BlendPacker:
    """Packs one scene of the open file."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self._scene = scene

    def prepare(self, folder: Path, frames: tuple[int, ...], *, own_seed: bool = False) -> PreparedPackage:
        """Copy the scene as it is now, unsaved changes included; raises SceneError if it can't be sent.

        The package is going to be below ``folder``, which is empty.
        """
        findings = check_scene(self._scene, frames, own_seed=own_seed)
        if findings.errors:
            raise SceneRefused(findings)
        root = os.path.dirname(bpy.data.filepath)
        main = os.path.basename(bpy.data.filepath) or "scene.blend"
        dependencies = find_dependencies()
        scratch = tempfile.TemporaryDirectory(prefix="renderchain-")
        copy = os.path.join(scratch.name, main)
        bpy.ops.wm.save_as_mainfile(filepath=copy, copy=True, relative_remap=True, compress=False)
        return PreparedPackage(
            folder,
            scratch,
            frames,
            read_scene(self._scene),
            main,
            _places(root, main, dependencies),
            frozenset(one.path for one in dependencies if one.is_library),
            bpy.app.binary_path,
            findings.warnings,
            own_seed,
        )


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


def _repack(blender: str, scratch: Path, order: dict[str, object]) -> None:
    """Have a clean Blender write the .blend files with their new paths and check the package."""
    written, answer = scratch / "order.json", scratch / "answer.json"
    written.write_text(json.dumps({**order, "answer": str(answer)}))
    if blender:
        options = ["--background", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1"]
        command = [blender, *options, "--python", str(REPACK), "--", str(written)]
    else:
        command = [sys.executable, "-I", str(REPACK), "--", str(written)]
    # A Blender that starts without our extension enabled deletes the extension's wheels from the
    # user's folder, under the feet of the one that we run in; it gets a folder of its own.
    env = {**os.environ, "BLENDER_USER_RESOURCES": str(scratch / "resources")}
    done = subprocess.run(
        command,
        env=env,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=REPACK_TIMEOUT_S,
        check=False,
    )
    if done.returncode or not answer.exists():
        tail = (done.stdout + done.stderr)[-1000:]
        raise SceneError(f"Blender could not write the package (exit code {done.returncode}): {tail}")
    gaps = json.loads(answer.read_text())["gaps"]
    if gaps:
        raise SceneError(
            f"These references do not resolve in the package: {'; '.join(gaps)}. Nothing was sent."
        )


def _write_manifest(package: PreparedPackage) -> Manifest:
    folder, facts = package.folder, package.facts
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = Manifest(
        blender_version=facts.blender_version,
        main_blend=package.main,
        scene=facts.name,
        view_layers=facts.view_layers,
        engine=facts.engine,
        width=facts.width,
        height=facts.height,
        fps=facts.fps,
        frames=package.frames,
        samples=facts.samples,
        adaptive=facts.adaptive,
        file_format=facts.file_format,
        view_transform=facts.view_transform,
        files=tuple(file_entry(folder, path) for path in files),
        own_seed=package.own_seed,
    )
    (folder / MANIFEST_NAME).write_bytes(manifest.to_bytes())
    return manifest
