"""Caches, bakes and imports through the packer: the package shows what the artist's file shows."""

import shutil
import struct

import bpy
import pytest
from building import simulation_on, tree_on
from picturing import SECRET, Kinds, glowing, linked, plane, save, stage

kind = Kinds()


def write_pc2(path, thing):
    """A cache of a mesh with four corners that moves to the right."""
    with path.open("wb") as file:
        file.write(struct.pack("<12siiffi", b"POINTCACHE2\0", 1, 4, 1.0, 1.0, 6))
        for step in range(6):
            for x, y, z in [tuple(one.co) for one in thing.data.vertices]:
                file.write(struct.pack("<fff", x + 0.4 * step, y, z))


@kind(1, 4)
def mesh_cache(project, elsewhere):
    thing = plane(glowing()[0], at=(-1, 0, 0), size=1.5)
    project.mkdir()
    write_pc2(project / "a.pc2", thing)
    modifier = thing.modifiers.new("cache", "MESH_CACHE")
    modifier.cache_format, modifier.frame_start = "PC2", 1
    save(project / "film.blend")
    modifier.filepath = "//a.pc2"
    save(project / "film.blend")


@kind(2)
def stl_in_geometry_nodes(project, elsewhere):
    save(project / "film.blend")
    (project / "a.stl").write_text(
        "solid a\n facet normal 0 0 1\n outer loop\n vertex -2 -1 0\n vertex 2 -1 0\n vertex 0 1.5 0\n"
        " endloop\n endfacet\nendsolid a\n"
    )
    tree, _, last = tree_on(plane())
    read, paint = tree.nodes.new("GeometryNodeImportSTL"), tree.nodes.new("GeometryNodeSetMaterial")
    real = tree.nodes.new("GeometryNodeRealizeInstances")
    read.inputs[0].default_value = "//a.stl"
    paint.inputs["Material"].default_value = glowing()[0]
    for one, other in ((read, real), (real, paint), (paint, last)):
        tree.links.new(one.outputs[0], other.inputs[0])
    save(project / "film.blend")


@kind(2)
def stl_of_a_modifiers_input(project, elsewhere):
    stl_in_geometry_nodes(project, elsewhere)
    modifier = bpy.data.objects["plane"].modifiers[0]
    tree = modifier.node_group
    item = tree.interface.new_socket("File", in_out="INPUT", socket_type="NodeSocketString")
    item.subtype = "FILE_PATH"
    (read,) = (one for one in tree.nodes if one.bl_idname == "GeometryNodeImportSTL")
    (first,) = (one for one in tree.nodes if one.bl_idname == "NodeGroupInput")
    tree.links.new(first.outputs["File"], read.inputs[0])
    if hasattr(modifier, "properties"):  # Blender 5
        getattr(modifier.properties.inputs, item.identifier).value = "//a.stl"
    else:
        modifier[item.identifier] = "//a.stl"
    save(project / "film.blend")


@kind()
def multiresolution(project, elsewhere):
    material, _ = glowing()
    height = material.node_tree.nodes.new("ShaderNodeNewGeometry").outputs["Normal"]
    material.node_tree.links.new(height, material.node_tree.nodes["Emission"].inputs[0])
    thing = plane(material)
    other = plane(at=(0, 0, 0))
    thing.modifiers.new("detail", "MULTIRES")
    bpy.context.view_layer.objects.active = thing
    with bpy.context.temp_override(object=thing, active_object=thing):
        for _ in range(3):
            bpy.ops.object.multires_subdivide(modifier="detail", mode="SIMPLE")
    wave = other.modifiers.new("more", "SUBSURF")
    wave.subdivision_type, wave.levels = "SIMPLE", 3
    shift = other.modifiers.new("bend", "SIMPLE_DEFORM")
    shift.deform_method, shift.angle = "BEND", 1
    bpy.context.view_layer.update()
    with bpy.context.temp_override(
        object=thing, active_object=thing, selected_editable_objects=[other, thing]
    ):
        bpy.ops.object.multires_reshape(modifier="detail")
    bpy.data.objects.remove(other)
    save(project / "film.blend")
    with bpy.context.temp_override(object=thing, active_object=thing):
        bpy.ops.object.multires_external_save(modifier="detail", filepath=str(project / "detail.btx"))
    save(project / "film.blend")


def bake_nodes(thing, modifier):
    bpy.context.view_layer.objects.active = thing
    thing.select_set(True)
    bpy.context.view_layer.update()
    with bpy.context.temp_override(object=thing, active_object=thing, selected_objects=[thing]):
        bpy.ops.object.geometry_node_bake_single(
            session_uid=thing.session_uid, modifier_name=modifier.name, bake_id=modifier.bakes[0].bake_id
        )


