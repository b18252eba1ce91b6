"""What animates a property, and the values that this gives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AnimatedSetting:
    """A property with keys or a driver; ``curve`` is None where it alone does not tell the value."""

    path: str
    curve: Any

    def values(self, frames: Sequence[int]) -> set[float] | None:
        """The values at these frames; None if they could be any."""
        return {self.curve.evaluate(frame) for frame in frames} if self.curve else None


def animated_by(owner: Any) -> Iterator[AnimatedSetting]:
    """The properties of a data-block that are animated, by action, strip or driver; muted ones are not."""
    data = getattr(owner, "animation_data", None)
    if data is None:
        return
    tracks = [track for track in data.nla_tracks if not track.mute] if data.use_nla else []
    for curve in _curves(data.action, data.action_slot):
        # Strips blend with an action, and a modifier's or a control's own curve is not read here.
        yield AnimatedSetting(curve.data_path, None if tracks else curve)
    for track in tracks:
        for strip in track.strips:
            yield from (AnimatedSetting(curve.data_path, None) for curve in _strip_curves(strip))
    yield from (AnimatedSetting(curve.data_path, None) for curve in drivers_of(owner))


def drivers_of(owner: Any) -> Iterator[Any]:
    """The drivers of a data-block; some kinds have none, muted ones do nothing."""
    data = getattr(owner, "animation_data", None)
    return (curve for curve in (data.drivers if data else ()) if not curve.mute)


def _strip_curves(strip: Any) -> Iterator[Any]:
    if not strip.mute:
        yield from _curves(strip.action, strip.action_slot)
        for inner in strip.strips:
            yield from _strip_curves(inner)


def _curves(action: Any, slot: Any) -> Iterator[Any]:
    if action is None or slot is None:
        return
    for layer in action.layers:
        for strip in layer.strips:
            bag = strip.channelbag(slot)
            yield from (curve for curve in (bag.fcurves if bag else ()) if not curve.mute)
