"""What the reader finds in scenes that a look at their own list of objects and settings would miss.

Each scene is saved and opened again, as workers get it. Runs in the application and in the bpy module.
"""

import bpy
import pytest

FRAMES = tuple(range(1, 9))


@pytest.fixture
def stage(empty):
    """A cube, a ball and a camera; frames 1 to 8."""
    empty.render.engine = "CYCLES"
    empty.render.resolution_x = empty.render.resolution_y = 64
    empty.cycles.device, empty.cycles.samples = "CPU", 2
    empty.frame_start, empty.frame_end = FRAMES[0], FRAMES[-1]
    empty.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    empty.collection.objects.link(empty.camera)
    for name, add in (
        ("cube", bpy.ops.mesh.primitive_cube_add),
        ("ball", bpy.ops.mesh.primitive_uv_sphere_add),
    ):
        add()
        bpy.context.object.name = name
    return empty


@pytest.fixture
def findings(part, tmp_path):
    """Of the current scene, saved and opened again: the kinds, data-blocks and frames."""

    def find(frames=FRAMES, **more):
        name = bpy.context.scene.name
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"), use_scripts=False)
        read = part("blender.cycles.reading.scene").read_exactness
        found = read(bpy.data.scenes[name], frames, **{"own_seed": False, **more})
        assert all(one.sentence.isprintable() for one in found)
        return [(one.kind, one.block, one.frame) for one in found]

    return find


def cube():
    return bpy.data.objects["cube"]


def ball():
    return bpy.data.objects["ball"]


def key(owner, path, values):
    for frame, value in values.items():
        setattr(owner, path, value)
        assert owner.keyframe_insert(path, frame=frame)
    setattr(owner, path, next(iter(values.values())))


def drive(owner, path, reads, index=0, expression="x + 0.1"):
    """A driver with one variable ``x``: an object's transform, or a property where a path is given."""
    curve = owner.driver_add(path, index) if index >= 0 else owner.driver_add(path)
    target, read = reads
    variable = curve.driver.variables.new()
    variable.name = "x"
    if read == "LOC_X":
        variable.type = "TRANSFORMS"
        variable.targets[0].transform_type = read
    variable.targets[0].id = target
    if read != "LOC_X":
        variable.targets[0].data_path = read
    curve.driver.expression = expression
    return curve


