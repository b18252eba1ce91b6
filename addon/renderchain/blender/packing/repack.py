"""The program of a clean Blender: look at a copy of the artist's file, gather its files, write the package.

Here nothing of the artist's session is left, and nothing that happens here reaches it. All work on files is
done here as well, so that the artist's Blender goes on meanwhile.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import bpy

from ...core.errors import DiskFull, SceneError
from ...core.manifest import MAIN_BLEND, PackedFile
from ...core.scene_finding import SceneFinding, errors_in, overridden
from ..leaving import leave
from .caches import BESIDE
from .clean import clean
from .colours import put_colours
from .converted import Settings, as_linked, linked_texts, set_as_linked
from .expansion import Files, Folders, ending_of
from .kinds import references
from .painted import put_painted
from .places import LIBRARIES, Places, library_places
from .reference import Bases, Reference, is_archive, is_in_file
from .saving import save
from .survey import Key, absolute, is_blenders_own, key_of, survey
from .writable import why_unwritable

BLEND_ENDING = ".blend"
NOWHERE = "//none"  # for paths that nothing reads; they would tell of the artist's folders


@dataclass(frozen=True)
class Order:
    """What is to be packed: a ``copy``, ``depth`` folders deep, of what the artist knows as ``blend``.

    ``allowed`` are the errors that the artist has overridden, by name or kind.
    """

    copy: str
    depth: int
    blend: str
    scene: str
    file_format: str
    folder: str
    allowed: tuple[str, ...] = ()
    painted: str = ""  # a folder of images that the copy has not


@dataclass(frozen=True)
class Answer:
    """What came of it: all findings, and unless one is an error the package's files but for .blend files."""

    findings: tuple[SceneFinding, ...] = ()
    files: tuple[PackedFile, ...] = ()
    refused: str = ""
    is_full: bool = False  # the disk, which is why

    def to_json(self) -> str:
        """For the process that asked."""
        findings, files = ([one.as_dict() for one in some] for some in (self.findings, self.files))
        ended = {"refused": self.refused, "is_full": self.is_full}
        return json.dumps({"findings": findings, "files": files, **ended})

    @classmethod
    def parse(cls, text: str) -> Answer:
        """Back out of what ``to_json`` wrote."""
        body = json.loads(text)
        findings = tuple(SceneFinding.parse(one) for one in body["findings"])
        files = tuple(PackedFile(**one) for one in body["files"])
        return cls(findings, files, body["refused"], body["is_full"])


def run(written: Path) -> None:
    """Do what the order in a file says, leave the answer beside it, and end."""
    code = 1
    try:
        order = Order(**json.loads(written.read_text()))
        try:
            answer = pack(order)
        except (SceneError, DiskFull) as error:
            answer = Answer(refused=str(error), is_full=isinstance(error, DiskFull))
        written.with_name("answer.json").write_text(answer.to_json())
        code = 0
    except Exception:  # noqa: BLE001 - Blender must end, whatever it was
        traceback.print_exc()
    leave(code)  # where Blender refused drivers in Python, its own way out may hang


def pack(order: Order) -> Answer:
    """Look at the copy, and write the package unless an error is found."""
    bpy.context.preferences.filepaths.save_version = 0  # no copies of what was saved before
    _open(order.copy)
    put_painted(Path(order.painted))
    clean()
    folders = Folders()
    bases = Bases(os.path.dirname(order.blend), order.depth)
    found = survey(bpy.data.scenes[order.scene], bases, folders, order.blend)
    findings = overridden(found.findings, order.allowed)
    if errors_in(findings):
        return Answer(findings)
    if reason := why_unwritable(bpy.data.scenes[order.scene], order.file_format):
        raise SceneError(f"Blender can't write what the output settings ask for ({reason}). Choose others.")
    places = Places(Path(order.folder))
    files, settings = library_places(found.libraries), as_linked(bases)
    libraries, texts = {**_packed_libraries(bases), **files}, linked_texts(bases)
    _write(found.local, libraries, bases, places, MAIN_BLEND)
    for path, place in files.items():
        _pack_library(path, place, found.linked, settings, texts.get(path, ()), libraries, places)
    put_colours(places)
    return Answer(findings, tuple(places.files()))


