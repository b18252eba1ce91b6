"""What the agent and a render process say to each other when parts of a frame are merged, besides
core/messages.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .merging import Sampling
from .plain_text import plain
from .reader import Reader

MOST_SAMPLES = 2**24  # of Blender's own settings
MOST_SEED = 2**31


@dataclass(frozen=True)
class ReadSampling:
    """To the render process: which samples of this frame does the scene render?"""

    frame: int


@dataclass(frozen=True)
class MakeFinal:
    """To the render process: make a frame's final image out of a noisy pass that has all samples there are.

    That is a file of numbers in the output folder.
    """

    frame: int
    noisy: str


@dataclass(frozen=True)
class SamplingRead:
    """Which samples of a frame the scene renders."""

    frame: int
    sampling: Sampling


@dataclass(frozen=True)
class FinalMade:
    """A final image was made, or why it could not be."""

    frame: int
    final: str
    why_not: str


MergeCommand = ReadSampling | MakeFinal
MergeMessage = SamplingRead | FinalMade
COMMANDS: dict[str, Callable[..., MergeCommand]] = {"read_sampling": ReadSampling, "make_final": MakeFinal}
NAMES: dict[Any, str] = {kind: name for name, kind in COMMANDS.items()}
NAMES |= {SamplingRead: "sampling_read", FinalMade: "final_made"}


def _sampling(reader: Reader) -> SamplingRead:
    told = reader.object("sampling")
    seed = told.integer("seed", 0, MOST_SEED)
    of, first, count = (told.integer(one, 0, MOST_SAMPLES) for one in ("of", "first", "count"))
    return SamplingRead(reader.frame(), Sampling(seed, of, first, count, told.boolean("adaptive")))


def _made(reader: Reader) -> FinalMade:
    return FinalMade(reader.frame(), reader.path("final"), plain(reader.text("why_not")))


READERS: dict[str, Callable[[Reader], MergeMessage]] = {"sampling_read": _sampling, "final_made": _made}
