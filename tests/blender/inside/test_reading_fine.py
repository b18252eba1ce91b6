"""What the reader lets pass, and what it only renders otherwise; false alarms cost artists as much as gaps.

Each scene is saved and opened again, as workers get it. Runs in the application and in the bpy module.
"""

import bpy
import pytest
from building import bake_points, bake_zone, ball, body_in, cloth_on, cube, drive, key, simulation_on, tree_on


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


def test_a_subset_that_has_samples_is_fine(stage, findings):
    stage.cycles.use_sample_subset, stage.cycles.sample_offset = True, stage.cycles.samples - 1
    assert findings() == []


def test_constraints_that_do_nothing_make_no_circle(stage, findings):
    for one, other in ((cube(), ball()), (ball(), cube())):
        one.constraints.new("COPY_LOCATION").target = other
    cube().constraints[0].mute = True
    assert findings() == []


def test_bones_that_follow_each_other_one_way_are_fine(stage, findings):
    bpy.ops.object.armature_add()
    bones = bpy.context.object
    bones.pose.bones[0].constraints.new("DAMPED_TRACK").target = cube()
    cube().constraints.new("COPY_LOCATION").target = ball()
    ball().parent = bones
    assert findings() == []


def test_a_texture_of_noise_that_is_not_rendered_is_fine(stage, findings):
    modifier = cube().modifiers.new("displace", "DISPLACE")
    modifier.texture = bpy.data.textures.new("snow", "NOISE")
    modifier.show_render = False
    assert findings() == []


