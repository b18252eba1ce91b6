"""What the agent and a render process say to each other about a probe, besides core/messages.py.

Frames are rendered at half resolution with few samples; digests are sha-256 in hexadecimal, of the noisy
pass of all view layers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import ContentError
from .probe import SHARED_TILES
from .probe_report import printable
from .reader import Reader

MAX_CHANGES = 64
MAX_CAUSES = 4
MAX_MS = 2**40


@dataclass(frozen=True)
class Survey:
    """To the render process: where does something change between these frames?"""

    first: int
    last: int


@dataclass(frozen=True)
class ProbeFrame:
    """To the render process: render this frame, reduced, in an opening of its own."""

    frame: int


@dataclass(frozen=True)
class ProbeTiles:
    """To the render process: render some tiles of the reduced frame, the last first, in one opening."""

    frame: int


@dataclass(frozen=True)
class PlayTo:
    """To the render process: set each frame from ``start`` to ``frame``, then render that, reduced.

    It gives up after ``most_ms`` of setting frames.
    """

    frame: int
    start: int
    most_ms: int


@dataclass(frozen=True)
class SurveyCauses:
    """To the render process: what in the scene is otherwise after playing to a frame? Nothing is rendered."""

    frame: int
    start: int
    most_ms: int


@dataclass(frozen=True)
class Surveyed:
    """Where the scene's own range starts, what setting a frame takes, and frames of change by weight.

    ``whole_frames``: leaves are only to be had out of a whole frame.
    """

    start: int
    step_ms: int
    whole_frames: bool
    changes: tuple[int, ...]


@dataclass(frozen=True)
class FrameProbed:
    """A reduced frame's digest, and those of some of its tiles."""

    frame: int
    digest: str
    tiles: tuple[str, ...]
    probe_ms: int


@dataclass(frozen=True)
class TilesProbed:
    """The digests of the same tiles, in the order in which ``FrameProbed`` has them."""

    frame: int
    tiles: tuple[str, ...]
    probe_ms: int


@dataclass(frozen=True)
class Played:
    """The digest of the reduced frame after playing to it; "" where the time was over at ``reached``."""

    frame: int
    reached: int
    digest: str
    probe_ms: int


@dataclass(frozen=True)
class CausesSurveyed:
    """Names of data-blocks, the likeliest first; none where nothing that was looked at is otherwise."""

    frame: int
    causes: tuple[str, ...]


ProbeCommand = Survey | ProbeFrame | ProbeTiles | PlayTo | SurveyCauses
ProbeMessage = Surveyed | FrameProbed | TilesProbed | Played | CausesSurveyed
COMMANDS: dict[str, Callable[..., ProbeCommand]] = {
    "survey": Survey,
    "probe_frame": ProbeFrame,
    "probe_tiles": ProbeTiles,
    "play_to": PlayTo,
    "survey_causes": SurveyCauses,
}
NAMES: dict[Any, str] = {kind: name for name, kind in COMMANDS.items()}
NAMES |= {Surveyed: "surveyed", FrameProbed: "frame_probed", TilesProbed: "tiles_probed"}
NAMES |= {Played: "played", CausesSurveyed: "causes_surveyed"}


def _digest(text: str) -> str:
    if len(text) != 64 or not set(text) <= set("0123456789abcdef"):
        raise ContentError("The render process's digest is not 64 hexadecimal digits: refused.")
    return text


def _digests(reader: Reader) -> tuple[str, ...]:
    texts = reader.texts("tiles")
    if len(texts) > SHARED_TILES:
        raise ContentError(f"The render process names {len(texts)} tiles: refused.")
    return tuple(_digest(text) for text in texts)


def _surveyed(reader: Reader) -> Surveyed:
    changes = tuple(reader.integers("changes", 0, MAX_CHANGES))
    numbers = (reader.frame("start"), reader.integer("step_ms", 0, MAX_MS))
    return Surveyed(*numbers, reader.boolean("whole_frames"), changes)


def _frame_probed(reader: Reader) -> FrameProbed:
    digest = reader.hexadecimal("digest", 64)
    return FrameProbed(reader.frame(), digest, _digests(reader), reader.integer("probe_ms", 0, MAX_MS))


def _tiles_probed(reader: Reader) -> TilesProbed:
    return TilesProbed(reader.frame(), _digests(reader), reader.integer("probe_ms", 0, MAX_MS))


def _played(reader: Reader) -> Played:
    digest = reader.text("digest")
    reached = reader.frame("reached")
    return Played(reader.frame(), reached, digest and _digest(digest), reader.integer("probe_ms", 0, MAX_MS))


def _causes_found(reader: Reader) -> CausesSurveyed:
    causes = reader.texts("causes")
    if len(causes) > MAX_CAUSES:
        raise ContentError(f"The render process names {len(causes)} causes: refused.")
    return CausesSurveyed(reader.frame(), tuple(printable(cause) for cause in causes))


READERS: dict[str, Callable[[Reader], ProbeMessage]] = {
    "surveyed": _surveyed,
    "frame_probed": _frame_probed,
    "tiles_probed": _tiles_probed,
    "played": _played,
    "causes_surveyed": _causes_found,
}
