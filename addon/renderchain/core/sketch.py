"""A frame sketched on the artist's machine, small and with few samples, to reckon what a whole one takes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Sketch:
    """The seconds of one sample and of ``few`` of them, on a ``part`` of the frame's pixels.

    The frame has ``samples``. Scene and textures are read once, however many samples there are.
    """

    one_s: float
    few_s: float
    few: int
    samples: int
    part: float

    @property
    def frame_s(self) -> float:
        """About what the whole frame takes."""
        if self.few < 2:
            return self.one_s / self.part
        each_s = max(self.few_s - self.one_s, 0.0) / (self.few - 1)
        return max(self.one_s - each_s, 0.0) + each_s * self.samples / self.part

    def to_json(self) -> str:
        """For the process that asked."""
        return json.dumps({"sketch": asdict(self)})

    @classmethod
    def parse(cls, text: str) -> Sketch:
        """Back out of what ``to_json`` wrote."""
        return cls(**json.loads(text)["sketch"])
