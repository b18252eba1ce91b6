"""Grease Pencil: Blender draws its strokes over what Cycles rendered, on the graphics card.

Without one, the module leaves them out, and the application ends by a crash.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....core.exactness import Finding, found
from .curves import animated_by
from .reach import Reach

_KINDS = ("GREASEPENCIL", "GPENCIL")


def read_strokes(reach: Reach) -> Iterator[Finding]:
    """Objects whose strokes a frame may show: in no layer or collection that is left out of renderings."""
    if not any(one.type in _KINDS for one in reach.of("OBJECT")):
        return
    staged = {one for root in _roots(reach) for one in root}
    for one in reach.of("OBJECT"):
        if one.type in _KINDS and one in staged and not _is_hidden(one):
            yield found("strokes", one.name)


def _roots(reach: Reach) -> Iterator[Iterator[Any]]:
    for scene in reach.of("SCENE"):
        yield from (_in_layer(layer.layer_collection) for layer in scene.view_layers if layer.use)
    for one in reach.of("OBJECT"):
        if one.instance_type == "COLLECTION" and one.instance_collection:
            yield _in_collection(one.instance_collection)


def _in_layer(part: Any) -> Iterator[Any]:
    if part.collection.hide_render:
        return
    if not part.exclude:
        yield from part.collection.objects
    for child in part.children:
        yield from _in_layer(child)


def _in_collection(collection: Any) -> Iterator[Any]:
    yield from collection.objects
    for child in collection.children:
        if not child.hide_render:
            yield from _in_collection(child)


def _is_hidden(owner: Any) -> bool:
    return owner.hide_render and not any(one.path == "hide_render" for one in animated_by(owner))
