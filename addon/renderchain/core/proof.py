"""The proof of a package: is everything in it, and does it make what the artist's own Blender makes?

Both sides write down what a frame is made of, as a record: for each data-block its aspects, where it
stands, how it is shaped, what it is set to, whether what it reads is there. The artist's side does so
with the originals in place, the other one where the package is all that there is. What differs has a
reason, and is said with the data-block's name.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .plain_text import plain
from .probe_report import MAX_SENTENCE, printable
from .scene_finding import SceneFinding, Severity

DEFAULT_S = 120
ARTISTS_SHARE = 0.5  # of the time, for the artist's side
LOOKS_SHARE = 0.6  # of what a side has, for what frames are made of; pictures have the rest
MOST_PICTURES = 6
PICTURE_SAMPLES = 4
PICTURE_SIDE = 640  # pixels; a larger frame is rendered smaller
MAX_SEEN = 32  # of one frame
MOST_DETAIL = 120
RELATIVE, ABSOLUTE = 1e-4, 1e-5  # within which numbers are the same

Value = Sequence[float] | str
Record = Mapping[str, Mapping[str, Value]]

# What an aspect "kind:detail" is about: the sentence, and what to do. These come first in what is told.
STATES = {
    "data": (
        "{block} can't be read in the package at frame {frame} ({detail}).",
        "Pack it into the .blend (File > External Data), or save it beside the .blend.",
    ),
    "unreadable": (
        "{block} can't be read, in your own Blender neither ({detail}).",
        "Replace its file by one that Blender reads, or remove what shows it.",
    ),
    "link": (
        "{block} is linked from a file that the package does not have.",
        "Make the library's path relative, or make the data-block local.",
    ),
    "node": (
        "{block} has the node {detail}, which only an add-on knows; on workers it does nothing.",
        "Replace it by Blender's own nodes, or bake it into an image.",
    ),
    "driver": (
        "{block} has a driver ({detail}) that workers can't evaluate: they run no Python of scenes, and have "
        "no add-ons.",
        "Write it as a simple expression, or bake it into keys.",
    ),
}
MISSING = "is missing"  # how a state says of a file that it is not there
# Whatever the artist's own Blender makes of these here, workers make nothing of them.
NEVER_ON_WORKERS = ("node", "driver")
DIFFERENCES = {
    "shape": (
        "{block} has another shape in the package than in your Blender at frame {frame}.",
        "Bake what shapes it, and look whether the files are packed that it reads.",
    ),
    "place": (
        "{block} stands elsewhere in the package than in your Blender at frame {frame}.",
        "Something moves it that workers do not run (a script, a handler, an add-on): bake it into keys.",
    ),
    "shown": (
        "{block} is rendered in only one of your Blender and the package at frame {frame}.",
        "Something shows or hides it that workers do not run, or it comes from a file that is missing.",
    ),
    "value": (
        "{block} is set otherwise in the package than in your Blender at frame {frame} ({detail}).",
        "Something sets it that workers do not run (a script, a handler, an add-on), or a file is missing.",
    ),
    "picture": (
        "Frame {frame} of the package is another picture than your Blender makes ({detail}).",
        "Look at what else was found; render the package yourself (renderchain render) and compare.",
    ),
    "log": (
        "Blender complains about the package: {detail}.",
        "Find the file that it names, or remove what refers to it.",
    ),
}
OTHERS = {
    "open": ("The package can't be opened and rendered: {detail}", "Mend the scene, and pack it again."),
    "scripts": (
        "Scripts of the file did not run when it was opened here ({detail}), so what they do to the picture "
        "is not known. Workers run none.",
        "Open it with scripts allowed (--run-scripts) to compare the package with what they do.",
    ),
    "time": ("The proof was not done in time: {detail}.", "Give it more seconds to be sure."),
    "sandbox": (
        "There is no sandbox on this machine, so your files were in reach while the package was proved.",
        "Install bubblewrap (Linux), or look at the first frames that come back.",
    ),
}
SENTENCES = STATES | DIFFERENCES | OTHERS
WARNINGS = ("scripts", "time", "sandbox")


@dataclass(frozen=True)
class Seen:
    """One thing that is otherwise in the package; ``is_error``: the artist's Blender has it right."""

    kind: str
    block: str
    detail: str
    is_error: bool


