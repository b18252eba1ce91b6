"""A small scene for each Cycles feature that might make a tile differ from its frame: what is in it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from .base import Case, bpy, need_built_in, objects, put, replace_surface, shader


def motion_blur(scene: Any) -> None:
    """Camera, object and deformation move through the shutter."""
    scene.render.use_motion_blur = True
    for name, channel, step in (("ball", "location", 0.8), ("Camera", "rotation_euler", 0.05)):
        mover = objects()[name]
        for frame in (0, 2):
            getattr(mover, channel)[0] += step * (frame - 1)
            mover.keyframe_insert(channel, frame=frame)
    monkey = objects()["monkey"]
    monkey.shape_key_add(name="Basis")
    key = monkey.shape_key_add(name="swollen")
    for point in key.data:
        point.co *= 1.5
    for frame in (0, 2):
        key.value = frame / 2
        key.keyframe_insert("value", frame=frame)


def depth_of_field(scene: Any) -> None:
    """A wide lens with a bladed aperture."""
    put(scene.camera.data.dof, use_dof=True, focus_distance=5.0, aperture_fstop=0.1, aperture_blades=5)


def volume(scene: Any, kind: str = "ShaderNodeVolumeScatter") -> None:
    """Fog in a box around everything."""
    bpy.ops.mesh.primitive_cube_add(size=9, location=(0, 0, 2))
    fog: Any = bpy.context.object
    material: Any = bpy.data.materials.new("fog")
    material.use_nodes = True
    fog.data.materials.append(material)
    node = replace_surface("fog", kind, "Volume")
    node.inputs["Density"].default_value = 0.15


def uneven_volume(scene: Any) -> None:
    """Fog with a texture in it."""
    volume(scene, "ShaderNodeVolumePrincipled")
    tree: Any = bpy.data.materials["fog"].node_tree
    noise = tree.nodes.new("ShaderNodeTexNoise")
    tree.links.new(noise.outputs[0], tree.nodes["Principled Volume"].inputs["Density"])


def world_volume(scene: Any) -> None:
    """The whole world is foggy."""
    tree = scene.world.node_tree
    node = tree.nodes.new("ShaderNodeVolumeScatter")
    node.inputs["Density"].default_value = 0.03
    tree.links.new(node.outputs[0], tree.nodes["World Output"].inputs["Volume"])


def hair(scene: Any) -> None:
    """Particle hair with the hair shader."""
    monkey = objects()["monkey"]
    system = monkey.modifiers.new("hair", "PARTICLE_SYSTEM").particle_system.settings
    system.type, system.count, system.hair_length = "HAIR", 3000, 0.3
    replace_surface("monkey", "ShaderNodeBsdfHairPrincipled")


def subsurface(scene: Any) -> None:
    """Random-walk subsurface scattering."""
    shader("monkey").inputs["Subsurface Weight"].default_value = 1.0


def glass(scene: Any) -> None:
    """Refractive caustics by chance."""
    replace_surface("ball", "ShaderNodeBsdfGlass")
    scene.cycles.blur_glossy = 0


def shadow_caustics(scene: Any) -> None:
    """Caustics by manifold walks: caster, receiver and light are marked."""
    glass(scene)
    put(objects()["ball"].cycles, is_caustics_caster=True)
    put(objects()["floor"].cycles, is_caustics_receiver=True)
    put(objects()["Area"].data.cycles, is_caustics_light=True)


def many_lights(scene: Any) -> None:
    """Forty small lights through the light tree."""
    for at in range(40):
        bpy.ops.object.light_add(type="POINT", location=(at % 8 - 4, at // 8 - 1, 2.5))
        bpy.context.object.data.energy = 3 + at
    scene.cycles.use_light_tree = True


def many_lights_no_tree(scene: Any) -> None:
    """The same lights, one drawn at random."""
    many_lights(scene)
    scene.cycles.use_light_tree = False


def light_linking(scene: Any) -> None:
    """The area light reaches one object only."""
    lit = bpy.data.collections.new("lit")
    scene.collection.children.link(lit)
    lit.objects.link(objects()["monkey"])
    objects()["Area"].light_linking.receiver_collection = lit
    objects()["Area"].light_linking.blocker_collection = lit


def light_groups(scene: Any) -> None:
    """A light group of its own pass."""
    scene.view_layers[0].lightgroups.add(name="key")
    objects()["Area"].lightgroup = "key"


def emitting_mesh(scene: Any) -> None:
    """Light from a mesh's triangles."""
    put(shader("monkey").inputs["Emission Strength"], default_value=4.0)


