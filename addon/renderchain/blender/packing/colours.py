"""The colour configuration that the artist's Blender uses, where it is not Blender's own, and its tables.

OpenColorIO looks for a table by the name that the configuration has for it, in the folders of its search
path. In a package tables lie with the other files, and both are rewritten: the names, and the path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy

from ...core.errors import SceneError
from ...core.manifest import COLOURS
from ...core.scene_finding import SceneFinding, Severity
from .expansion import Folders, one_file
from .places import FOLDER, Places

VARIABLE = "OCIO"
BLOCK = "Colour management"
_PLACE, _ARCHIVE_PLACE = COLOURS
_ARCHIVE = ".ocioz"  # a configuration with its tables, in one file
_COMMENT = re.compile(r"(?m)^[ \t]*#.*\n?")
_VERSION = re.compile(r"(?m)^ocio_profile_version:.*\n")
_SEARCH = re.compile(r"(?m)^search_path:[ \t]*(.*(?:\n[ \t]+\S.*|\n-[ \t].*)*)\n?")
_TRANSFORM = re.compile(r"!<FileTransform>\s*(\{?)")
_QUOTED = r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'"""
_SOURCE = re.compile(rf"(?<![\w-])src:\s*({_QUOTED}|[^\s,{{}}][^,{{}}\n]*)")
_SOURCE_OF_BLOCK = re.compile(rf"(?<![\w-])src:[ \t]*({_QUOTED}|\S.*)")
_VARIABLES = re.compile(r"[$%]")


def in_use() -> str:
    """The file that this Blender has its colours from, or "" where they came with it.

    Blender goes by the variable, and by its own where that names nothing; a user's folder may have another.
    """
    theirs = os.environ.get(VARIABLE, "")
    if "://" in theirs:
        return theirs
    place = os.path.join("colormanagement", "config.ocio")
    if not os.path.isfile(theirs):
        theirs = bpy.utils.user_resource("DATAFILES", path=place)
    own = Path(bpy.utils.system_resource("DATAFILES"), place)
    if not os.path.isfile(theirs) or Path(theirs).read_bytes() == own.read_bytes():
        return ""
    return os.path.abspath(theirs)


def colour_findings() -> Iterator[SceneFinding]:
    """What keeps the configuration in use out of a package."""
    path = in_use()
    if "://" in path:
        yield _finding(
            f"This Blender takes its colours from {path} (the variable {VARIABLE}), which is no file.",
            f"Have {VARIABLE} name a configuration on the disk, start Blender again, and choose anew.",
        )
    elif path and not path.endswith(_ARCHIVE):
        for table in Configuration.read(path).tables():
            if table.has_variables:
                yield _finding(
                    f"The colour configuration {path} refers to {table.name} by variables of its own.",
                    "Write their values into the configuration.",
                )
            elif not table.path:
                sentence = f"The colour configuration {path} refers to {table.name}, which is missing."
                yield SceneFinding("missing file", Severity.ERROR, sentence, BLOCK, "Find it or remove it.")


def put_colours(places: Places) -> None:
    """Have a package have the configuration in use, if it is none of Blender's own."""
    path = in_use()
    if not path or "://" in path:
        return
    if path.endswith(_ARCHIVE):
        places.write(_ARCHIVE_PLACE, _read(path))
        return
    text = Configuration.read(path).led_to(places)
    places.write(_PLACE, text.encode("utf-8", "surrogateescape"))


@dataclass(frozen=True)
class Table:
    """A file of a configuration, by the name at a place of its text; ``path`` is "" where there is none."""

    name: str
    path: str
    span: tuple[int, int]
    has_variables: bool


@dataclass(frozen=True)
class Configuration:
    """One that is text, without its comments; ``folder`` is where its relative paths start."""

    text: str
    folder: str

    @classmethod
    def read(cls, path: str) -> Configuration:
        """Raises SceneError where it can't be read."""
        text = _read(path).decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        return cls(_COMMENT.sub("", text), os.path.dirname(path))

    def tables(self) -> Iterator[Table]:
        """All files that its transforms read."""
        folders = self._search_path()
        for transform in _TRANSFORM.finditer(self.text):
            end = self.text.find("!<", transform.end())
            pattern = _SOURCE if transform[1] else _SOURCE_OF_BLOCK
            source = pattern.search(self.text, transform.end(), end if end >= 0 else len(self.text))
            if source is None:
                continue
            written = re.split(r"\s#", source[1])[0].rstrip() if source[1][0] not in "\"'" else source[1]
            name, start = _plain(written), source.start(1)
            places = [os.path.join(self.folder, folder, name) for folder in folders]
            has_variables = any(map(_VARIABLES.search, [name] if os.path.isabs(name) else [name, *folders]))
            path = next(filter(os.path.isfile, places), "")
            yield Table(name, path, (start, start + len(written)), has_variables)

    def led_to(self, places: Places) -> str:
        """Its text as a package has it, with the tables among the package's files."""
        text, folders = self.text, Folders()
        for table in reversed(list(self.tables())):
            if table.path and not table.has_variables:
                start, end = table.span
                name = os.path.basename(places.put(one_file(table.path, folders)))
                text = f'{text[:start]}"{name}"{text[end:]}'
        there = f"search_path: ../{FOLDER}\n"
        if _SEARCH.search(text):
            return _SEARCH.sub(there, text, count=1)
        return _VERSION.sub(lambda found: found[0] + there, text, count=1)

    def _search_path(self) -> list[str]:
        """Folders as they are written: a list, or a text with colons."""
        found = _SEARCH.search(self.text)
        said = found[1].strip() if found else ""
        if said.startswith("["):
            return [_plain(one.strip()) for one in said.strip("[]").split(",")]
        if said.startswith("-"):
            return [_plain(re.sub(r"^\s*-\s*", "", line).strip()) for line in said.splitlines()]
        on_windows = os.sep == "\\"
        return re.split(r";|:(?![\\/])" if on_windows else ":", _plain(said))


def _plain(written: str) -> str:
    """A text as YAML writes it."""
    if written[:1] == '"' == written[-1:]:
        return re.sub(r"\\(.)", r"\1", written[1:-1])
    if written[:1] == "'" == written[-1:]:
        return written[1:-1].replace("''", "'")
    return written


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SceneError(
            f"The colour configuration {path} can't be read ({error.strerror}); check it and submit again."
        ) from error


def _finding(sentence: str, fix: str) -> SceneFinding:
    return SceneFinding("colour configuration", Severity.ERROR, sentence, BLOCK, fix)
