"""Moving scenes about geometry: nodes, modifiers, instances, curves, text, hair, metaballs, points."""

from __future__ import annotations

from typing import Any

from . import features
from .base import bpy, objects, put
from .moving import FIRST, LAST, Kind, add, foggy, geometry_group, key, turned


def metaballs(scene: Any) -> None:
    """Three metaballs that flow into each other."""
    for at in range(3):
        bpy.ops.object.metaball_add(location=(at - 1.0, -1.4, 0.6), radius=0.7)
        one: Any = bpy.context.object
        one.data.materials.append(bpy.data.materials["box4"])
        one.data.render_resolution = 0.1
        key(one, "location", {FIRST: at - 1.0, LAST: 1.0 - at}, 0)


def node_instances(scene: Any) -> None:
    """Boxes on points by chance, turned by the scene's time."""
    tree, shape, out = geometry_group(objects()["monkey"], "scatter")
    new, link = tree.nodes.new, tree.links.new
    points, copies = new("GeometryNodeDistributePointsOnFaces"), new("GeometryNodeInstanceOnPoints")
    cube, time = new("GeometryNodeMeshCube"), new("GeometryNodeInputSceneTime")
    turn = new("GeometryNodeRotateInstances")
    cube.inputs["Size"].default_value = (0.1, 0.1, 0.2)
    points.inputs["Density"].default_value = 40
    link(shape, points.inputs["Mesh"])
    link(points.outputs["Points"], copies.inputs["Points"])
    link(cube.outputs["Mesh"], copies.inputs["Instance"])
    link(time.outputs["Seconds"], copies.inputs["Scale"])
    link(copies.outputs[0], turn.inputs[0])
    link(turn.outputs[0], out)
    key(points.inputs["Seed"], "default_value", {FIRST: 1, LAST: 9})
    key(copies.inputs["Rotation"], "default_value", {FIRST: 0.0, LAST: 2.0}, 2)


def node_volume(scene: Any) -> None:
    """A volume that nodes make of a mesh that turns."""
    monkey = objects()["monkey"]
    turned(monkey)
    tree, shape, out = geometry_group(monkey, "cloud")
    node, paint = tree.nodes.new("GeometryNodeMeshToVolume"), tree.nodes.new("GeometryNodeSetMaterial")
    foggy(objects()["box4"])
    paint.inputs["Material"].default_value = bpy.data.materials["fog"]
    tree.links.new(shape, node.inputs["Mesh"])
    tree.links.new(node.outputs["Volume"], paint.inputs[0])
    tree.links.new(paint.outputs[0], out)


def point_cloud(scene: Any) -> None:
    """Points of a size, spread anew by a seed that is keyed."""
    tree, shape, out = geometry_group(objects()["monkey"], "points")
    node, paint = (
        tree.nodes.new("GeometryNodeDistributePointsOnFaces"),
        tree.nodes.new("GeometryNodeSetMaterial"),
    )
    node.inputs["Density"].default_value = 300
    paint.inputs["Material"].default_value = bpy.data.materials["box4"]
    tree.links.new(shape, node.inputs["Mesh"])
    tree.links.new(node.outputs["Points"], paint.inputs[0])
    tree.links.new(paint.outputs[0], out)
    key(node.inputs["Seed"], "default_value", {FIRST: 1, LAST: 50})


def noise_nodes(scene: Any) -> None:
    """A floor whose heights are a noise that goes with time."""
    tree, shape, out = geometry_group(objects()["floor"], "hills")
    new, link = tree.nodes.new, tree.links.new
    dense, move, noise = (
        new("GeometryNodeSubdivideMesh"),
        new("GeometryNodeSetPosition"),
        new("ShaderNodeTexNoise"),
    )
    axis, time = new("ShaderNodeCombineXYZ"), new("GeometryNodeInputSceneTime")
    dense.inputs["Level"].default_value, noise.noise_dimensions = 6, "4D"
    link(shape, dense.inputs[0])
    link(dense.outputs[0], move.inputs["Geometry"])
    link(time.outputs["Frame"], noise.inputs["W"])
    link(noise.outputs[0], axis.inputs["Z"])
    link(axis.outputs[0], move.inputs["Offset"])
    link(move.outputs[0], out)


