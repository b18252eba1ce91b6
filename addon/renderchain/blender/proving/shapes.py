"""What stands where in a frame, and how it is shaped: counts, means and bounds of what is rendered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...core.proof import Value

COMPONENTS = {
    "FLOAT": ("value", 1),
    "INT": ("value", 1),
    "FLOAT2": ("vector", 2),
    "FLOAT_VECTOR": ("vector", 3),
}
COMPONENTS |= {"FLOAT_COLOR": ("color", 4), "BYTE_COLOR": ("color", 4)}
RAYS = ("camera", "diffuse", "glossy", "transmission", "volume_scatter", "shadow")
MOST_STRANDS = 64  # of a particle system's hair, looked at one by one

Aspects = Iterator[tuple[str, Value]]


def instances_of(graph: Any, may_go_on: Callable[[], bool]) -> Iterator[tuple[Any, Aspects]]:
    """Each object that is rendered, with aspects of all its instances together."""
    places: dict[Any, list[list[float]]] = defaultdict(list)
    objects: dict[str, Any] = {}
    for number, instance in enumerate(graph.object_instances):
        if number % 256 == 0 and not may_go_on():
            return
        name = instance.object.original.name_full
        places[name].append([part for row in instance.matrix_world for part in row])
        objects.setdefault(name, instance.object.original)
    for name, original in objects.items():
        if not may_go_on():
            return
        yield original, _aspects(original.evaluated_get(graph), places[name])


def _aspects(thing: Any, places: list[list[float]]) -> Aspects:
    yield "place", [float(len(places)), *_summary(np.asarray(places, np.float64))]
    yield "value:rays", [float(getattr(thing, f"visible_{ray}", True)) for ray in RAYS]
    yield (
        "value:materials",
        " ".join(slot.material.name_full for slot in thing.material_slots if slot.material),
    )
    if thing.type == "VOLUME":
        grids = thing.data.grids
        yield "data", "" if grids.load() else grids.error_message or "no grids"
    yield "shape", list(_shape(thing))
    for system in thing.particle_systems:
        yield f"shape:{system.name}", list(_particles(thing, system))


def _shape(thing: Any) -> Iterator[float]:
    data = thing.data
    if thing.type == "MESH":
        yield from (len(data.vertices), len(data.polygons))
        yield from _points(data.vertices, "co")
        yield from _attributes(data)
    elif thing.type in ("CURVES", "POINTCLOUD"):
        yield len(data.points)
        yield from _points(data.points, "position" if thing.type == "CURVES" else "co")
        yield from _attributes(data)
    else:
        yield from (float(part) for corner in thing.bound_box for part in corner)


def _attributes(data: Any) -> Iterator[float]:
    for attribute in data.attributes:
        if attribute.name.startswith(".") or attribute.data_type not in COMPONENTS:
            continue
        name, width = COMPONENTS[attribute.data_type]
        values = np.empty(
            width * len(attribute.data), np.int32 if attribute.data_type == "INT" else np.float32
        )
        attribute.data.foreach_get(name, values)
        yield from _summary(values.reshape(-1, width))


def _points(points: Any, name: str) -> Iterator[float]:
    values = np.empty(3 * len(points), np.float32)
    points.foreach_get(name, values)
    values = values.reshape(-1, 3)
    yield from _summary(values)
    if len(values):
        yield from (float(one) for one in (*values.min(axis=0), *values.max(axis=0)))


def _particles(thing: Any, system: Any) -> Iterator[float]:
    yield from (len(system.particles), len(system.child_particles))
    yield from _points(system.particles, "location")
    if system.settings.type == "HAIR":
        for strand in range(min(len(system.particles), MOST_STRANDS)):
            yield from system.co_hair(thing, particle_no=strand, step=system.settings.render_step)


def _summary(values: Any) -> Iterator[float]:
    """Means and spreads of columns: what moves or swaps any of many changes one of them."""
    if len(values):
        values = values.astype(np.float64)
        yield from (float(one) for one in (*values.mean(axis=0), *values.std(axis=0)))
