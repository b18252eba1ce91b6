"""What keeps a scene's tiles from coming out the same alone, and what is done about it.

An audit renders single tiles again and expects the same bits from a like machine. docs/determinism.md
measures which features allow that. What follows for the others is told to the artist:

- PER_FRAME: a frame repeats itself, but a tile alone does not. A verifier renders the whole frame.
- DOUBTFUL: whether a frame repeats itself can't be read from the scene; only the artist knows.
- UNREPEATABLE: not even the frame repeats itself. Honest workers would be refused, so nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterable

PER_FRAME = {
    "path guiding": "Path guiding learns from all pixels of a frame",
    "volume guiding": "Volumes are sampled by what neighbouring pixels found",
    "Freestyle": "Freestyle draws its lines anew for every crop",
    "large frame": "Adaptive sampling joins the parts in which Cycles renders a frame of over 8,192 pixels",
}
COSTS_MORE = "audits render whole frames instead of tiles, which costs more of the audit pool."
DOUBTFUL = {
    "simulation nodes": "Geometry nodes simulate. Bake them with the target Packed, unless that is done: "
    "workers render frames out of order and would each get another simulation.",
}
UNREPEATABLE = {
    "time limit": "A time limit is set: every machine would stop at another sample. Set Time Limit to 0 and "
    "choose the samples.",
    "changing path guiding": "Path guiding is on without Deterministic: no rendering would repeat itself. "
    "Turn Deterministic on, or path guiding off.",
    "simulation": "A simulation is not baked: workers render frames out of order and would each get another "
    "one. Bake it, save, and submit again.",
}


def needs_whole_frames(features: Iterable[str]) -> bool:
    """Whether the tiles of a scene with these features have to be cut out of a whole frame."""
    return bool(PER_FRAME.keys() & set(features))


def warnings_of(features: Iterable[str]) -> tuple[str, ...]:
    """What the artist should know."""
    told = {feature: f"{why}: {COSTS_MORE}" for feature, why in PER_FRAME.items()} | DOUBTFUL
    return tuple(told[feature] for feature in features if feature in told)


def errors_of(features: Iterable[str]) -> tuple[str, ...]:
    """What the artist has to change before anything is sent."""
    return tuple(UNREPEATABLE[feature] for feature in features if feature in UNREPEATABLE)
