"""Moving scenes that simulate: baked, half-baked, not baked, hidden, and in places where nobody looks."""

from __future__ import annotations

from functools import partial
from typing import Any

from . import features
from .base import Unavailable, bpy, objects, put
from .moving import FIRST, LAST, Kind, beside, foggy, geometry_group, key


def baked(cache: Any, last: int = LAST, **settings: Any) -> None:
    """Bake a cache up to a frame."""
    put(cache, frame_start=FIRST, frame_end=last, **settings)
    with bpy.context.temp_override(point_cache=cache):
        bpy.ops.ptcache.bake(bake=True)


def falling(scene: Any, bake_to: int) -> None:
    """Boxes that fall, baked up to a frame."""
    features.rigid_bodies(scene)
    for at in range(5):
        objects()[f"box{at}"].location[2] += 0.5
    if bake_to:
        cache = scene.rigidbody_world.point_cache
        put(cache, frame_start=FIRST, frame_end=LAST)
        for frame in range(FIRST, bake_to + 1):
            scene.frame_set(frame)
        with bpy.context.temp_override(point_cache=cache):
            bpy.ops.ptcache.bake_from_cache()


def draped(scene: Any, bake: bool) -> None:
    """A cloth over the ball, which rolls."""
    features.cloth(scene)
    if bake:
        baked(bpy.data.objects["Grid"].modifiers["cloth"].point_cache)


def cloth_shown_later(scene: Any) -> None:
    """A cloth whose modifier is switched on while it runs."""
    features.cloth(scene)
    key(bpy.data.objects["Grid"].modifiers["cloth"], "show_render", {FIRST: False, 3: True})
    bpy.data.objects["Grid"].modifiers["cloth"].show_render = False


def cloth_hidden_object_shown_later(scene: Any) -> None:
    """A cloth whose object is not rendered at first."""
    features.cloth(scene)
    key(bpy.data.objects["Grid"], "hide_render", {FIRST: True, 3: False})


def soft(scene: Any, bake: bool) -> None:
    """A soft monkey."""
    monkey = objects()["monkey"]
    modifier = monkey.modifiers.new("soft", "SOFT_BODY")
    modifier.settings.use_goal = False
    monkey.location[2] += 0.6
    objects()["floor"].modifiers.new("collision", "COLLISION")
    if bake:
        baked(modifier.point_cache)


def sparks(scene: Any, bake: bool) -> None:
    """Particles as small boxes."""
    features.particles(scene)
    if bake:
        baked(objects()["monkey"].particle_systems[0].point_cache)


def sparks_on_disk(scene: Any) -> None:
    """Particles whose cache is a folder beside the .blend."""
    features.particles(scene)
    bpy.ops.wm.save_mainfile()
    baked(objects()["monkey"].particle_systems[0].point_cache, use_disk_cache=True)


def waving_hair(scene: Any) -> None:
    """Hair that is simulated, never baked."""
    features.hair(scene)
    system = objects()["monkey"].particle_systems[0]
    system.settings.count = 200
    system.use_hair_dynamics = True
    key(objects()["monkey"], "location", {FIRST: -0.9, LAST: 0.3}, 0)


def painted(scene: Any) -> None:
    """A floor that is painted by the ball, never baked."""
    floor = objects()["floor"]
    floor.modifiers.new("dense", "SUBSURF").render_levels = 5
    floor.modifiers["dense"].levels = 5
    floor.modifiers["dense"].subdivision_type = "SIMPLE"
    canvas = floor.modifiers.new("paint", "DYNAMIC_PAINT")
    with bpy.context.temp_override(object=floor, active_object=floor):
        bpy.context.view_layer.objects.active = floor
        bpy.ops.dpaint.type_toggle(type="CANVAS")
    canvas.canvas_settings.canvas_surfaces[0].surface_type = "WAVE"
    ball = objects()["ball"]
    bpy.context.view_layer.objects.active = ball
    ball.modifiers.new("paint", "DYNAMIC_PAINT").ui_type = "BRUSH"
    bpy.ops.dpaint.type_toggle(type="BRUSH")
    ball.location[2] = 0.3


def zone(scene: Any, bake: bool) -> None:
    """A simulation zone that lifts the monkey."""
    features.simulation_zone(scene)
    if bake:
        monkey = objects()["monkey"]
        put(monkey.modifiers["simulate"], bake_target="PACKED")
        bpy.ops.object.select_all(action="DESELECT")
        monkey.select_set(True)
        bpy.context.view_layer.objects.active = monkey
        bpy.ops.object.simulation_nodes_cache_bake(selected=True)


