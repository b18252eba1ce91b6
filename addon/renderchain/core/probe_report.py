"""What a probe of a package found, and how it is kept: verdict, reasons, limits, times."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from .canonical import dump_canonical
from .errors import ContentError
from .print_limits import LEAST, MOST, PrintLimits
from .reader import Reader

SCHEMA = "renderchain/probe/2"
MAX_REPORT_BYTES = 64 * 1024
MAX_NAME = 80
MAX_SENTENCE = 600
MAX_REASONS = 16
MAX_FRAMES = 64
MAX_MS = 2**40


class ProbeVerdict(Enum):
    """Fine, or not everything could be looked at, or others can't render it alike."""

    FINE = "fine"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"


class ReasonKind(Enum):
    """What a reason is about; only TIME makes a verdict doubtful, all others refuse."""

    SCENE = "scene"  # the scene can't be packed, opened or rendered as it is
    ORDER = "order"  # a frame is another one in another process or order
    HISTORY = "history"  # a frame depends on those before it
    CHAOS = "chaos"  # a last bit becomes another picture
    TIME = "time"  # a part was not done, or not all of it


@dataclass(frozen=True)
class ProbeReason:
    """One finding; ``sentence`` says what to do. ``data_block`` is "" where none is known."""

    kind: ReasonKind
    sentence: str
    frame: int | None = None
    data_block: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As it stands in a document."""
        return {
            "kind": self.kind.value,
            "frame": self.frame,
            "data_block": self.data_block,
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class ProbeReport:
    """Of one package on one machine.

    ``limits`` are what the job needs, None where that was not measured or the job is refused.
    ``share_openings``: the tiles of a frame came out the same in one opening of the file. ``times_ms`` has
    the milliseconds of each part. A frame of the job takes at least ``least_frame_ms`` on the machine's CPU,
    and about ``frame_ms`` at most; both are 0 where no frame was rendered.
    """

    reasons: tuple[ProbeReason, ...] = ()
    limits: PrintLimits | None = None
    share_openings: bool = False
    frames: tuple[int, ...] = ()
    times_ms: tuple[tuple[str, int], ...] = ()
    least_frame_ms: int = 0
    frame_ms: int = 0

    @property
    def verdict(self) -> ProbeVerdict:
        """What follows from the reasons."""
        kinds = {one.kind for one in self.reasons}
        if kinds - {ReasonKind.TIME}:
            return ProbeVerdict.REFUSED
        return ProbeVerdict.DOUBTFUL if kinds else ProbeVerdict.FINE

    @property
    def sentences(self) -> str:
        """The sentences that made the verdict."""
        told = list(self.reasons)
        if self.verdict is ProbeVerdict.REFUSED:
            told = [one for one in told if one.kind is not ReasonKind.TIME]
        return " ".join(one.sentence for one in told)

    def as_dict(self) -> dict[str, Any]:
        """As programs read it: the command's JSON, with seconds for milliseconds."""
        limits = self.limits and {
            "tile_percent": self.limits.tile_percent,
            "mean_percent": self.limits.mean_percent,
        }
        return {
            "verdict": self.verdict.value,
            "reasons": [one.as_dict() for one in self.reasons],
            "limits": limits,
            "share_openings": self.share_openings,
            "seconds": {part: ms / 1000 for part, ms in self.times_ms},
            "frames": list(self.frames),
            "frame_seconds": {"least": self.least_frame_ms / 1000, "most": self.frame_ms / 1000},
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON, for the worker's own folder."""
        body = self.as_dict() | {"schema": SCHEMA, "seconds": None, "frame_seconds": None}
        body |= {"least_frame_ms": self.least_frame_ms, "frame_ms": self.frame_ms}
        body["times"] = [{"part": part, "ms": ms} for part, ms in self.times_ms]
        return dump_canonical(body)


def parse_report(raw: bytes) -> ProbeReport:
    """The inverse of to_bytes; raises ContentError for anything malformed."""
    reader = Reader.parse(raw, "probe's report", SCHEMA, MAX_REPORT_BYTES)
    reasons = tuple(_reason(one) for one in reader.objects("reasons"))
    times = tuple((one.text("part"), one.integer("ms", 0, MAX_MS)) for one in reader.objects("times"))
    report = ProbeReport(
        reasons,
        _limits(reader) if reader.has("limits") else None,
        reader.boolean("share_openings"),
        tuple(reader.integers("frames", 0, MAX_FRAMES)),
        times,
        reader.integer("least_frame_ms", 0, MAX_MS),
        reader.integer("frame_ms", 0, MAX_MS),
    )
    if reader.text("verdict") != report.verdict.value:
        raise ContentError("The probe's report has a verdict that its reasons do not make: refused.")
    return report


def _limits(reader: Reader) -> PrintLimits:
    limits = reader.object("limits")
    return PrintLimits(
        limits.integer("tile_percent", LEAST.tile_percent, MOST.tile_percent),
        limits.integer("mean_percent", LEAST.mean_percent, MOST.mean_percent),
    )


def _reason(reader: Reader) -> ProbeReason:
    kinds = {kind.value: kind for kind in ReasonKind}
    kind = reader.text("kind")
    if kind not in kinds:
        raise ContentError(f"The probe's report has a reason of the unknown kind {kind!r}: refused.")
    frame = reader.frame() if reader.has("frame") else None
    return ProbeReason(kinds[kind], reader.text("sentence"), frame, reader.text("data_block"))


def printable(text: str, most: int = MAX_NAME) -> str:
    """Somebody else's text as it may be shown: one line, no control or direction characters, bounded."""
    shown = "".join(char if char.isprintable() else " " for char in text[: 4 * most])
    shown = " ".join(shown.split())
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"