def bake_simulation_on_disk(thing):
    """It moves to the right from frame to frame."""
    simulation_on(thing)
    modifier = thing.modifiers[0]
    (move,) = (one for one in modifier.node_group.nodes if one.bl_idname == "GeometryNodeTransform")
    move.inputs["Translation"].default_value = (0.5, 0, 0)
    modifier.bake_target = "DISK"
    bake_nodes(thing, modifier)


@kind(2, 4)
def simulation_zone_baked_on_disk(project, elsewhere):
    thing = plane(glowing()[0], at=(-1.5, 0, 0), size=1.5)
    save(project / "film.blend")
    bake_simulation_on_disk(thing)
    (folder,) = {path.parents[2] for path in project.rglob("*.json")}
    (folder / SECRET / "meta").mkdir(parents=True)
    (folder / SECRET / "meta" / "000001_00.json").write_text("{}")
    save(project / "film.blend")


@kind(2)
def volume_baked_by_nodes(project, elsewhere):
    thing = plane(size=1)
    save(project / "film.blend")
    tree, _, last = tree_on(thing)
    cube, bake = tree.nodes.new("GeometryNodeVolumeCube"), tree.nodes.new("GeometryNodeBake")
    mesh, paint = tree.nodes.new("GeometryNodeVolumeToMesh"), tree.nodes.new("GeometryNodeSetMaterial")
    if not bake.bake_items:  # Blender 5
        bake.bake_items.new("GEOMETRY", "Geometry")
    for axis in "XYZ":
        cube.inputs[f"Resolution {axis}"].default_value = 8
    paint.inputs["Material"].default_value = glowing()[0]
    for one, other in ((cube, bake), (bake, mesh), (mesh, paint), (paint, last)):
        tree.links.new(one.outputs[0], other.inputs[0])
    modifier = thing.modifiers[0]
    modifier.bake_target = "DISK"
    bake_nodes(thing, modifier)
    assert list(project.rglob("*.vdb"))
    tree.links.remove(bake.inputs[0].links[0])  # only the bake has it now
    save(project / "film.blend")


def volume_files(folder, sizes):
    """OpenVDB files of cubes that grow, baked by geometry nodes."""
    (folder / "making").mkdir(parents=True)
    for number, size in enumerate(sizes, 1):
        stage()
        thing = plane()
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / "making" / f"{number}.blend"))
        tree, _, last = tree_on(thing)
        cube, bake = tree.nodes.new("GeometryNodeVolumeCube"), tree.nodes.new("GeometryNodeBake")
        if not bake.bake_items:  # Blender 5
            bake.bake_items.new("GEOMETRY", "Geometry")
        for axis in "XYZ":
            cube.inputs[f"Resolution {axis}"].default_value = 8
        cube.inputs["Min"].default_value, cube.inputs["Max"].default_value = (-size,) * 3, (size,) * 3
        tree.links.new(cube.outputs[0], bake.inputs[0])
        tree.links.new(bake.outputs[0], last.inputs[0])
        modifier = thing.modifiers[0]
        modifier.bake_target, modifier.bake_directory = "DISK", f"//bake{number}"
        bake_nodes(thing, modifier)
        (baked,) = (folder / "making" / f"bake{number}").rglob("*.vdb")
        shutil.copy(baked, folder / f"fire{number:04d}.vdb")
    shutil.rmtree(folder / "making")
    stage()


def _smoke_material():
    material = bpy.data.materials.new("smoke")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    out, smoke = tree.nodes.new("ShaderNodeOutputMaterial"), tree.nodes.new("ShaderNodeVolumePrincipled")
    smoke.inputs["Density"].default_value = 80
    tree.links.new(smoke.outputs[0], out.inputs["Volume"])
    return material


def _smoke(path, **values):
    volume = bpy.data.volumes.new("smoke")
    volume.filepath = str(path)
    for name, value in values.items():
        setattr(volume, name, value)
    thing = bpy.data.objects.new("smoke", volume)
    bpy.context.scene.collection.objects.link(thing)
    volume.materials.append(_smoke_material())
    plane(glowing(color=(0, 0, 1, 1))[0], at=(0, 0, -4), size=12)
    return volume


@kind()
def volume(project, elsewhere):
    volume_files(project, (1,))
    _smoke(project / "fire0001.vdb")


@kind()
def packedvolume_files(project, elsewhere):
    volume_files(project, (1,))
    _smoke(project / "fire0001.vdb")
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "film.blend"))
    bpy.ops.file.pack_all()
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "film.blend"))


