"""Packing the open scene: a copy of the .blend, its libraries and files, every path below one folder.

The artist's own file and session are never changed: a clean Blender beside this one looks for the files,
copies them and rewrites the paths.

``BlendPacker.prepared`` reads the open scene and belongs on Blender's main thread; the long rest,
``PreparedPackage.finish``, uses no bpy and may run on any thread.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import bpy

from ...app.exchange.canonical_blend import make_canonical
from ...app.exchange.package import file_entry
from ...core.disk_room import is_full
from ...core.errors import Cancelled, ContentError, DiskFull, SceneError
from ...core.gate import CACHE_BYTES
from ...core.manifest import MAIN_BLEND, MANIFEST_NAME, Manifest, PackedFile, parse_manifest
from ...core.scene_finding import SceneFinding, Severity, errors_in
from ...core.scratch import Scratch
from ..preflight import Findings, SceneRefused, checked, refuse_errors
from ..scene_reader import SceneFacts, manifest_of, read_scene
from ..steps import Steps, all_at_once
from . import colours
from .blanking import blank_private, folders_named
from .painted import keep_painted
from .repack import BLEND_ENDING, Answer, Order
from .saving import save

NAMED, LOOK_THERE = "folder named", "Look for it in texts, inputs of nodes and properties of add-ons."
CLEAN_BLENDER = Path(__file__).with_name("clean_blender.py")
LONGEST_S = 3600
LOOK_EVERY_S = 0.1


@dataclass(frozen=True)
class PreparedPackage:
    """A copy of the open scene, to be packed; ``findings`` are warnings for the artist."""

    folder: Path
    scratch: Scratch
    frames: tuple[int, ...]
    facts: SceneFacts
    order: Order
    blender: str
    findings: tuple[SceneFinding, ...]
    own_seed: bool
    colours: str  # the configuration that this Blender uses, "" for Blender's own
    stopped: threading.Event

    def stop(self) -> None:
        """From any thread: ``finish`` ends soon, with Cancelled."""
        self.stopped.set()

    def finish(self, warn: Callable[[SceneFinding], None] = lambda _: None) -> Manifest:
        """Write the package; ``warn`` is called for what the artist should know.

        Raises SceneError, SceneRefused, DiskFull or Cancelled, and then leaves nothing in the folder.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with self.scratch:
                answer = self._answer()
                if errors_in(answer.findings):
                    raise SceneRefused(Findings(answer.findings))
                for one in answer.findings:
                    warn(one)
                blends = [self._finished(path, warn) for path in self.folder.rglob(f"*{BLEND_ENDING}")]
                files = [one for one in answer.files if not one.path.endswith(BLEND_ENDING)]
                return self._write_manifest(tuple(sorted([*files, *blends], key=lambda one: one.path)))
        except BaseException as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            if isinstance(error, OSError) and is_full(error):
                raise DiskFull(f"There is no room left to pack into {self.folder}. Make some.") from error
            raise

    def _finished(self, path: Path, warn: Callable[[SceneFinding], None]) -> PackedFile:
        """A .blend as it is sent: without what only the machine that saved it has to know."""
        blank_private(path)
        make_canonical(path)
        place = path.relative_to(self.folder).as_posix()
        for folder in folders_named(path, _own_folders(self.order.blend)):
            sentence = f"The package's {place} still names your folder {folder}, which workers can read."
            warn(SceneFinding(NAMED, Severity.WARNING, sentence, folder, LOOK_THERE))
        return file_entry(self.folder, path)

    def _answer(self) -> Answer:
        """Have a clean Blender write the package."""
        scratch = Path(self.scratch.name)
        written, log = scratch / "order.json", scratch / "log.txt"
        written.write_text(json.dumps(asdict(self.order)))
        code = self._run(_command(self.blender, written), log)
        answer = written.with_name("answer.json")
        if code or not answer.exists():
            tail = log.read_text(errors="replace")[-1000:]
            raise SceneError(f"Blender could not write the package (exit code {code}): {tail}")
        said = Answer.parse(answer.read_text())
        if said.refused:
            raise DiskFull(said.refused) if said.is_full else SceneError(said.refused)
        return said

    def _run(self, command: list[str], log: Path) -> int:
        # A Blender that starts without our extension enabled deletes the extension's wheels from the
        # user's folder, under the feet of the one that we run in; it gets a folder of its own.
        env = {**os.environ, "BLENDER_USER_RESOURCES": str(log.with_name("resources"))}
        env.pop(colours.VARIABLE, None)
        if self.colours:
            env[colours.VARIABLE] = self.colours
        until_s = time.monotonic() + LONGEST_S
        with log.open("wb") as said:
            process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            try:
                while process.poll() is None:
                    if self.stopped.wait(LOOK_EVERY_S):
                        raise Cancelled("Packing was stopped; nothing was sent.")
                    if time.monotonic() > until_s:
                        raise SceneError(
                            f"Packing took over {LONGEST_S // 60} minutes and was ended; nothing was sent. "
                            "Look for a folder on a slow or lost drive among the scene's files."
                        )
            finally:
                process.kill()
                process.wait()
        return process.returncode

    def _write_manifest(self, files: tuple[PackedFile, ...]) -> Manifest:
        settings = manifest_of(self.facts, self.frames)
        manifest = replace(settings, files=files, own_seed=self.own_seed)
        document = manifest.to_bytes()
        try:
            parse_manifest(document)  # as every worker will
        except ContentError as error:
            raise SceneError(f"Workers would refuse this package, so nothing was sent: {error}") from error
        if manifest.size_bytes > CACHE_BYTES:
            raise SceneError(
                f"The package has {manifest.size_bytes:,} bytes, and workers take {CACHE_BYTES:,}. "
                "Nothing was sent. Leave out what the frames do not need."
            )
        (self.folder / MANIFEST_NAME).write_bytes(document)
        return manifest