def zone_nowhere(scene: Any) -> None:
    """A simulation on an object that no scene has, shown by another's nodes."""
    features.simulation_zone(scene)
    monkey = objects()["monkey"]
    away = monkey.copy()
    away.name, away.use_fake_user = "away", True
    monkey.modifiers.clear()
    tree, _, shape = geometry_group(objects()["box2"], "fetch")
    info = tree.nodes.new("GeometryNodeObjectInfo")
    info.inputs["Object"].default_value, info.transform_space = away, "RELATIVE"
    tree.links.new(info.outputs["Geometry"], shape)


def behind(scene: Any) -> None:
    """A simulation zone in the scene that is the background of ours."""
    other = bpy.data.scenes.new("behind")
    scene.background_set = other
    features.simulation_zone(scene)
    scene.collection.objects.unlink(objects()["monkey"])
    other.collection.objects.link(objects()["monkey"])


def bodies_behind(scene: Any) -> None:
    """Boxes that fall in the scene that is the background of ours, never baked."""
    other = bpy.data.scenes.new("behind")
    scene.background_set = other
    boxes = [objects()[f"box{at}"] for at in range(5)]
    for box in boxes:
        scene.collection.objects.unlink(box)
        other.collection.objects.link(box)
    with bpy.context.temp_override(scene=other, view_layer=other.view_layers[0]):
        bpy.ops.rigidbody.world_add()
        for box in boxes:
            with bpy.context.temp_override(object=box, active_object=box):
                bpy.ops.rigidbody.object_add(type="ACTIVE")


def ocean(scene: Any) -> None:
    """An ocean whose time is keyed; it is calculated, not simulated."""
    modifier = objects()["floor"].modifiers.new("ocean", "OCEAN")
    put(modifier, resolution=7, spatial_size=20, wave_scale=0.6)
    key(modifier, "time", {FIRST: 1.0, LAST: 3.0})


def waves(scene: Any) -> None:
    """A wave modifier, which goes by the frame."""
    floor = objects()["floor"]
    dense = floor.modifiers.new("dense", "SUBSURF")
    dense.subdivision_type, dense.levels, dense.render_levels = "SIMPLE", 6, 6
    put(floor.modifiers.new("wave", "WAVE"), height=0.3, width=1.0, speed=0.4, time_offset=-20.0)


def smoke(scene: Any) -> Any:
    """Smoke in a box, baked; its cache lies beside the .blend. Returns the box."""
    if bpy.app.version < (5, 0):
        raise Unavailable("its own baking of fluids aborts")
    bpy.ops.mesh.primitive_cube_add(size=3, location=(0, 0, 1.5))
    box: Any = bpy.context.object
    domain = box.modifiers.new("fluid", "FLUID")
    domain.fluid_type = "DOMAIN"
    put(domain.domain_settings, domain_type="GAS", resolution_max=24, cache_type="ALL")
    put(domain.domain_settings, cache_frame_start=FIRST, cache_frame_end=LAST)
    domain.domain_settings.cache_directory = str(beside("smoke"))
    flow = objects()["monkey"].modifiers.new("fluid", "FLUID")
    flow.fluid_type = "FLOW"
    put(flow.flow_settings, flow_type="SMOKE", flow_behavior="INFLOW")
    foggy(box)
    bpy.context.view_layer.objects.active = box
    bpy.ops.wm.save_mainfile()
    with bpy.context.temp_override(object=box, active_object=box):
        bpy.ops.fluid.bake_all()
    return box


def smoke_in_a_box(scene: Any) -> None:
    """As it is."""
    smoke(scene)


KINDS = (
    Kind("rigid bodies, baked", partial(falling, bake_to=LAST)),
    Kind("rigid bodies, half-baked", partial(falling, bake_to=3)),
    Kind("rigid bodies, never baked", partial(falling, bake_to=0)),
    Kind("cloth, baked", partial(draped, bake=True)),
    Kind("cloth, never baked", partial(draped, bake=False)),
    Kind("cloth, its modifier shown later", cloth_shown_later),
    Kind("cloth, its object shown later", cloth_hidden_object_shown_later),
    Kind("soft body, baked", partial(soft, bake=True)),
    Kind("soft body, never baked", partial(soft, bake=False)),
    Kind("emitted particles, baked", partial(sparks, bake=True)),
    Kind("emitted particles, baked on disk", sparks_on_disk),
    Kind("emitted particles, never baked", partial(sparks, bake=False)),
    Kind("hair dynamics, never baked", waving_hair),
    Kind("dynamic paint, never baked", painted),
    Kind("simulation zone, baked and packed", partial(zone, bake=True)),
    Kind("simulation zone, never baked", partial(zone, bake=False)),
    Kind("simulation zone on an object in no scene", zone_nowhere),
    Kind("simulation zone in the background set", behind),
    Kind("rigid bodies in the background set", bodies_behind),
    Kind("ocean, time keyed", ocean),
    Kind("wave modifier", waves),
    Kind("smoke, baked", smoke_in_a_box),
)
