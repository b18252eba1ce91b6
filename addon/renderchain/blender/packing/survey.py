"""What of the open file's references a scene needs, and what is wrong with them.

Missing files keep a scene from being sent only where a frame may show them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import bpy

from ...core.scene_finding import SceneFinding, Severity
from ..cycles.reading.reach import Reach
from ..steps import all_at_once
from .caches import BESIDE
from .expansion import Files, Folders
from .kinds import references
from .reference import Bases, Reference, is_file, is_in_file
from .refusals import in_packed_library, refusals

MISSING = "missing file"
FIND_IT = "Find it or remove it."
NOT_SHOWN = "No frame shows it."
Key = tuple[str, str, str, str, str, str]


@dataclass
class Survey:
    """The references of the open file, and of them those that a scene uses, with their files."""

    findings: list[SceneFinding] = field(default_factory=list)
    local: list[tuple[Reference, Files | None]] = field(default_factory=list)
    linked: dict[Key, Files] = field(default_factory=dict)
    libraries: set[str] = field(default_factory=set)


def survey(scene: bpy.types.Scene, bases: Bases, folders: Folders, blend: str) -> Survey:
    """Look at the open file, whose artist knows it as ``blend``."""
    used, shown = all_at_once(Reach.of_scene(scene))
    found = Survey()
    for one in references():
        is_used, is_own = one.owner in used, is_in_file(one.owner)
        path = absolute(one, bases, blend)
        files = one.expand(path, folders) if one.expand and (is_used or is_own) else None
        if files is not None and files.missing:
            found.findings.append(_missing(one, files, is_shown=one.is_seen and one.owner in shown))
        if is_own or (one.is_beside and not one.path):  # a linked cache may be beside the film
            found.local.append((one, files if is_used else None))
        elif files is not None:
            found.linked[key_of(one, path, bases.absolute(one.owner.library.filepath, None))] = files
        if files is not None and one.owner in shown and (packed := _packed_library(one)):
            found.findings.append(in_packed_library(one.owner, path, packed))
    found.findings += _of_libraries(found, bases, used, shown, os.path.normpath(blend))
    found.findings += refusals(shown)
    return found


def look_at_files(scene: bpy.types.Scene) -> tuple[SceneFinding, ...]:
    """What is wrong with the files of a scene in the artist's own session."""
    return tuple(survey(scene, Bases("", 0), Folders(), bpy.data.filepath).findings)


def absolute(one: Reference, bases: Bases, blend: str) -> str:
    """The path of a reference as it was for the artist."""
    if one.is_beside:
        blend = bases.absolute(one.path, None) if one.path else blend
        head, _ = os.path.splitext(os.path.basename(blend))
        return os.path.join(os.path.dirname(blend), BESIDE + head)
    is_films = is_in_file(one.owner)
    return bases.absolute(one.path, one.library, is_films=is_films, is_plain=one.is_plain)


def key_of(one: Reference, path: str, library: str) -> Key:
    """What tells a linked reference from others, seen from the film and from its own file alike."""
    path = one.path if one.is_of_film else path  # its own file does not know where the film is
    return (library, one.owner.id_type, one.owner.name, one.attribute, one.called, path)


def _packed_library(one: Reference) -> bpy.types.Library | None:
    """The library inside a .blend that holds the path, or at which it starts though another file says it."""
    mine = one.owner.library
    if mine is not None and mine.packed_file and not is_in_file(one.owner):
        return mine
    start = one.library
    return start if start is not None and start != mine and start.packed_file else None


def is_blenders_own(path: str) -> bool:
    """Whether a file came with Blender, which every worker has."""
    roots = (bpy.utils.resource_path("LOCAL"), bpy.utils.resource_path("SYSTEM"))
    return any(root and os.path.realpath(path).startswith(os.path.realpath(root) + os.sep) for root in roots)


def _missing(one: Reference, files: Files, *, is_shown: bool) -> SceneFinding:
    path, more = files.missing[0], len(files.missing) - 1
    how = "which is missing" if files.is_alone or files.members else "which matches no file"
    sentence = f"{one.owner_name} refers to {path}, {how}"
    sentence += f", as are {more} more." if more else "."
    if is_shown:
        return SceneFinding(MISSING, Severity.ERROR, sentence, one.owner_name, FIND_IT)
    return SceneFinding(MISSING, Severity.WARNING, f"{sentence} {NOT_SHOWN}", one.owner_name, "")


def _of_libraries(
    found: Survey, bases: Bases, used: Reach, shown: Reach, film: str
) -> Iterator[SceneFinding]:
    for library in bpy.data.libraries:
        if not is_file(library):
            continue
        path = bases.absolute(library.filepath, None)
        blocks = library.users_id
        if is_blenders_own(path) or not any(block in used for block in blocks):
            continue
        if path == film:  # a library links from it; where it lies elsewhere, Blender would read it again
            sentence = f"A library links from the film itself ({path}); Blender shows none of that."
            yield SceneFinding("film linked", Severity.WARNING, sentence, f"Library {library.name!r}", "")
            continue
        found.libraries.add(path)
        if not os.path.isfile(path):
            name, is_shown = f"Library {library.name!r}", any(block in shown for block in blocks)
            sentence = f"{name} refers to {path}, which is missing."
            severity = Severity.ERROR if is_shown else Severity.WARNING
            yield SceneFinding(MISSING, severity, sentence, name, FIND_IT if is_shown else NOT_SHOWN)
