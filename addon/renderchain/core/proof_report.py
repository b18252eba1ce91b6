"""What a proof says, and how the artist's side hands over what it recorded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .scene_finding import SceneFinding, errors_in

INDEX = "artist.json"


def record_name(frame: int) -> str:
    """The file with the record of a frame, as the artist's side has it."""
    return f"record-{frame:04d}.json"


def picture_name(frame: int, extension: str) -> str:
    """The file with a frame's picture, as the artist's side has it."""
    return f"picture-{frame:04d}.{extension}"


@dataclass(frozen=True)
class ArtistsSide:
    """Frames that were looked at, and rendered; Blender's complaints on the way; scripts that did not run."""

    looked: tuple[int, ...]
    pictured: tuple[int, ...]
    lines: tuple[str, ...]
    scripts: str = ""

    def to_json(self) -> str:
        """For another process of ours."""
        return json.dumps(asdict(self))


def parse_artists_side(text: str) -> ArtistsSide:
    """The inverse of ``to_json``, of our own process alone."""
    body = json.loads(text)
    return ArtistsSide(tuple(body["looked"]), tuple(body["pictured"]), tuple(body["lines"]), body["scripts"])


@dataclass(frozen=True)
class ProofReport:
    """Of one package on one machine; ``frames`` were looked at, ``pictures`` compared, ``of`` is the job's.

    ``times_ms`` are what each side took.
    """

    findings: tuple[SceneFinding, ...]
    frames: tuple[int, ...]
    pictures: tuple[int, ...]
    of: int
    times_ms: tuple[tuple[str, int], ...] = ()

    @property
    def errors(self) -> tuple[SceneFinding, ...]:
        """What keeps the package from being sent."""
        return errors_in(self.findings)

    @property
    def sentence(self) -> str:
        """What was done, for people."""
        return (
            f"The package was opened without your files: {_count(self.frames)} of {self.of} frames compared "
            f"with your Blender, {_count(self.pictures)} of them as pictures"
        )

    def as_dict(self) -> dict[str, Any]:
        """As programs read it, with seconds for milliseconds."""
        return {
            "findings": [one.as_dict() for one in self.findings],
            "frames": list(self.frames),
            "pictures": list(self.pictures),
            "of": self.of,
            "seconds": {part: ms / 1000 for part, ms in self.times_ms},
        }


def _count(frames: Sequence[int]) -> str:
    return f"{len(frames):,}"
