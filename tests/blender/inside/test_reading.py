"""What the reader finds in scenes that a look at their own list of objects and settings would miss.

Each scene is saved and opened again, as workers get it. Runs in the application and in the bpy module.
"""

import bpy
import pytest
from building import bake_points, ball, body_in, cloth_on, cube, drive, key, simulation_on, tree_on


def in_no_scene(stage):
    hidden = cube().copy()
    hidden.name = "hidden"
    simulation_on(hidden)
    tree, _, last = tree_on(ball())
    info = tree.nodes.new("GeometryNodeObjectInfo")
    info.inputs["Object"].default_value = hidden
    tree.links.new(info.outputs["Geometry"], last.inputs[0])
    return ("simulation", "hidden", 1)


def in_nested_groups(stage):
    inner = simulation_on(None, "inner")
    outer, first, last = tree_on(cube(), "outer")
    group = outer.nodes.new("GeometryNodeGroup")
    group.node_tree = inner
    outer.links.new(first.outputs[0], group.inputs[0])
    outer.links.new(group.outputs[0], last.inputs[0])
    return ("simulation", "cube", 1)


def in_background_set(stage):
    behind = bpy.data.scenes.new("behind")
    behind.collection.objects.link(bpy.data.objects.new("falls", cube().data))
    stage.background_set = behind
    cloth_on(behind.collection.objects[0])
    return ("simulation", "falls", 1)


def bodies_in_background_set(stage):
    behind = bpy.data.scenes.new("behind")
    falls = bpy.data.objects.new("falls", cube().data)
    behind.collection.objects.link(falls)
    stage.background_set = behind
    body_in(behind, falls)
    return ("simulation", "behind", 1)


def in_an_instanced_collection(stage):
    collection = bpy.data.collections.new("swarm")
    collection.objects.link(bpy.data.objects.new("falls", cube().data))
    stands = bpy.data.objects.new("stands", None)
    stands.instance_type, stands.instance_collection = "COLLECTION", collection
    stage.collection.objects.link(stands)
    cloth_on(collection.objects[0])
    return ("simulation", "falls", 1)


def cloth_shown_later(stage):
    key(cloth_on(cube()), "show_render", {1: False, 4: True})
    return ("simulation", "cube", 1)


def half_baked_cloth(stage):
    cloth_on(cube())
    bake_points(lambda: cube().modifiers["cloth"].point_cache, until=3)
    return ("simulation", "cube", 4)


def half_baked_bodies(stage):
    body_in(stage, cube())
    bake_points(lambda: stage.rigidbody_world.point_cache, until=3)
    return ("simulation", "Scene", 4)


def unbaked_particles(stage):
    cube().modifiers.new("particles", "PARTICLE_SYSTEM")
    return ("simulation", "cube", 1)


def unbaked_soft_body(stage):
    cube().modifiers.new("soft", "SOFT_BODY")
    return ("simulation", "cube", 1)


def unbaked_fluid(stage):
    cube().modifiers.new("fluid", "FLUID").fluid_type = "DOMAIN"
    return ("simulation", "cube", 1)


def unbaked_paint(stage):
    modifier = cube().modifiers.new("paint", "DYNAMIC_PAINT")
    with bpy.context.temp_override(object=cube(), active_object=cube()):
        bpy.ops.dpaint.type_toggle(type="CANVAS")
    modifier.canvas_settings.canvas_surfaces[0].surface_format = "VERTEX"
    return ("simulation", "cube", 1)


def keyed_time_limit(stage):
    key(stage.cycles, "time_limit", {1: 0.0, 5: 3.0})
    return ("animated setting", "Scene", 2)


def keyed_layer(stage):
    key(stage.view_layers.new("more"), "use", {1: True, 5: False})
    return ("animated setting", "Scene", 5)


def driven_seed_switch(stage):
    drive(stage, "cycles.use_animated_seed", (cube(), "LOC_X"), -1)
    return ("animated setting", "Scene", 1)


def strip_on_the_device(stage):
    key(stage.cycles, "device", {1: "CPU", 5: "CPU"})
    data = stage.animation_data
    action = data.action
    data.action = None
    data.nla_tracks.new().strips.new("later", 1, action)
    return ("animated setting", "Scene", 1)


def guiding(stage):
    stage.cycles.use_guiding, stage.cycles.use_adaptive_sampling = True, False
    return ("path guiding", "", None)


def guiding_that_is_keyed_on_later(stage):
    key(stage.cycles, "use_guiding", {1: False, 5: True})
    return ("path guiding", "", None)


def drivers_in_a_circle(stage):
    drive(cube(), "location", (ball(), "LOC_X"))
    drive(ball(), "location", (cube(), "LOC_X"))
    return ("circle", "cube", None)


def driver_that_reads_itself(stage):
    drive(cube(), "location", (cube(), "location[0]"))
    return ("circle", "cube", None)


def driver_of_a_property_that_reads_itself(stage):
    cube()["pull"] = 1.0
    drive(cube(), '["pull"]', (cube(), '["pull"]'), -1)
    return ("circle", "cube", None)


def driver_that_reads_self(stage):
    drive(cube(), "location", (ball(), "LOC_X"), expression="self.location.x + 0.1").driver.use_self = True
    return ("circle", "cube", None)