def sky(scene: Any) -> None:
    """A sky texture with importance sampling of the world."""
    tree = scene.world.node_tree
    node = tree.nodes.new("ShaderNodeTexSky")
    tree.links.new(node.outputs[0], tree.nodes["Background"].inputs["Color"])


def texture(scene: Any) -> None:
    """An image texture from a file."""
    image: Any = bpy.data.images.new("grid", 256, 256)
    image.generated_type = "COLOR_GRID"
    image.filepath_raw = str(Path(tempfile.gettempdir()) / "renderchain-grid.png")
    image.file_format = "PNG"
    image.save()
    image.source = "FILE"
    tree: Any = bpy.data.materials["floor"].node_tree
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    tree.links.new(node.outputs[0], shader("floor").inputs["Base Color"])


def texture_cache(scene: Any) -> None:
    """Texture cache files, made and read by Cycles."""
    texture(scene)
    put(scene.render, use_texture_cache=True, use_auto_generate_texture_cache=True)


def shader_nodes_that_trace(scene: Any) -> None:
    """Bevel and ambient occlusion nodes trace rays of their own."""
    tree: Any = bpy.data.materials["box2"].node_tree
    bevel = tree.nodes.new("ShaderNodeBevel")
    tree.links.new(bevel.outputs[0], shader("box2").inputs["Normal"])
    tree = bpy.data.materials["floor"].node_tree
    occlusion = tree.nodes.new("ShaderNodeAmbientOcclusion")
    tree.links.new(occlusion.outputs[0], shader("floor").inputs["Base Color"])


def displacement(scene: Any, name: str = "ball") -> None:
    """True displacement of a dense mesh."""
    material: Any = bpy.data.materials[name]
    tree = material.node_tree
    put(material, displacement_method="DISPLACEMENT")
    noise, node = tree.nodes.new("ShaderNodeTexNoise"), tree.nodes.new("ShaderNodeDisplacement")
    node.inputs["Scale"].default_value = 0.3
    tree.links.new(noise.outputs[0], node.inputs["Height"])
    tree.links.new(node.outputs[0], tree.nodes["Material Output"].inputs["Displacement"])


def adaptive_subdivision(scene: Any) -> None:
    """Dicing by size in pixels, and displacement of what comes out."""
    displacement(scene)
    ball = objects()["ball"]
    modifier = ball.modifiers.new("subdivide", "SUBSURF")
    if hasattr(modifier, "use_adaptive_subdivision"):
        modifier.use_adaptive_subdivision = True
    else:
        put(scene.cycles, feature_set="EXPERIMENTAL")
        put(ball.cycles, use_adaptive_subdivision=True)


def osl(scene: Any) -> None:
    """All materials run in the Open Shading Language."""
    need_built_in("osl")
    put(scene.cycles, shading_system=True)
    tree: Any = bpy.data.materials["floor"].node_tree
    node = tree.nodes.new("ShaderNodeTexNoise")
    tree.links.new(node.outputs[1], shader("floor").inputs["Base Color"])


def instances(scene: Any) -> None:
    """Instances with colours by chance."""
    monkey = objects()["monkey"]
    system = monkey.modifiers.new("spread", "PARTICLE_SYSTEM").particle_system.settings
    system.count, system.frame_end, system.lifetime = 60, 1, 50
    system.render_type, system.instance_object, system.particle_size = "OBJECT", objects()["box0"], 0.2
    tree: Any = bpy.data.materials["box0"].node_tree
    info = tree.nodes.new("ShaderNodeObjectInfo")
    tree.links.new(info.outputs["Random"], shader("box0").inputs["Base Color"])


def modifiers(scene: Any) -> None:
    """Smooth geometry that Blender makes anew in every process."""
    ball = objects()["ball"]
    cutter = ball.modifiers.new("cut", "BOOLEAN")
    cutter.object, cutter.solver = objects()["monkey"], "EXACT"
    for name, kind in (("shell", "SOLIDIFY"), ("round", "BEVEL"), ("subdivide", "SUBSURF")):
        ball.modifiers.new(name, kind)
    monkey = objects()["monkey"]
    remesh = monkey.modifiers.new("remesh", "REMESH")
    remesh.mode, remesh.voxel_size, remesh.use_smooth_shade = "VOXEL", 0.05, True


