"""Fail if a Cairo file imports from a floor that is not below its own, or if files import each other.

python tools/cairo_directions.py [folder]     contracts/src unless another one is named
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "contracts" / "src"
# From below upwards; rooms on one floor do not know each other. Directory, registry and board are contracts
# of their own, so each calls the others by interface. An audit works on the storage of its board and uses
# the board's components; the board reaches its audits as a library, by interface again.
FLOORS = (
    ("types",),
    ("packing", "events", "interfaces", "rules"),
    ("directory", "registry", "board"),
    ("audit",),
    ("tests::support",),
    ("tests",),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
NO_CODE = re.compile(r"//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\\n])*'")
ROOT = re.compile(r"(?<![\w:])(?:crate|renderchain)\s*::")
RELATIVE = re.compile(r"(?<![\w:])(?:super|self)\s*::")


def modules(folder: Path) -> dict[str, str]:
    """The code of every file, without comments and literals, by its path in Cairo: ``board::jobs``."""
    files = {path.relative_to(folder).with_suffix("").parts: path for path in sorted(folder.rglob("*.cairo"))}
    return {"::".join(parts): NO_CODE.sub(" ", path.read_text()) for parts, path in files.items()}


def imports(code: str) -> Iterator[str]:
    """Every path from the root that the code names, in a ``use`` or elsewhere, braces taken apart."""
    for found in ROOT.finditer(code):
        words = re.finditer(r"\w+|::|\S", code[found.end() :])
        yield from branches("", (word[0] for word in words))


def branches(stem: str, words: Iterator[str]) -> Iterator[str]:
    """The paths of one tree, of which the stem is read: ``a::{b, c::{d, e}}`` has a::b, a::c::d, a::c::e."""
    path, joined = stem, True
    for word in words:
        if word == "{" and joined:
            yield from group(path, words)
            return
        if word == "::":
            joined = True
        elif joined and re.fullmatch(r"\w+", word):
            path, joined = f"{path}::{word}" if path else word, False
        else:
            break
    yield path


def group(stem: str, words: Iterator[str]) -> Iterator[str]:
    """The paths of all branches between two braces, the first of which is read."""
    depth, part, parts = 0, list[str](), list[list[str]]()
    for word in words:
        if word == "}" and depth == 0:
            break
        if word == "," and depth == 0:
            parts, part = [*parts, part], []
            continue
        depth += (word == "{") - (word == "}")
        part.append(word)
    for words_of_part in [*parts, part]:
        if words_of_part:
            yield from branches(stem, iter(words_of_part))


def file_of(path: str, known: Iterable[str]) -> str | None:
    """The module that holds what the path names; None if the path leads to no file."""
    parts = path.split("::")
    heads = ("::".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((head for head in heads if head in known), None)


def room_of(module: str) -> str | None:
    """The room that the module is in; None for one that stands on no floor."""
    return next((room for room in FLOOR_OF if f"{module}::".startswith(f"{room}::")), None)


def faults(folder: Path) -> list[str]:
    """What is wrong with the imports of all files below the folder, a sentence each."""
    known = modules(folder)
    found, graph = list[str](), dict[str, list[str]]()
    for module, code in known.items():
        if RELATIVE.search(code):
            found.append(f"{module}: say crate:: for super:: and self::, so that its direction shows")
        targets = {path: file_of(path, known) for path in dict.fromkeys(imports(code))}
        found += [f"{module}: crate::{path} leads to no file" for path, file in targets.items() if not file]
        graph[module] = [file for file in dict.fromkeys(targets.values()) if file and file != module]
        found += [fault for file in graph[module] if (fault := upwards(module, file))]
        if module != "lib" and not room_of(module):
            found.append(f"{module}: its folder stands on no floor of tools/cairo_directions.py")
    return found + [f"files import each other: {' -> '.join(cycle)}" for cycle in cycles(graph)]


def upwards(module: str, file: str) -> str | None:
    """Why the module may not import from the file, None if it may."""
    here, there = room_of(module), room_of(file)
    if here is None or there is None or here == there or FLOOR_OF[there] < FLOOR_OF[here]:
        return None
    return f"{module} imports {file}: {there} is not below {here}"


def cycles(graph: dict[str, list[str]]) -> list[list[str]]:
    """A cycle through each file from which a walk comes back to it; each cycle once, its first name first."""
    done, found = set[str](), list[list[str]]()

    def walk(path: list[str]) -> None:
        for file in graph[path[-1]]:
            if file in path:
                around = path[path.index(file) :]
                first = around.index(min(around))
                found.append([*around[first:], *around[:first], around[first]])
            elif file not in done:
                walk([*path, file])
        done.add(path[-1])

    for module in graph:
        if module not in done:
            walk([module])
    return found


def main(arguments: list[str]) -> int:
    """Print what is wrong; the exit code says whether anything is."""
    found = faults(Path(arguments[0]) if arguments else SOURCES)
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