def many_modifiers(scene: Any) -> None:
    """Fourteen modifiers on one mesh, some of them keyed."""
    monkey = objects()["monkey"]
    new = monkey.modifiers.new
    turned(new("array", "ARRAY").id_data)
    monkey.modifiers["array"].count = 2
    cut = new("cut", "BOOLEAN")
    cut.object, cut.solver = objects()["ball"], "EXACT"
    key(new("bend", "SIMPLE_DEFORM"), "angle", {FIRST: 0.0, LAST: 1.5})
    key(new("cast", "CAST"), "factor", {FIRST: 0.0, LAST: 0.5})
    names = ("SOLIDIFY", "BEVEL", "SUBSURF", "SMOOTH", "LAPLACIANSMOOTH", "WELD", "TRIANGULATE", "DECIMATE")
    for name in names:
        new(name, name)
    key(monkey.modifiers["DECIMATE"], "ratio", {FIRST: 1.0, LAST: 0.3})
    new("split", "EDGE_SPLIT")
    new("normals", "WEIGHTED_NORMAL")


def remeshed(scene: Any) -> None:
    """A remesh whose voxels shrink, wireframe, skin and screw."""
    remesh = objects()["monkey"].modifiers.new("remesh", "REMESH")
    remesh.mode = "VOXEL"
    key(remesh, "voxel_size", {FIRST: 0.2, LAST: 0.06})
    key(objects()["box2"].modifiers.new("wire", "WIREFRAME"), "thickness", {FIRST: 0.02, LAST: 0.2})
    key(objects()["box3"].modifiers.new("screw", "SCREW"), "angle", {FIRST: 1.0, LAST: 5.0})


def built(scene: Any) -> None:
    """Faces that appear in a random order, and a mask that follows."""
    build = objects()["monkey"].modifiers.new("build", "BUILD")
    put(build, frame_start=FIRST, frame_duration=LAST, use_random_order=True, seed=3)
    explode = objects()["ball"].modifiers.new("edges", "EDGE_SPLIT")
    key(explode, "split_angle", {FIRST: 0.0, LAST: 1.0})


def copies_on(scene: Any, where: str) -> None:
    """Copies of a box on an object's vertices or faces."""
    parent = add("ico_sphere", 0, -1.2, 1.0, radius=0.8, subdivisions=2)
    parent.instance_type, parent.show_instancer_for_render = where, False
    put(parent, use_instance_faces_scale=where == "FACES", use_instance_vertices_rotation=where == "VERTS")
    small = add("cube", 0, 0, 0, size=0.2)
    small.parent = parent
    turned(parent)
    key(small, "scale", {FIRST: 0.5, LAST: 1.5}, 0)


def copies_on_faces(scene: Any) -> None:
    """On faces, as large as these."""
    copies_on(scene, "FACES")


def copies_on_vertices(scene: Any) -> None:
    """On vertices, turned outwards."""
    copies_on(scene, "VERTS")


def collections(scene: Any) -> None:
    """A collection with things that move, instanced thrice by empties that move, and once in itself."""
    group = bpy.data.collections.new("group")
    for name in ("box0", "box1", "monkey"):
        group.objects.link(objects()[name])
    turned(objects()["monkey"])
    for at in range(3):
        bpy.ops.object.collection_instance_add(collection="group", location=(at - 1.0, -1.0, 0.2))
        one: Any = bpy.context.object
        one.scale = (0.3, 0.3, 0.3)
        turned(one, at - 1.0)
        key(one, "hide_render", {FIRST: False, 3 + at: True, 5 + at: False})


def texts(scene: Any) -> None:
    """A text that grows thick, its lines wide apart, along a curve."""
    bpy.ops.object.text_add(location=(-1.6, -1.9, 0.4), rotation=(1.3, 0, 0))
    words: Any = bpy.context.object
    words.data.body = "in order,\nby jumping"
    words.data.materials.append(bpy.data.materials["box4"])
    key(words.data, "extrude", {FIRST: 0.0, LAST: 0.3})
    key(words.data, "space_line", {FIRST: 0.5, LAST: 1.4})
    key(words.data, "bevel_depth", {FIRST: 0.0, LAST: 0.03})
    words.data.size = 0.5


def curves(scene: Any) -> None:
    """A tube that grows along its curve, and a mesh that a curve bends."""
    bpy.ops.curve.primitive_bezier_circle_add(location=(0, -1, 0.8))
    curve: Any = bpy.context.object
    curve.data.materials.append(bpy.data.materials["box4"])
    put(curve.data, bevel_depth=0.1, use_fill_caps=True)
    key(curve.data, "bevel_factor_end", {FIRST: 0.1, LAST: 1.0})
    bar = add("cube", 0, -1, 0.8, size=0.3)
    many = bar.modifiers.new("many", "ARRAY")
    put(many, count=12)
    bar.modifiers.new("bend", "CURVE").object = curve
    key(bar, "location", {FIRST: -1.0, LAST: 1.0}, 0)


