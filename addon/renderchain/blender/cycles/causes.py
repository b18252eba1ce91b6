"""What in a scene is otherwise after playing to a frame: places, shapes and driven values, not pixels.

Two scenes of the same frame are read after each other; a data-block whose values differ depends on the
frames before it. That takes no rendering, so it is cheap where switching off suspects is not; what shows
in pixels alone, such as an image that is not refreshed, stays without a name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import bpy
import numpy as np

from ...core.probe_messages import MAX_CAUSES

State = dict[str, bytes]
OWNERS = (
    "objects",
    "materials",
    "worlds",
    "lights",
    "cameras",
    "meshes",
    "armatures",
    "scenes",
    "shape_keys",
)
SIMULATING = ("CLOTH", "SOFT_BODY", "FLUID", "DYNAMIC_PAINT", "NODES", "PARTICLE_SYSTEM")


def state_of(scene: bpy.types.Scene, may_go_on: Callable[[], bool]) -> State:
    """Digests of the values of everything by name; not of all where ``may_go_on`` says no."""
    graph = scene.view_layers[0].depsgraph
    graph.update()
    state: State = {}
    for kind in OWNERS:
        for owner in getattr(bpy.data, kind):
            if not may_go_on():
                return state
            digest = hashlib.sha256()
            for value in _values(owner, graph):
                digest.update(value)
            state[_name(owner)] = digest.digest()
    return state


def causes_in(before: State, after: State) -> tuple[str, ...]:
    """The names of what differs, first what may be the reason by itself."""
    changed = [name for name, digest in after.items() if before.get(name, digest) != digest]
    makers = {_name(owner) for kind in OWNERS for owner in getattr(bpy.data, kind) if _may_cause(owner)}
    return tuple(sorted(changed, key=lambda name: (name not in makers, name)))[:MAX_CAUSES]


def _name(owner: Any) -> str:
    return f"{owner.bl_rna.name} {owner.name!r}"


def _may_cause(owner: Any) -> bool:
    """Whether it simulates or is driven itself, instead of only following something that does."""
    if any(data.drivers for data in _animations(owner)):
        return True
    if not isinstance(owner, bpy.types.Object):
        return False
    uses = any(modifier.type in SIMULATING for modifier in owner.modifiers)
    solves = bool(owner.pose) and owner.pose.ik_solver == "ITASC"
    return uses or solves or owner.rigid_body is not None


def _animations(owner: Any) -> Iterator[Any]:
    tree = getattr(owner, "node_tree", None)
    for one in (owner, tree):
        if one is not None and one.animation_data:
            yield one.animation_data


def _values(owner: Any, graph: Any) -> Iterator[bytes]:
    evaluated = owner.evaluated_get(graph)
    if isinstance(owner, bpy.types.Object):
        yield np.array(evaluated.matrix_world, np.float32).tobytes()
        yield from _shape(evaluated)
    tree = getattr(owner, "node_tree", None)
    yield from _driven(owner, evaluated)
    if tree is not None:
        yield from _driven(tree, evaluated.node_tree or tree.evaluated_get(graph))


def _shape(evaluated: Any) -> Iterator[bytes]:
    if evaluated.type == "MESH":
        vertices = evaluated.data.vertices
        places = np.empty(3 * len(vertices), np.float32)
        vertices.foreach_get("co", places)
        yield places.tobytes()
    if evaluated.pose:
        yield from (np.array(bone.matrix, np.float32).tobytes() for bone in evaluated.pose.bones)
    for system in evaluated.particle_systems:
        places = np.empty(3 * len(system.particles), np.float32)
        system.particles.foreach_get("location", places)
        yield places.tobytes()


def _driven(owner: Any, evaluated: Any) -> Iterator[bytes]:
    if not owner.animation_data:
        return
    for curve in owner.animation_data.drivers:
        try:
            value = evaluated.path_resolve(curve.data_path)
        except ValueError:  # it drives what is not there
            continue
        yield repr(tuple(value) if hasattr(value, "__len__") else value).encode()
