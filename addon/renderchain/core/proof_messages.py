"""What the agent and a render process say to each other about a proof, besides core/messages.py.

Record and picture of the artist's side are files in the output folder, put there before the process starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import ContentError
from .probe_report import printable
from .proof import DIFFERENCES, MAX_SEEN, MOST_DETAIL, STATES, Seen
from .reader import Reader

MAX_MS = 2**40
MAX_LINES = 16


@dataclass(frozen=True)
class ProofLook:
    """To the render process: what is this frame made of, and what differs from this record?"""

    frame: int
    record: str


@dataclass(frozen=True)
class ProofPicture:
    """To the render process: render this frame as for the artist's side, and compare with its picture."""

    frame: int
    picture: str


@dataclass(frozen=True)
class ProofLooked:
    """What differs at a frame, and what Blender complained of meanwhile."""

    frame: int
    seen: tuple[Seen, ...]
    lines: tuple[str, ...]
    look_ms: int


@dataclass(frozen=True)
class ProofPictured:
    """How the picture of a frame is another one, "" where it is the same; and Blender's complaints."""

    frame: int
    apart: str
    lines: tuple[str, ...]
    render_ms: int


ProofCommand = ProofLook | ProofPicture
ProofMessage = ProofLooked | ProofPictured
COMMANDS: dict[str, Callable[..., ProofCommand]] = {"proof_look": ProofLook, "proof_picture": ProofPicture}
NAMES: dict[Any, str] = {kind: name for name, kind in COMMANDS.items()}
NAMES |= {ProofLooked: "proof_looked", ProofPictured: "proof_pictured"}


def _looked(reader: Reader) -> ProofLooked:
    seen = [_seen(one) for one in reader.objects("seen")]
    if len(seen) > MAX_SEEN:
        raise ContentError(f"The render process tells {len(seen)} differences: refused.")
    return ProofLooked(reader.frame(), tuple(seen), _lines(reader), reader.integer("look_ms", 0, MAX_MS))


def _seen(reader: Reader) -> Seen:
    kind = reader.text("kind")
    if kind not in STATES | DIFFERENCES:
        raise ContentError(f"The render process tells a difference of the unknown kind {kind!r}: refused.")
    block, detail = printable(reader.text("block")), printable(reader.text("detail"), MOST_DETAIL)
    return Seen(kind, block, detail, reader.boolean("is_error"))


def _pictured(reader: Reader) -> ProofPictured:
    apart = printable(reader.text("apart"), MOST_DETAIL)
    return ProofPictured(reader.frame(), apart, _lines(reader), reader.integer("render_ms", 0, MAX_MS))


def _lines(reader: Reader) -> tuple[str, ...]:
    lines = reader.texts("lines")
    if len(lines) > MAX_LINES:
        raise ContentError(f"The render process tells {len(lines)} lines of its log: refused.")
    return tuple(printable(line, MOST_DETAIL) for line in lines)


READERS: dict[str, Callable[[Reader], ProofMessage]] = {
    "proof_looked": _looked,
    "proof_pictured": _pictured,
}
