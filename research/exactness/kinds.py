"""All kinds of moving scene that are rendered in order and by jumping: of every theme, of every feature."""

from __future__ import annotations

from . import (
    cameras,
    features,
    files,
    geometry,
    images,
    keyed,
    layers,
    lights,
    rig,
    settings,
    simulations,
    surfaces,
)
from .moving import Kind

THEMES = (lights, images, simulations, rig, geometry, surfaces, layers, cameras, keyed, files)
# A feature that the render process sets otherwise is measured as it sets it.
FEATURES = tuple(
    Kind(case.name, case.build) for case in (*settings.CASES, *features.CASES) if not case.as_it_is
)
KINDS: tuple[Kind, ...] = (*FEATURES, *(kind for theme in THEMES for kind in theme.KINDS))