@kind(1, 3)
def volume_sequence(project, elsewhere):
    volume_files(project, (0.5, 1, 1.5))
    _smoke(project / "fire0001.vdb", is_sequence=True, frame_duration=3, frame_start=1)


def smoke_baked_outside_the_project(project, elsewhere):
    save(project / "film.blend")
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.5, location=(0, 0, -0.5))
    source = bpy.context.object
    flow = source.modifiers.new("flow", "FLUID")
    flow.fluid_type, flow.flow_settings.flow_behavior, source.hide_render = "FLOW", "INFLOW", True
    bpy.ops.mesh.primitive_cube_add(size=4)
    modifier = bpy.context.object.modifiers.new("domain", "FLUID")
    modifier.fluid_type = "DOMAIN"
    domain = modifier.domain_settings
    domain.resolution_max, domain.cache_frame_end, domain.cache_type = 16, 4, "ALL"
    domain.cache_directory = str(elsewhere / "smoke")
    bpy.context.object.data.materials.append(_smoke_material())
    plane(glowing(color=(0, 0, 1, 1))[0], at=(0, 0, -4), size=12)
    bpy.context.view_layer.objects.active = bpy.data.objects["Cube"]
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "film.blend"))
    bpy.ops.fluid.bake_all()
    assert list((elsewhere / "smoke").rglob("*.vdb"))
    save(project / "film.blend", relative=False)


if bpy.app.binary_path:  # baking a fluid ends the process in the module of 4.5
    kind(2, 4, option="fluid")(smoke_baked_outside_the_project)


def _falling_cloth():
    bpy.context.scene.frame_end = 6
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=4, y_subdivisions=4, size=2)
    thing = bpy.context.object
    thing.data.materials.append(glowing()[0])
    bpy.context.scene.gravity = (30, 0, 0)
    return thing.modifiers.new("cloth", "CLOTH").point_cache


def _bake_to_disk(cache):
    cache.frame_start, cache.frame_end = 1, 6
    cache.use_disk_cache = True
    bpy.ops.ptcache.bake_all(bake=True)


@kind(2, 6)
def cloth_baked_on_disk(project, elsewhere):
    cache = _falling_cloth()
    save(project / "film.blend")
    _bake_to_disk(cache)
    assert list((project / "blendcache_film").glob("*.bphys"))
    save(project / "film.blend")


@kind(2, 6)
def cloth_in_a_folder_of_its_own(project, elsewhere):
    cache = _falling_cloth()
    thing = bpy.context.object
    save(project / "film.blend")
    _bake_to_disk(cache)
    (project / "blendcache_film").rename(project / "simulated")
    thing.modifiers.remove(thing.modifiers["cloth"])
    cache = thing.modifiers.new("cloth", "CLOTH").point_cache
    cache.use_external = True
    cache.index, cache.name, cache.filepath = 0, thing.name.encode().hex().upper(), "//simulated/"
    assert cache.is_baked
    save(project / "film.blend")


@kind(2, 6)
def cloth_baked_beside_a_library(project, elsewhere):
    cache = _falling_cloth()
    bpy.context.object.name = "sail"
    save(elsewhere / "sim.blend")
    _bake_to_disk(cache)
    save(elsewhere / "sim.blend")
    stage()
    save(project / "film.blend")
    bpy.context.scene.frame_end = 6
    bpy.context.scene.collection.objects.link(linked(elsewhere / "sim.blend", "objects", "sail"))
    save(project / "film.blend")


@kind(3, 6)
def particles_baked_on_disk(project, elsewhere):
    scene = bpy.context.scene
    scene.gravity, scene.frame_end = (0, -30, 0), 6
    dot = plane(glowing(color=(1, 1, 0, 1))[0], at=(0, 0, 20), size=0.5, name="dot")
    emitter = plane(glowing(color=(0, 0, 1, 1))[0], at=(0, 1, 0), size=1)
    emitter.modifiers.new("dust", "PARTICLE_SYSTEM")
    system = emitter.particle_systems[0]
    settings = system.settings
    settings.count, settings.frame_start, settings.frame_end, settings.lifetime = 30, 1, 3, 50
    settings.render_type, settings.instance_object, settings.particle_size = "OBJECT", dot, 1
    save(project / "film.blend")
    _bake_to_disk(system.point_cache)
    save(project / "film.blend")


@pytest.mark.parametrize("name", kind.names)
def test_a_package_shows_what_the_artists_file_shows(part, tmp_path, name):
    kind.check(part, tmp_path, name)