def found(
    kind: str, *, block: str = "", frame: int | None = None, detail: str = "", is_error: bool = True
) -> SceneFinding:
    """A finding of this kind; names, which somebody unknown chose, are cut and cleaned."""
    block, detail = (
        printable(block),
        printable(detail, MAX_SENTENCE if kind == "open" else MOST_DETAIL).rstrip("."),
    )
    sentence, fix = SENTENCES[kind]
    severity = Severity.ERROR if is_error and kind not in WARNINGS else Severity.WARNING
    told = sentence.format(block=block, frame=frame, detail=detail)
    return SceneFinding(kind, severity, told, block, fix)


def compare(artist: Record, package: Record, *, is_whole: bool = True) -> tuple[Seen, ...]:
    """What is otherwise in the package, causes before consequences, each kind once for a data-block.

    Not ``is_whole``: one of them lacks what there was no time for.
    """
    seen: dict[tuple[str, str], Seen] = {}
    for block in sorted({*artist, *package}):
        for one in _compare_block(block, artist.get(block), package.get(block), is_whole):
            seen.setdefault((one.block, one.kind), one)
    order = [*STATES, *DIFFERENCES]
    told = sorted(seen.values(), key=lambda one: (not one.is_error, order.index(one.kind), one.block))
    return tuple(told[:MAX_SEEN])


def _compare_block(
    block: str,
    artist: Mapping[str, Value] | None,
    package: Mapping[str, Value] | None,
    is_whole: bool,
) -> Iterator[Seen]:
    for aspect in sorted({*(artist or ()), *(package or ())}):
        kind, _, detail = aspect.partition(":")
        mine, theirs = (artist or {}).get(aspect), (package or {}).get(aspect)
        if kind in STATES:
            if theirs and mine and kind == "data":  # one that is missing was told of while packing
                yield _seen("unreadable", block, str(mine), not str(mine).endswith(MISSING))
            elif theirs:
                is_error = not mine or kind in NEVER_ON_WORKERS
                yield _seen(kind, block, detail or str(theirs), is_error)
        elif mine is None or theirs is None:
            if is_whole:
                known = kind if kind == "value" and artist and package else "shown"
                yield _seen(known, block, detail, True)
        elif not is_same(mine, theirs):
            yield _seen(kind, block, ": ".join(filter(None, (detail, _told(mine, theirs)))), True)


def _seen(kind: str, block: str, detail: str, is_error: bool) -> Seen:
    """Names of files and data-blocks may be no whole characters, which no message can have."""
    return Seen(kind, plain(block), plain(detail), is_error)


def is_same(mine: Value, theirs: Value) -> bool:
    """Whether two values of an aspect are the same but for rounding."""
    if isinstance(mine, str) or isinstance(theirs, str):
        return mine == theirs
    return len(mine) == len(theirs) and all(map(_is_close, mine, theirs))


def _is_close(mine: float, theirs: float) -> bool:
    both_odd = not math.isfinite(mine) and not math.isfinite(theirs)
    return both_odd or math.isclose(mine, theirs, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def _told(mine: Value, theirs: Value) -> str:
    return f"{mine!r}, not {theirs!r}" if isinstance(mine, str) or isinstance(theirs, str) else ""


def frames_to_prove(job: Sequence[int], weighed: Sequence[int]) -> tuple[int, ...]:
    """All frames of a job in the order in which they are looked at while there is time.

    The weightiest first, then what halves the rest again and again, so that it is looked at evenly.
    """
    order = dict.fromkeys(weighed)
    parts = [sorted(job)]
    while parts:
        part = parts.pop(0)
        if part:
            middle = len(part) // 2
            order.setdefault(part[middle])
            parts += [part[:middle], part[middle + 1 :]]
    return tuple(order)