def geometry_nodes(scene: Any) -> None:
    """Smooth spheres from geometry nodes on points by chance."""
    group = bpy.data.node_groups.new("spheres", "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        group.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    new, link = group.nodes.new, group.links.new
    first, last = new("NodeGroupInput"), new("NodeGroupOutput")
    points, copies = new("GeometryNodeDistributePointsOnFaces"), new("GeometryNodeInstanceOnPoints")
    sphere, smooth = new("GeometryNodeMeshUVSphere"), new("GeometryNodeSetShadeSmooth")
    real = new("GeometryNodeRealizeInstances")
    sphere.inputs["Radius"].default_value = 0.3
    link(first.outputs[0], points.inputs["Mesh"])
    link(points.outputs["Points"], copies.inputs["Points"])
    link(sphere.outputs["Mesh"], copies.inputs["Instance"])
    link(copies.outputs[0], real.inputs[0])
    link(real.outputs[0], smooth.inputs[0])
    link(smooth.outputs[0], last.inputs[0])
    objects()["box2"].modifiers.new("spheres", "NODES").node_group = group


def rigid_bodies(scene: Any) -> None:
    """Boxes that fall, never baked."""
    bpy.ops.rigidbody.world_add()
    for name, kind in [("floor", "PASSIVE"), *((f"box{at}", "ACTIVE") for at in range(5))]:
        owner = objects()[name]
        bpy.context.view_layer.objects.active = owner
        bpy.ops.rigidbody.object_add(type=kind)


def cloth(scene: Any) -> None:
    """A cloth that falls over the ball, never baked."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=15, y_subdivisions=15, size=2, location=(1.3, -0.3, 1.8))
    bpy.context.object.modifiers.new("cloth", "CLOTH")
    objects()["ball"].modifiers.new("collision", "COLLISION")


def particles(scene: Any) -> None:
    """Emitted particles, never baked."""
    instances(scene)
    bpy.data.particles[0].frame_end = 10


def _geometry(sockets: Any) -> Any:
    return next(socket for socket in sockets if socket.name == "Geometry")


def simulation_zone(scene: Any) -> None:
    """Geometry nodes that add to the frame before, never baked."""
    group: Any = bpy.data.node_groups.new("simulate", "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        group.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    new = group.nodes.new
    first, last = new("NodeGroupInput"), new("NodeGroupOutput")
    start, end, move = (
        new("GeometryNodeSimulationInput"),
        new("GeometryNodeSimulationOutput"),
        new("GeometryNodeTransform"),
    )
    start.pair_with_output(end)
    move.inputs["Translation"].default_value = (0, 0, 0.05)
    for one, other in ((first, start), (start, move), (move, end), (end, last)):
        group.links.new(_geometry(one.outputs), _geometry(other.inputs))
    objects()["monkey"].modifiers.new("simulate", "NODES").node_group = group


CASES = (
    Case("motion blur of camera, object and shape", motion_blur),
    Case("depth of field", depth_of_field),
    Case("volume, even", volume),
    Case("volume, uneven", uneven_volume),
    Case("volume of the world", world_volume),
    Case("hair", hair),
    Case("subsurface scattering", subsurface),
    Case("glass and its caustics", glass),
    Case("shadow caustics", shadow_caustics),
    Case("light tree, 40 lights", many_lights),
    Case("40 lights without the light tree", many_lights_no_tree),
    Case("light and shadow linking", light_linking),
    Case("light groups", light_groups),
    Case("emitting mesh", emitting_mesh),
    Case("sky texture", sky),
    Case("image texture", texture),
    Case("texture cache", texture_cache, as_it_is=True),
    Case("texture cache, as our render process sets it", texture_cache),
    Case("bevel and ambient occlusion nodes", shader_nodes_that_trace),
    Case("displacement", displacement),
    Case("adaptive subdivision", adaptive_subdivision),
    Case("OSL", osl),
    Case("modifiers: boolean, remesh, bevel …", modifiers),
    Case("geometry nodes", geometry_nodes),
    Case("instances on particles", instances),
    Case("rigid bodies, not baked", rigid_bodies, frame=8),
    Case("cloth, not baked", cloth, frame=8),
    Case("particles, not baked", particles, frame=8),
    Case("simulation zone, not baked", simulation_zone, frame=8),
)