class BlendPacker:
    """Packs one scene of the open file; errors that are ``allowed``, by name or kind, don't stop it."""

    def __init__(self, scene: bpy.types.Scene, allowed: Collection[str] = ()) -> None:
        self._scene = scene
        self._allowed = tuple(allowed)

    def prepare(self, folder: Path, frames: tuple[int, ...], *, own_seed: bool = False) -> PreparedPackage:
        """Copy the scene as it is now, unsaved changes included; raises SceneError if it can't be sent.

        The package is going to be below ``folder``, which is empty.
        """
        return all_at_once(self.prepared(folder, frames, own_seed=own_seed))

    def prepared(
        self, folder: Path, frames: tuple[int, ...], *, own_seed: bool = False
    ) -> Steps[PreparedPackage]:
        """The same in steps; the copy is one of them, and takes what saving the file takes."""
        findings = yield from checked(self._scene, frames, own_seed=own_seed)
        found = refuse_errors(findings, self._allowed).found
        yield
        scratch = Scratch()
        facts = read_scene(self._scene)
        painted = Path(scratch.name, "painted")
        try:
            yield from keep_painted(painted)
            order = self._copy(scratch.name, folder, facts, painted)
        except OSError as error:
            if is_full(error):
                raise DiskFull(
                    f"There is no room left to save {scratch.name}. Make some, and try again."
                ) from error
            raise
        return PreparedPackage(
            folder,
            scratch,
            frames,
            facts,
            order,
            bpy.app.binary_path,
            found,
            own_seed,
            colours.in_use(),
            threading.Event(),
        )

    def _copy(self, scratch: str, folder: Path, facts: SceneFacts, painted: Path) -> Order:
        """Save the open file deeper than it lies: see ``Bases``."""
        blend = bpy.data.filepath
        depth = len(Path(blend).parts) + 1
        copy = Path(scratch, *["d"] * depth, MAIN_BLEND)
        copy.parent.mkdir(parents=True)
        save(str(copy), copy=True, relative_remap=True)
        scene = (facts.name, facts.file_format)
        return Order(str(copy), depth, blend, *scene, str(folder), self._allowed, str(painted))


def _own_folders(blend: str) -> list[str]:
    """The artist's home and where the file lies, so that their names are no part of longer ones."""
    folders = {str(Path.home()), os.path.dirname(blend)}
    return sorted(os.path.join(one, "") for one in folders if len(Path(one).parts) > 1)


def _command(blender: str, written: Path) -> list[str]:
    if not blender:
        return [sys.executable, "-I", str(CLEAN_BLENDER), "--", str(written)]
    options = ["--background", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1"]
    return [blender, *options, "--python", str(CLEAN_BLENDER), "--", str(written)]
