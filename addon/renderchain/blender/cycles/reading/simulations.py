"""Simulations, and whether each is baked for every frame of a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import bpy

from ....core.exactness import Finding, found
from .caches import (
    UnreadableBake,
    missing_in_bake,
    missing_in_fluid,
    missing_in_point_cache,
)
from .curves import animated_by
from .reach import Reach

PHYSICS = {"CLOTH": "The cloth", "SOFT_BODY": "The soft body"}
ZONE = "GeometryNodeSimulationOutput"


def read_simulations(scene: Any, reach: Reach, frames: Sequence[int]) -> Iterator[Finding | None]:
    """What is not baked."""
    for stage in reach.of("SCENE"):
        world = stage.rigidbody_world
        if world and world.enabled and world.collection and any(map(_falls, world.collection.all_objects)):
            missing = missing_in_point_cache(world.point_cache, stage.library, frames)
            yield from _lacking("The rigid body world", stage, missing)
    zones = _SimulationZones()
    for owner in reach.of("OBJECT"):
        for system in owner.particle_systems:
            if _moves(system):
                missing = missing_in_point_cache(system.point_cache, owner.library, frames)
                yield from _lacking("A particle system", owner, missing)
        for modifier in owner.modifiers:
            if is_rendered(owner, modifier, frames):
                yield from _of_modifier(scene, owner, modifier, zones, frames)
        yield None


def _of_modifier(
    scene: Any, owner: Any, modifier: Any, zones: _SimulationZones, frames: Sequence[int]
) -> Iterator[Finding]:
    library = owner.library
    if modifier.type in PHYSICS:
        missing = missing_in_point_cache(modifier.point_cache, library, frames)
        yield from _lacking(PHYSICS[modifier.type], owner, missing)
    elif modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings:
        for surface in modifier.canvas_settings.canvas_surfaces:
            if surface.is_active and surface.surface_format == "VERTEX":
                missing = missing_in_point_cache(surface.point_cache, library, frames)
                yield from _lacking("The dynamic paint", owner, missing)
    elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
        missing = missing_in_fluid(modifier.domain_settings, library, frames)
        yield from _lacking("The fluid domain", owner, missing)
    elif modifier.type == "NODES" and modifier.node_group and zones.are_in(modifier.node_group):
        yield from _of_nodes(scene, owner, modifier, frames)


def _of_nodes(scene: Any, owner: Any, modifier: Any, frames: Sequence[int]) -> Iterator[Finding]:
    bakes = [
        bake for bake in modifier.bakes if bake.node and bake.node.bl_idname == ZONE and _counts(bake.node)
    ]
    try:
        lacking = [missing_in_bake(bake, modifier, scene, frames) for bake in bakes] or [frames[0]]
    except UnreadableBake:
        yield found("unreadable bake", owner.name)
        return
    for missing in lacking:
        yield from _lacking("A simulation zone", owner, missing)


def _lacking(what: str, owner: Any, missing: int | None) -> Iterator[Finding]:
    if missing is not None:
        yield found("simulation", owner.name, missing, what)


def _falls(owner: Any) -> bool:
    """Whether a body is simulated: passive and animated ones only stand in the way of others."""
    body = owner.rigid_body
    keyed = {one.path for one in animated_by(owner)}
    is_active = body is not None and (body.enabled or "rigid_body.enabled" in keyed) and body.type == "ACTIVE"
    return is_active and (not body.kinematic or "rigid_body.kinematic" in keyed)


def _moves(system: Any) -> bool:
    settings = system.settings
    if settings is None:
        return False
    if settings.type == "HAIR":
        return bool(system.use_hair_dynamics)
    return bool(settings.type == "EMITTER" and settings.physics_type != "NO")


def is_rendered(owner: Any, modifier: Any, frames: Sequence[int]) -> bool:
    """Whether a modifier is shown in any frame; keys and drivers may show it later."""
    path = f'modifiers["{bpy.utils.escape_identifier(modifier.name)}"].show_render'
    states = [one.values(frames) for one in animated_by(owner) if one.path == path]
    if not states:
        return bool(modifier.show_render)
    return any(values is None or any(value > 0 for value in values) for values in states)


def _counts(node: Any) -> bool:
    """A zone that leads to no output of its tree is not evaluated."""
    waiting, seen = [node], {node}
    while waiting:
        for socket in waiting.pop().outputs:
            for reached in (link.to_node for link in socket.links if not link.is_muted):
                if reached.bl_idname == "NodeGroupOutput":
                    return True
                if reached not in seen:
                    seen.add(reached)
                    waiting.append(reached)
    return False


class _SimulationZones:
    """Which node trees simulate, in their groups too; each is looked at once."""

    def __init__(self) -> None:
        self._known: dict[Any, bool] = {}

    def are_in(self, tree: Any) -> bool:
        """Whether a tree or one of its groups has a simulation zone that leads somewhere."""
        if tree not in self._known:
            self._known[tree] = False  # a group that has itself in it ends here
            self._known[tree] = any(
                _counts(node) if node.bl_idname == ZONE else bool(inner) and self.are_in(inner)
                for node in tree.nodes
                for inner in (getattr(node, "node_tree", None),)
            )
        return self._known[tree]
