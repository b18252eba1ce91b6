"""The main file of the demo scene: a road past houses and trees, which the linked vehicle drives along."""

from __future__ import annotations

import random
from math import pi
from pathlib import Path
from typing import Any

import bpy
from mathutils import Euler, Matrix, Vector

from tools.demo_scene.materials import Look, Painter
from tools.demo_scene.sources import CRATES, LAND, TREES, Sources
from tools.demo_scene.vehicle import COLLECTION, FRAMES, METRES_A_FRAME, dress, straighten

HOUSES = {
    "BuildingLightMat": Look(image="facade_offices.jpg", uv="UVMap", roughness=0.35, bump=0.2),
    "BuildingDarkMat": Look(image="facade_flats.jpg", uv="UVMap", roughness=0.5, bump=0.3),
    "BuildingOcreMat": Look(image="facade_ochre.jpg", uv="UVMap", roughness=0.8, bump=0.4),
    "DarkRoofMat": Look(image="roof_dark.jpg", uv="UVMap", roughness=0.8, bump=0.8),
    "HouseRoofMat": Look(
        image="roof_red.jpg", uv="UVMap", roughness=0.7, bump=0.8, saturation=1.3, value=0.8
    ),
}
PLANTS = {
    "leaf": Look(
        image="leaves.jpg", alpha="leaves_alpha.jpg", uv="UVTex", roughness=0.6, hue=0.56, value=1.6
    ),
    "trunk": Look(image="bark.jpg", uv="UVTex", roughness=0.9, bump=0.6),
}
BOXES = {
    "big_box_mat": Look(image="crate.jpg", normal="crate_normal.jpg", uv="UVMap", roughness=0.7),
    "big_box_cap_mat": Look(image="crate.jpg", uv="UVMap", roughness=0.7),
    "box_mat": Look(image="box.jpg", uv="UVMap", roughness=0.8, bump=0.5),
}
ROAD = (0.0, 2.6)
SUN = Euler((0.95, 0.0, 0.75))
EYE, AIM = Vector((9.0, -6.9, 1.7)), Vector((-1.5, 1.2, 1.9))

Place = tuple[float, float, float, float, float]  # x, y, z, turn, size


def build_town(sources: Sources, painter: Painter, library: Path, sky: Path) -> None:
    """Fill the open scene."""
    scene = bpy.context.scene
    ground(painter)
    houses(sources, painter)
    plants(sources, painter)
    boxes(sources, painter)
    vehicle(scene, library)
    light(scene, sky)
    camera(scene)


def put(item: bpy.types.Object, place: Place) -> None:
    """Put an object into the scene."""
    item.location, item.rotation_euler = place[:3], (0.0, 0.0, place[3])
    item.scale = (place[4],) * 3
    if item.name not in bpy.context.scene.collection.objects:
        bpy.context.scene.collection.objects.link(item)


def copies(items: list[bpy.types.Object], places: list[Place]) -> None:
    """Put objects into the scene at each place, all with the same meshes."""
    for place in places:
        for item in items:
            put(item.copy(), place)
    for item in items:
        bpy.data.objects.remove(item)


def centred(item: bpy.types.Object) -> None:
    """Give a mesh object the middle of its floor as origin, and its size for good."""
    mesh: Any = item.data
    mesh.transform(item.matrix_basis)
    corners = [vertex.co for vertex in mesh.vertices]
    low = [min(corner[axis] for corner in corners) for axis in range(3)]
    high = [max(corner[axis] for corner in corners) for axis in range(3)]
    for vertex in mesh.vertices:
        vertex.co -= Vector(((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]))