def tree_on(owner, name="nodes"):
    """A geometry node tree on an object, its input linked to its output through what is put between."""
    tree = bpy.data.node_groups.new(name, "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    first, last = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    tree.links.new(first.outputs[0], last.inputs[0])
    if owner:
        owner.modifiers.new(name, "NODES").node_group = tree
    return tree, first, last


def geometry(sockets):
    return next(socket for socket in sockets if socket.name == "Geometry")


def simulation_on(owner, name="zone"):
    tree, first, last = tree_on(owner, name)
    start, end = tree.nodes.new("GeometryNodeSimulationInput"), tree.nodes.new("GeometryNodeSimulationOutput")
    start.pair_with_output(end)
    move = tree.nodes.new("GeometryNodeTransform")
    move.inputs["Translation"].default_value = (0, 0, 0.1)
    for one, other in ((first, start), (start, move), (move, end), (end, last)):
        tree.links.new(geometry(one.outputs), geometry(other.inputs))
    return tree


def cloth_on(owner, end=FRAMES[-1]):
    modifier = owner.modifiers.new("cloth", "CLOTH")
    modifier.point_cache.frame_start, modifier.point_cache.frame_end = 1, end
    return modifier


def bake_points(cache, until=None):
    """Bake a cache; only until a frame if one is given."""
    if until is None:
        bpy.ops.ptcache.bake_all(bake=True)
        return
    for frame in range(1, until + 1):
        bpy.context.scene.frame_set(frame)
    with bpy.context.temp_override(point_cache=cache()):
        bpy.ops.ptcache.bake_from_cache()
    bpy.context.scene.frame_set(1)


def bake_zone(owner, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    (modifier,) = owner.modifiers
    with bpy.context.temp_override(object=owner, active_object=owner, selected_objects=[owner]):
        bpy.ops.object.geometry_node_bake_single(
            session_uid=owner.session_uid, modifier_name=modifier.name, bake_id=modifier.bakes[0].bake_id
        )


def body_in(scene, owner):
    with bpy.context.temp_override(scene=scene):
        bpy.ops.rigidbody.world_add()
    world = scene.rigidbody_world
    world.collection = bpy.data.collections.new("bodies")
    world.collection.objects.link(owner)
    world.point_cache.frame_start, world.point_cache.frame_end = FRAMES[0], FRAMES[-1]


def test_a_plain_scene_with_keys_drivers_and_an_armature_is_fine(stage, findings):
    key(cube(), "hide_render", {1: False, 3: True})
    drive(ball(), "location", (cube(), "LOC_X"))
    drive(cube(), "location", (cube(), "location[1]"))
    drive(cube(), "scale", (cube(), "location.y"), 2)
    key(stage.cycles, "samples", {1: 2, 4: 3})
    bpy.ops.object.armature_add()
    bones = bpy.context.object
    constraint = bones.pose.bones[0].constraints.new("IK")
    constraint.target = ball()
    cube().modifiers.new("armature", "ARMATURE").object = bones
    bones["bend"] = 0.5
    drive(bones, 'pose.bones["Bone"].rotation_quaternion', (bones, '["bend"]'), 1)
    assert findings() == []


def test_what_nothing_uses_is_not_looked_at(stage, findings):
    forgotten = cube().copy()
    forgotten.use_fake_user = True
    cloth_on(forgotten)
    bpy.data.scenes.new("another").collection.objects.link(forgotten)
    assert findings() == []


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


def guiding_that_changes_later(stage):
    key(stage.cycles, "use_guiding", {1: False, 5: True})
    stage.cycles.use_deterministic_guiding = False
    return ("changing path guiding", "", None)


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


REFUSED = (
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
    guiding_that_changes_later,
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


def test_a_wholly_baked_cloth_is_fine_and_holds_still_after_its_end(stage, findings):
    cloth_on(cube())
    bake_points(None)
    assert findings(frames=(2, 30)) == []


def test_baked_bodies_are_fine(stage, findings):
    body_in(stage, cube())
    bake_points(None)
    assert findings() == []


def test_a_cloth_baked_to_disk_is_fine(stage, findings, tmp_path):
    cloth_on(cube()).point_cache.use_disk_cache = True
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bake_points(None)
    assert findings() == []


@pytest.mark.parametrize("target", ["PACKED", "DISK"])
def test_a_simulation_zone_is_fine_where_it_is_baked_and_refused_where_not(stage, findings, tmp_path, target):
    simulation_on(cube())
    cube().modifiers[0].bake_target = target
    bake_zone(cube(), tmp_path)
    assert findings() == []
    bpy.context.scene.frame_end = 20
    assert findings(frames=range(1, 21)) == [("simulation", "cube", 9)]


def test_a_simulation_zone_that_leads_nowhere_is_fine(stage, findings):
    tree = simulation_on(cube())
    last = next(node for node in tree.nodes if node.bl_idname == "NodeGroupOutput")
    tree.links.remove(last.inputs[0].links[0])
    assert findings() == []


def test_a_modifier_that_is_never_shown_is_fine(stage, findings):
    cloth_on(cube()).show_render = False
    assert findings() == []


def test_a_setting_that_is_keyed_to_what_it_is_anyway_is_fine(stage, findings):
    key(stage.cycles, "time_limit", {1: 0.0, 5: 0.0})
    key(stage.view_layers[0], "use", {1: True, 5: True})
    assert findings() == []


def test_a_key_outside_the_job_changes_nothing(stage, findings):
    key(stage.view_layers[0], "use", {1: True, 50: False})
    assert findings() == []


def test_guiding_that_is_keyed_on_later_makes_verifiers_render_frames(stage, findings):
    key(stage.cycles, "use_guiding", {1: False, 5: True})
    assert findings() == [("path guiding", "", None)]
    assert findings(frames=(1, 2)) == []


def test_a_seed_that_the_artist_keeps_may_be_keyed(stage, findings):
    key(stage.cycles, "use_animated_seed", {1: False, 5: True})
    assert findings() == [("animated setting", "Scene", 1)]
    assert findings(own_seed=True) == []


def a_volume_of_nodes(stage):
    tree, first, last = tree_on(cube())
    node = tree.nodes.new("GeometryNodeMeshToVolume")
    tree.links.new(first.outputs[0], node.inputs[0])
    tree.links.new(node.outputs[0], last.inputs[0])


def a_volume_of_a_modifier(stage):
    volume = bpy.data.objects.new("smoke", bpy.data.volumes.new("smoke"))
    stage.collection.objects.link(volume)
    volume.modifiers.new("fill", "MESH_TO_VOLUME").object = cube()


def a_volume_in_a_group_of_shaders(stage):
    group = bpy.data.node_groups.new("fog", "ShaderNodeTree")
    group.interface.new_socket("Result", in_out="OUTPUT", socket_type="NodeSocketShader")
    fog, last = group.nodes.new("ShaderNodeVolumeScatter"), group.nodes.new("NodeGroupOutput")
    group.links.new(fog.outputs[0], last.inputs[0])
    material = bpy.data.materials.new("fog")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    material.node_tree.links.new(
        node.outputs[0], material.node_tree.nodes["Material Output"].inputs["Volume"]
    )
    cube().data.materials.append(material)


VOLUMES = [a_volume_of_nodes, a_volume_of_a_modifier, a_volume_in_a_group_of_shaders]


@pytest.mark.parametrize("build", VOLUMES, ids=lambda build: build.__name__)
def test_a_volume_is_a_volume_however_it_is_made(part, stage, findings, build):
    build(stage)
    expected = [("volume guiding", "", None)] if bpy.app.version >= (5, 0) else []
    assert findings() == expected
    reach = part("blender.cycles.reading.reach").Reach(bpy.context.scene)
    assert part("blender.cycles.reading.volumes").has_volume(reach)