def test_white_noise_on_rounded_coordinates_is_fine(stage, findings):
    material = bpy.data.materials.new("tiles")
    material.use_nodes = True
    cube().data.materials.append(material)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    coordinates, floor = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeVectorMath")
    floor.operation = "FLOOR"
    noise, island = nodes.new("ShaderNodeTexWhiteNoise"), nodes.new("ShaderNodeTexWhiteNoise")
    island.noise_dimensions = "1D"
    links.new(coordinates.outputs["UV"], floor.inputs[0])
    links.new(floor.outputs[0], noise.inputs["Vector"])
    links.new(nodes.new("ShaderNodeNewGeometry").outputs["Random Per Island"], island.inputs["W"])
    links.new(noise.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    links.new(island.outputs["Value"], nodes["Principled BSDF"].inputs["Roughness"])
    assert findings() == []


@pytest.mark.parametrize("kind", ["PASSIVE", "ACTIVE"])
def test_bodies_that_do_not_fall_are_fine(stage, findings, kind):
    body_in(stage, cube())
    cube().rigid_body.type, cube().rigid_body.kinematic = kind, True
    assert findings() == []


def test_what_nothing_uses_is_not_looked_at(stage, findings):
    forgotten = cube().copy()
    forgotten.use_fake_user = True
    cloth_on(forgotten)
    bpy.data.scenes.new("another").collection.objects.link(forgotten)
    assert findings() == []


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


def test_a_simulation_zone_that_leads_to_a_dead_end_is_fine(stage, findings):
    tree = simulation_on(cube())
    end = next(node for node in tree.nodes if node.bl_idname == "GeometryNodeSimulationOutput")
    last = next(node for node in tree.nodes if node.bl_idname == "NodeGroupOutput")
    dead = tree.nodes.new("GeometryNodeTransform")
    tree.links.remove(last.inputs[0].links[0])
    tree.links.new(end.outputs[0], dead.inputs[0])
    assert findings() == []


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


def test_guiding_that_is_keyed_on_after_the_job_is_none(stage, findings):
    key(stage.cycles, "use_guiding", {1: False, 5: True})
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
    all_at_once = part("blender.steps").all_at_once
    reach, _ = all_at_once(part("blender.cycles.reading.reach").Reach.of_scene(bpy.context.scene))
    assert all_at_once(part("blender.cycles.reading.volumes").has_volume(reach))


@pytest.mark.parametrize(
    "seen",
    ["never", "in no layer", "later", "through a node", "in an instance", "by colliding", "by falling"],
)
def test_an_unbaked_simulation_matters_unless_no_frame_can_show_it(stage, findings, seen):
    cloth_on(cube())
    cube().hide_render = seen != "in no layer"
    if seen == "in no layer":
        old = bpy.data.collections.new("old")
        stage.collection.children.link(old)
        for collection in cube().users_collection:
            collection.objects.unlink(cube())
        old.objects.link(cube())
        stage.view_layers[0].layer_collection.children["old"].exclude = True
    elif seen == "later":
        key(cube(), "hide_render", {1: True, 5: False})
    elif seen == "through a node":
        tree, _, _ = tree_on(ball())
        tree.nodes.new("GeometryNodeObjectInfo").inputs["Object"].default_value = cube()
    elif seen == "in an instance":
        group = bpy.data.collections.new("group")
        group.objects.link(cube())
        empty = bpy.data.objects.new("empty", None)
        empty.instance_type, empty.instance_collection = "COLLECTION", group
        stage.collection.objects.link(empty)
    elif seen == "by colliding":
        cube().modifiers.new("collision", "COLLISION")
    elif seen == "by falling":
        body_in(stage, cube())
    found = [one for one in findings() if one[:2] == ("simulation", "cube")]
    assert bool(found) == (seen not in ("never", "in no layer")), seen


def sketch_in(collection):
    pencils = bpy.data.grease_pencils_v3 if bpy.app.version < (5, 0) else bpy.data.grease_pencils
    sketch = bpy.data.objects.new("sketch", pencils.new("sketch"))
    collection.objects.link(sketch)
    return sketch


@pytest.mark.parametrize(
    ("place", "is_found"),
    [
        ("the scene", True),
        ("hidden", False),
        ("hidden until later", True),
        ("a hidden collection", False),
        ("a collection left out", False),
        ("an instance", True),
        ("another scene", False),
    ],
)
def test_strokes_that_a_frame_may_show_are_found(stage, findings, place, is_found):
    group = bpy.data.collections.new("group")
    if place == "another scene":
        sketch_in(bpy.data.scenes.new("other").collection)
    elif "collection" in place:
        stage.collection.children.link(group)
        sketch_in(group)
        group.hide_render = place == "a hidden collection"
        stage.view_layers[0].layer_collection.children["group"].exclude = not group.hide_render
    elif place == "an instance":
        sketch_in(group)
        empty = bpy.data.objects.new("empty", None)
        empty.instance_type, empty.instance_collection = "COLLECTION", group
        stage.collection.objects.link(empty)
    else:
        sketch_in(stage.collection).hide_render = place != "the scene"
    if place == "hidden until later":
        key(stage.collection.objects["sketch"], "hide_render", {1: True, 5: False})
    assert findings() == ([("strokes", "sketch", None)] if is_found else [])


def geometry_of(owner, fill):
    """Give an object nodes that ``fill`` makes; a socket that it returns leads to their end."""
    tree = bpy.data.node_groups.new("geometry", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    made = fill(tree)
    if made is not None:
        tree.links.new(made, tree.nodes.new("NodeGroupOutput").inputs[0])
    modifier = owner.modifiers.new("nodes", "NODES")
    modifier.node_group = tree
    return modifier


def strokes_of_curves(tree):
    circle, maker = map(
        tree.nodes.new, ("GeometryNodeCurvePrimitiveCircle", "GeometryNodeCurvesToGreasePencil")
    )
    tree.links.new(circle.outputs[0], maker.inputs[0])
    return maker.outputs[0]


def taken(kind, given, socket, output="Geometry"):
    def fill(tree):
        node = tree.nodes.new(f"GeometryNode{kind}")
        node.inputs[socket].default_value = given
        return node.outputs[output]

    return fill


@pytest.mark.parametrize(
    ("way", "is_found"),
    [
        ("curves", True),
        ("curves in a group", True),
        ("a muted node", False),
        ("an object", True),
        ("a collection", True),
        ("an object's object", True),
        ("an input", True),
        ("an object's place", False),
        ("a mesh", False),
        ("nodes of a hidden object", False),
    ],
)
def test_strokes_that_geometry_nodes_make_are_found(stage, findings, way, is_found):
    """They were not looked for, and the application of a worker without a graphics card crashed."""
    owner, group = bpy.data.objects["cube"], bpy.data.collections.new("group")
    sketch = sketch_in(group)
    if way == "curves in a group":
        inner = bpy.data.node_groups.new("inner", "GeometryNodeTree")
        inner.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
        inner.links.new(strokes_of_curves(inner), inner.nodes.new("NodeGroupOutput").inputs[0])

        def outer(tree):
            node = tree.nodes.new("GeometryNodeGroup")
            node.node_tree = inner
            return node.outputs[0]

        geometry_of(owner, outer)
    elif way == "a muted node":
        tree = geometry_of(owner, strokes_of_curves).node_group
        next(node for node in tree.nodes if node.bl_idname == "GeometryNodeCurvesToGreasePencil").mute = True
    elif way == "an object's object":
        other = bpy.data.objects.new("other", bpy.data.meshes.new("other"))
        geometry_of(other, taken("ObjectInfo", sketch, "Object"))
        geometry_of(owner, taken("ObjectInfo", other, "Object"))
    elif way == "an object's place":
        geometry_of(owner, taken("ObjectInfo", sketch, "Object", "Location"))
    elif way == "an input":
        modifier = geometry_of(owner, lambda tree: None)
        socket = modifier.node_group.interface.new_socket(
            "From", in_out="INPUT", socket_type="NodeSocketObject"
        )
        if bpy.app.version < (5, 2):
            modifier[socket.identifier] = sketch
        else:
            getattr(modifier.properties.inputs, socket.identifier).value = sketch
    else:
        geometry_of(
            owner,
            {
                "an object": taken("ObjectInfo", sketch, "Object"),
                "a collection": taken("CollectionInfo", group, "Collection", "Instances"),
                "a mesh": taken("ObjectInfo", bpy.data.objects["ball"], "Object"),
            }.get(way, strokes_of_curves),
        )
    owner.hide_render = way == "nodes of a hidden object"
    assert findings() == ([("strokes", "cube", None)] if is_found else [])