def ground(painter: Painter) -> None:
    """A plane with gentle bumps beside the road."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=160, y_subdivisions=160, size=400.0)
    item: Any = bpy.context.object
    item.name = "Ground"
    chance = random.Random(7)
    for vertex in item.data.vertices:
        beside = min(1.0, max(0.0, abs(vertex.co.y - ROAD[0]) - 4.0) / 12.0)
        vertex.co.z = chance.uniform(-0.25, 0.2) * beside
    item.data.materials.append(painter.ground("Ground", ROAD))
    for face in item.data.polygons:
        face.use_smooth = True


def houses(sources: Sources, painter: Painter) -> None:
    """A row of houses behind the road, and more of them farther off."""
    materials = {old: painter.material(f"{old} Cycles", look) for old, look in HOUSES.items()}
    row, tall = sources.objects(LAND, ["City.2", "City.1"])
    for item in (row, tall):
        centred(item)
        dress(item, materials)
    copies(
        [row], [(-18.0, 19.0, -0.3, 0.0, 1.0), (-60.0, 26.0, -0.3, pi, 1.0), (-40.0, -19.0, -0.3, pi, 1.0)]
    )
    copies([tall], [(-70.0, 52.0, -0.3, 0.4, 1.0), (-118.0, -10.0, -0.3, 2.0, 1.0)])


def plants(sources: Sources, painter: Painter) -> None:
    """Trees along the road."""
    materials = {old: painter.material(f"{old} Cycles", look) for old, look in PLANTS.items()}
    crown, stem = sources.objects(TREES, ["leaves.001", "trunk.001"])
    foot = Vector(stem.location)
    for item in (crown, stem):
        mesh: Any = item.data
        mesh.transform(Matrix.Translation(-foot) @ item.matrix_basis)
        dress(item, materials)
    chance = random.Random(3)
    spots = [(-6.5, 7.0), (-15.0, 7.4), (-24.0, 7.0), (-34.0, 7.3), (-17.5, -6.8), (-30.0, -7.0), (4.8, 8.6)]
    where: list[Place] = [
        (x, y, -0.1, chance.uniform(0, 2 * pi), chance.uniform(0.95, 1.3)) for x, y in spots
    ]
    copies([crown, stem], where)


def boxes(sources: Sources, painter: Painter) -> None:
    """Crates by the road."""
    materials = {old: painter.material(f"{old} Cycles", look) for old, look in BOXES.items()}
    big, small = sources.objects(CRATES, ["large_crate_mesh", "small_crate_mesh"])
    for item in (big, small):
        centred(item)
        dress(item, materials)
    copies([big], [(-7.2, -4.1, 0.0, 0.25, 0.8)])
    copies([small], [(0.2, 5.3, 0.0, 0.5, 1.0), (1.5, 5.6, 0.0, -0.15, 1.0), (0.85, 5.45, 1.0, 0.2, 0.85)])


def vehicle(scene: bpy.types.Scene, library: Path) -> None:
    """An instance of the collection in the library, driving."""
    data: Any = bpy.data
    with data.libraries.load(str(library), link=True) as (_, here):
        here.collections = [COLLECTION]
    item: Any = bpy.data.objects.new("Driving hummer", None)
    item.instance_type = "COLLECTION"
    item.instance_collection = bpy.data.collections[COLLECTION]
    scene.collection.objects.link(item)
    for frame in FRAMES:
        item.location = (-2.0 + (frame - FRAMES[0]) * METRES_A_FRAME, 0.0, 0.0)
        item.keyframe_insert("location", frame=frame)
    straighten(item)


def light(scene: bpy.types.Scene, sky: Path) -> None:
    """The sky image all around, and a sun."""
    world = bpy.data.worlds.new("Sky")
    scene.world = world
    world.use_nodes = True
    tree: Any = world.node_tree
    picture, mapping = tree.nodes.new("ShaderNodeTexEnvironment"), tree.nodes.new("ShaderNodeMapping")
    picture.image = bpy.data.images.load(str(sky))
    mapping.inputs["Rotation"].default_value = (0.0, 0.0, 0.6)
    tree.links.new(tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs["Vector"], picture.inputs["Vector"])
    tree.links.new(picture.outputs["Color"], tree.nodes["Background"].inputs["Color"])
    tree.nodes["Background"].inputs["Strength"].default_value = 1.15
    lamp: Any = bpy.data.lights.new("Sun", "SUN")
    lamp.energy, lamp.angle, lamp.color = 4.6, 0.01, (1.0, 0.9, 0.76)
    sun = bpy.data.objects.new("Sun", lamp)
    sun.rotation_euler = SUN
    scene.collection.objects.link(sun)


def camera(scene: bpy.types.Scene) -> None:
    """A camera that moves along a little with the vehicle."""
    lens: Any = bpy.data.cameras.new("Camera")
    lens.lens, lens.clip_end = 32.0, 1000.0
    item = bpy.data.objects.new("Camera", lens)
    scene.collection.objects.link(item)
    scene.camera = item
    for frame in FRAMES:
        gone = Vector(((frame - FRAMES[0]) * METRES_A_FRAME, 0.0, 0.0))
        item.location = EYE + gone * 0.12
        item.rotation_euler = (AIM + gone * 0.22 - Vector(item.location)).to_track_quat("-Z", "Y").to_euler()
        item.keyframe_insert("location", frame=frame)
        item.keyframe_insert("rotation_euler", frame=frame)
    straighten(item)