def hair_in_motion(scene: Any) -> None:
    """Hair on a head that moves and turns, with motion blur."""
    features.hair(scene)
    monkey = objects()["monkey"]
    monkey.particle_systems[0].settings.count = 400
    put(monkey.particle_systems[0].settings, child_type="INTERPOLATED", rendered_child_count=5)
    put(scene.render, use_motion_blur=True)
    turned(monkey)
    key(monkey, "location", {FIRST: -0.9, LAST: 0.9}, 0)


def hair_curves(scene: Any) -> None:
    """Curves of hair out of nodes, whose length is keyed."""
    tree, shape, out = geometry_group(objects()["monkey"], "fur")
    new, link = tree.nodes.new, tree.links.new
    points, copies = new("GeometryNodeDistributePointsOnFaces"), new("GeometryNodeInstanceOnPoints")
    line, real, both = (
        new("GeometryNodeCurvePrimitiveLine"),
        new("GeometryNodeRealizeInstances"),
        new("GeometryNodeJoinGeometry"),
    )
    points.inputs["Density"].default_value = 60
    link(shape, points.inputs["Mesh"])
    link(points.outputs["Points"], copies.inputs["Points"])
    link(points.outputs["Rotation"], copies.inputs["Rotation"])
    link(line.outputs[0], copies.inputs["Instance"])
    link(copies.outputs[0], real.inputs[0])
    link(real.outputs[0], both.inputs[0])
    link(shape, both.inputs[0])
    link(both.outputs[0], out)
    key(line.inputs["End"], "default_value", {FIRST: 0.1, LAST: 0.6}, 2)


def subdivided(scene: Any) -> None:
    """Adaptive subdivision with displacement, nearer with each frame."""
    features.adaptive_subdivision(scene)
    key(scene.camera, "location", {FIRST: -6.0, LAST: -3.5}, 1)


def lattice(scene: Any) -> None:
    """A cage, a warp between two objects, and a surface that another one carries."""
    bpy.ops.object.add(type="LATTICE", location=(-0.9, 0, 1))
    cage: Any = bpy.context.object
    cage.scale = (3, 3, 3)
    objects()["monkey"].modifiers.new("cage", "LATTICE").object = cage
    turned(cage, 1.0)
    key(cage, "scale", {FIRST: 3.0, LAST: 1.5}, 2)
    warp = objects()["box2"].modifiers.new("warp", "WARP")
    warp.object_from, warp.object_to = objects()["box1"], objects()["ball"]
    key(warp, "strength", {FIRST: 0.0, LAST: 1.0})


def appearing(scene: Any) -> None:
    """Objects that appear and go, with all that hangs on them: children, booleans, instances."""
    for at in range(5):
        key(
            objects()[f"box{at}"],
            "hide_render",
            {FIRST: at % 2 == 0, 2 + at % 3: at % 2 == 1, 5: at % 3 == 0},
        )
    cut = objects()["monkey"].modifiers.new("cut", "BOOLEAN")
    cut.object = objects()["ball"]
    key(cut, "show_render", {FIRST: False, 4: True})


KINDS = (
    Kind("metaballs", metaballs),
    Kind("geometry nodes: instances, seed and time", node_instances),
    Kind("geometry nodes: a volume", node_volume),
    Kind("geometry nodes: points", point_cloud),
    Kind("geometry nodes: noise by time", noise_nodes),
    Kind("geometry nodes: hair", hair_curves),
    Kind("14 modifiers, keyed", many_modifiers),
    Kind("remesh, wireframe and screw, keyed", remeshed),
    Kind("build modifier, random order", built),
    Kind("copies on faces", copies_on_faces),
    Kind("copies on vertices", copies_on_vertices),
    Kind("collections instanced", collections),
    Kind("text", texts),
    Kind("curves: growing, bending", curves),
    Kind("hair in motion, blurred", hair_in_motion),
    Kind("adaptive subdivision, camera moves", subdivided),
    Kind("lattice and warp", lattice),
    Kind("objects and modifiers shown by turns", appearing),
)