def _packed_libraries(bases: Bases) -> dict[str, str]:
    """Where libraries would lie of which Blender 5 packed data-blocks: there the paths of these start."""
    packed = {bases.absolute(one.filepath, None) for one in bpy.data.libraries if is_archive(one)}
    return {path: f"{LIBRARIES}/packed{at}{BLEND_ENDING}" for at, path in enumerate(sorted(packed))}


def _pack_library(
    path: str,
    place: str,
    linked: dict[Key, Files],
    settings: Settings,
    texts: Collection[str],
    libraries: dict[str, str],
    places: Places,
) -> None:
    """A library as a package has it: only what the film uses is there, the rest leads nowhere."""
    _open(path)
    clean(texts)
    set_as_linked(path, settings)
    bases = Bases("", 0)
    own = [one for one in references() if is_in_file(one.owner)]
    needed = [(one, linked.get(key_of(one, absolute(one, bases, path), path))) for one in own]
    _write(needed, libraries, bases, places, place)


def _open(path: str) -> None:
    try:
        bpy.ops.wm.open_mainfile(filepath=path, load_ui=False, use_scripts=False)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise SceneError(
            f"{path} can't be opened as a .blend ({reason}); check it and submit again."
        ) from None


def _write(
    needed: Sequence[tuple[Reference, Files | None]],
    libraries: dict[str, str],
    bases: Bases,
    places: Places,
    blend: str,
) -> None:
    """Write the open file as ``blend`` of the package, its references rewritten."""
    paths = {library: bases.absolute(library.filepath, None) for library in bpy.data.libraries}
    target = str(places.room_for(blend))
    if any(reference.is_opened for reference, _ in needed):
        # The new paths start here, and Blender takes a sequence that it can't see for a film.
        save(target, relative_remap=False)
    for reference, files in needed:
        start = libraries.get(paths[reference.library], blend) if reference.library in paths else blend
        start = MAIN_BLEND if reference.stays_of_film else start
        _rewrite(reference, files, places, blend, start)
    _rewrite_libraries(paths, libraries, blend)
    save(target, copy=True, relative_remap=False)


def _rewrite(reference: Reference, files: Files | None, places: Places, blend: str, start: str) -> None:
    """Copy the files of a reference of ``blend`` and have it lead there, from ``start``."""
    if reference.is_beside:
        if files is not None:
            places.put_beside(files, blend, BESIDE)
        reference.lead_to("")
    elif files is not None and files.members:
        reference.lead_to(_from(start, places.put(files)))
    else:
        reference.lead_to(NOWHERE + ending_of(reference.path) if reference.expand else "")


def _rewrite_libraries(paths: dict[bpy.types.Library, str], libraries: dict[str, str], blend: str) -> None:
    """Have libraries lead into the package. What came with Blender becomes the file's own; the rest goes."""
    for library, path in paths.items():
        if library.packed_file:
            continue
        if path in libraries:
            library.filepath = _from(blend, libraries[path])
            continue
        if is_archive(library) or getattr(library, "archive_libraries", ()):  # it would take them along
            library.filepath = NOWHERE + BLEND_ENDING
            continue
        if is_blenders_own(path):
            _make_own(library)
        bpy.data.libraries.remove(library)


def _make_own(library: bpy.types.Library) -> None:
    """Have all that is used of a library be the file's own; each after its users, so that none is copied."""
    left = len(library.users_id) + 1
    while len(blocks := library.users_id) < left:
        left = len(blocks)
        for block, users in bpy.data.user_map(subset=blocks).items():
            if users and all(user.library is None for user in users):
                block.make_local()


def _from(blend: str, place: str) -> str:
    """A path in the package as a .blend of it says it."""
    return (
        "//"
        + os.path.relpath(place, os.path.dirname(blend) or ".").replace(os.sep, "/")
        + "/" * place.endswith("/")
    )
