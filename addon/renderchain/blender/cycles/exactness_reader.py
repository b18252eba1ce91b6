"""Which features of a scene keep its tiles from being rendered alone; core/exactness.py says what follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from .tile_render import MAX_CYCLES_TILE, frame_size

VOLUME_GUIDING_SINCE = (5, 0)
SIMULATION_NODE = "GeometryNodeSimulationOutput"


def features_of(scene: bpy.types.Scene) -> tuple[str, ...]:
    """The features by their names in core/exactness.py."""
    if scene.render.engine != "CYCLES":
        return ()
    cycles = scene.cycles
    guided = cycles.use_guiding
    found = {
        "path guiding": guided and cycles.use_deterministic_guiding,
        "changing path guiding": guided and not cycles.use_deterministic_guiding,
        "volume guiding": bpy.app.version[:2] >= VOLUME_GUIDING_SINCE and _has_volume(scene),
        "Freestyle": scene.render.use_freestyle and any(layer.use_freestyle for layer in scene.view_layers),
        "large frame": cycles.use_adaptive_sampling and max(frame_size(scene)) > MAX_CYCLES_TILE,
        "time limit": cycles.time_limit > 0,
        "simulation": any(not baked for baked in _simulations(scene)),
        "simulation nodes": any(_simulates(tree) for tree in _geometry_trees(scene)),
    }
    return tuple(name for name, there in found.items() if there)


def _has_volume(scene: bpy.types.Scene) -> bool:
    """Whether light may scatter in a volume; a material counts even where nothing visible uses it."""
    trees = [material.node_tree for material in bpy.data.materials if material.use_nodes]
    if scene.world and scene.world.use_nodes:
        trees.append(scene.world.node_tree)
    return bool(bpy.data.volumes) or any(_feeds_volume(tree) for tree in trees)


def _feeds_volume(tree: Any) -> bool:
    sockets = (socket for node in tree.nodes for socket in node.inputs)
    return any(socket.name == "Volume" and socket.is_linked for socket in sockets)


def _simulations(scene: bpy.types.Scene) -> Iterator[bool]:
    """For each simulation of the scene, whether it is baked."""
    world = scene.rigidbody_world
    if world and world.enabled and world.collection and world.collection.all_objects:
        yield world.point_cache.is_baked
    for owner in _objects(scene):
        for system in owner.particle_systems:
            moves = system.settings.type == "EMITTER" and system.settings.physics_type != "NO"
            if moves or (system.settings.type == "HAIR" and system.use_hair_dynamics):
                yield system.point_cache.is_baked
        for modifier in owner.modifiers:
            if modifier.show_render:
                yield from _simulations_of(modifier)


def _simulations_of(modifier: Any) -> Iterator[bool]:
    if modifier.type in ("CLOTH", "SOFT_BODY"):
        yield modifier.point_cache.is_baked
    elif modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings:
        yield from (surface.point_cache.is_baked for surface in modifier.canvas_settings.canvas_surfaces)
    elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
        yield modifier.domain_settings.has_cache_baked_any


def _geometry_trees(scene: bpy.types.Scene) -> Iterator[Any]:
    for owner in _objects(scene):
        for modifier in owner.modifiers:
            if modifier.type == "NODES" and modifier.show_render and modifier.node_group:
                yield modifier.node_group


def _objects(scene: bpy.types.Scene) -> set[Any]:
    """The scene's objects, those of instanced collections too."""
    found: set[Any] = set()
    waiting = list(scene.objects)
    while waiting:
        owner = waiting.pop()
        if owner not in found:
            found.add(owner)
            waiting += owner.instance_collection.all_objects if owner.instance_collection else ()
    return found


def _simulates(tree: Any) -> bool:
    """Whether a geometry node tree has a simulation zone, in its groups too."""
    return any(
        node.bl_idname == SIMULATION_NODE or (getattr(node, "node_tree", None) and _simulates(node.node_tree))
        for node in tree.nodes
    )