def driver_of_a_material_that_reads_itself(stage):
    material = bpy.data.materials.new("paint")
    material.use_nodes = True
    cube().data.materials.append(material)
    path = 'nodes["Principled BSDF"].inputs["Roughness"].default_value'
    curve = material.node_tree.driver_add(path)
    variable = curve.driver.variables.new()
    variable.targets[0].id_type = "MATERIAL"
    variable.targets[0].id, variable.targets[0].data_path = material, f"node_tree.{path}"
    return ("circle", "paint", None)


def object_on_the_bone_that_it_drives(stage):
    bpy.ops.object.armature_add()
    bones = bpy.context.object
    cube().parent, cube().parent_type, cube().parent_bone = bones, "BONE", "Bone"
    drive(bones, 'pose.bones["Bone"].location', (cube(), "LOC_X"))
    return ("circle", bones.name, None)


def itasc(stage):
    bpy.ops.object.armature_add()
    bones = bpy.context.object
    bones.pose.ik_solver = "ITASC"
    bones.pose.ik_param.mode = "SIMULATION"
    return ("iTaSC", bones.name, None)


def subset_after_the_last_sample(stage):
    stage.cycles.use_sample_subset, stage.cycles.sample_offset = True, stage.cycles.samples
    return ("no samples", stage.name, None)


def subset_after_the_fewest_samples(stage):
    stage.cycles.use_sample_subset, stage.cycles.sample_offset = True, 4
    key(stage.cycles, "samples", {1: 8, 4: 4})
    return ("no samples", stage.name, None)


def keyed_offset(stage):
    key(stage.cycles, "sample_offset", {1: 0, 4: 8})
    return ("animated setting", stage.name, 2)


def bodies_that_fall_later(stage):
    body_in(stage, cube())
    cube().rigid_body.kinematic = True
    key(cube().rigid_body, "kinematic", {1: True, 4: False})
    return ("simulation", stage.name, 1)


def constraints_in_a_circle(stage):
    for one, other in ((cube(), ball()), (ball(), cube())):
        one.constraints.new("COPY_LOCATION").target = other
    return ("constraint circle", "ball", None)


def constraints_in_a_circle_later(stage):
    circle = constraints_in_a_circle(stage)
    ball().constraints[0].influence = 0
    drive(ball(), "constraints[0].influence", (cube(), "hide_render"), -1)
    return circle


def bone_that_follows_what_hangs_on_it(stage):
    bpy.ops.object.armature_add()
    bones = bpy.context.object
    cube().parent, cube().parent_type, cube().parent_bone = bones, "BONE", "Bone"
    bones.pose.bones[0].constraints.new("COPY_ROTATION").target = cube()
    return ("constraint circle", min(bones.name, "cube"), None)


def texture_of_noise(stage):
    modifier = cube().modifiers.new("displace", "DISPLACE")
    modifier.texture = bpy.data.textures.new("snow", "NOISE")
    return ("noise texture", "snow", None)


def texture_of_noise_shown_later(stage):
    noise = texture_of_noise(stage)
    key(cube().modifiers[0], "show_render", {1: False, 4: True})
    return noise


def white_noise_on(stage, *through):
    material = bpy.data.materials.new("sparkles")
    material.use_nodes = True
    cube().data.materials.append(material)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    socket = nodes.new("ShaderNodeTexCoord").outputs["Generated"]
    for operation in through:
        step = nodes.new("ShaderNodeVectorMath")
        step.operation = operation
        links.new(socket, step.inputs[0])
        socket = step.outputs[0]
    noise = nodes.new("ShaderNodeTexWhiteNoise")
    links.new(socket, noise.inputs["Vector"])
    links.new(noise.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    return ("white noise", "sparkles", None)


def white_noise_on_smooth_coordinates(stage):
    return white_noise_on(stage, "SCALE", "ADD")


REFUSED = (
    bodies_that_fall_later,
    white_noise_on_smooth_coordinates,
    constraints_in_a_circle,
    constraints_in_a_circle_later,
    bone_that_follows_what_hangs_on_it,
    texture_of_noise,
    texture_of_noise_shown_later,
    subset_after_the_last_sample,
    subset_after_the_fewest_samples,
    keyed_offset,
    in_no_scene,
    in_nested_groups,
    in_background_set,
    bodies_in_background_set,
    in_an_instanced_collection,
    cloth_shown_later,
    half_baked_cloth,
    half_baked_bodies,
    unbaked_particles,
    unbaked_soft_body,
    unbaked_fluid,
    unbaked_paint,
    keyed_time_limit,
    keyed_layer,
    driven_seed_switch,
    strip_on_the_device,
    guiding,
    guiding_that_is_keyed_on_later,
    drivers_in_a_circle,
    driver_that_reads_itself,
    driver_of_a_property_that_reads_itself,
    driver_that_reads_self,
    driver_of_a_material_that_reads_itself,
    object_on_the_bone_that_it_drives,
    itasc,
)


@pytest.mark.parametrize("build", REFUSED, ids=lambda build: build.__name__)
def test_it_is_refused_and_named(part, stage, findings, build):
    expected = build(stage)
    found = findings()
    assert expected in found
    assert expected[0] in part("core.exactness").REFUSED


@pytest.mark.parametrize("build", [half_baked_cloth, half_baked_bodies])
def test_frames_that_a_half_bake_has_are_fine(stage, findings, build):
    build(stage)
    assert findings(frames=(1, 2, 3)) == []
