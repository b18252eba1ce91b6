"""How a scene's frames are shown."""

from __future__ import annotations

from dataclasses import dataclass

from renderchain.core.manifest import NO_LOOK, Manifest


@dataclass(frozen=True)
class Colour:
    """What stands under Color Management in a scene's render properties, but for curves and white balance.

    ``look`` "" is none.
    """

    display: str = "sRGB"
    view: str = "AgX"
    look: str = ""
    exposure: float = 0.0
    gamma: float = 1.0


def colour_of(settings: Manifest) -> Colour:
    """What a package says of it."""
    look = "" if settings.look == NO_LOOK else settings.look
    numbers = float(settings.exposure), float(settings.gamma)
    return Colour(settings.display, settings.view_transform, look, *numbers)
