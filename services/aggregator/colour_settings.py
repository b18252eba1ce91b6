"""How a scene's frames are shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """What stands under Color Management in a scene's render properties; ``look`` "" is none."""

    display: str = "sRGB"
    view: str = "AgX"
    look: str = ""
    exposure: float = 0.0
    gamma: float = 1.0
