"""Scenes in which files come from far away: overrides, libraries of libraries, sets, groups, clips and markers."""

import shutil
import struct

import bpy
import pytest
from building import simulation_on, tree_on
from picturing import BLUE, GREEN, RED, Kinds, glowing, linked, loaded, pack, plane, png, save, stage, textured
from test_packed_caches import multiresolution

kind = Kinds()
IS_NEW = bpy.app.version >= (5, 0)
STL = (
    "solid a\n facet normal 0 0 1\n outer loop\n vertex -{x} -1 0\n vertex {x} -1 0\n vertex 0 1.5 0\n"
    " endloop\n endfacet\nendsolid a\n"
)


def film(project):
    stage()
    return save(project / "film.blend")


def overridden(project, path, name):
    """The film has an object of a library as its own, to change it."""
    film(project)
    thing = linked(path, "objects", name)
    bpy.context.scene.collection.objects.link(thing)
    mine = thing.override_create(remap_local_usages=True)
    mine.location.y += 0.25
    save(project / "film.blend")
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    return bpy.data.objects[name, None] if (name, None) in bpy.data.objects else bpy.data.objects[name]


def moved_by_a_cache(folder):
    thing = plane(glowing()[0], at=(-1, 0, 0), size=1.5, name="box")
    corners = [tuple(one.co) for one in thing.data.vertices]
    (folder / "cache").mkdir(parents=True)
    with (folder / "cache" / "a.pc2").open("wb") as file:
        file.write(struct.pack("<12siiffi", b"POINTCACHE2\0", 1, 4, 1.0, 1.0, 6))
        for step in range(6):
            for x, y, z in corners:
                file.write(struct.pack("<fff", x + 0.4 * step, y, z))
    modifier = thing.modifiers.new("cache", "MESH_CACHE")
    modifier.cache_format, modifier.frame_start = "PC2", 1
    save(folder / "box.blend")
    modifier.filepath = "//cache/a.pc2"
    return save(folder / "box.blend")


@kind(2, 5)
def linked_mesh_cache(project, elsewhere):
    path = moved_by_a_cache(project / "lib" / "props")
    film(project)
    bpy.context.scene.collection.objects.link(linked(path, "objects", "box"))
    save(project / "film.blend")


@kind(2, 5)
def override_with_a_mesh_cache(project, elsewhere):
    overridden(project, moved_by_a_cache(project / "lib" / "props"), "box")


def bake_nodes(thing):
    modifier = thing.modifiers[0]
    bpy.context.view_layer.objects.active = thing
    thing.select_set(True)
    bpy.context.view_layer.update()
    with bpy.context.temp_override(object=thing, active_object=thing, selected_objects=[thing]):
        bpy.ops.object.geometry_node_bake_single(
            session_uid=thing.session_uid, modifier_name=modifier.name, bake_id=modifier.bakes[0].bake_id
        )


def simulated(folder):
    thing = plane(glowing()[0], at=(-1.5, 0, 0), size=1.5, name="box")
    save(folder / "box.blend")
    simulation_on(thing)
    modifier = thing.modifiers[0]
    (move,) = (one for one in modifier.node_group.nodes if one.bl_idname == "GeometryNodeTransform")
    move.inputs["Translation"].default_value = (0.5, 0, 0)
    modifier.bake_target = "DISK"
    bake_nodes(thing)
    assert list(folder.rglob("*.json"))
    return save(folder / "box.blend")


@kind(2, 4)
def linked_simulation_zone(project, elsewhere):
    path = simulated(project / "lib" / "props")
    film(project)
    bpy.context.scene.collection.objects.link(linked(path, "objects", "box"))
    save(project / "film.blend")


def growing(folder):
    """Files of a volume that grows."""
    (folder / "making").mkdir(parents=True)
    for number, size in enumerate((0.5, 1, 1.5), 1):
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
        bake_nodes(thing)
        (baked,) = (folder / "making" / f"bake{number}").rglob("*.vdb")
        shutil.copy(baked, folder / f"fire{number:04d}.vdb")
    shutil.rmtree(folder / "making")
    stage()


@kind(1, 4, 6)
def volume_of_a_library_there_and_back_with_an_offset(project, elsewhere):
    folder = project / "lib" / "fx"
    growing(folder)
    volume = bpy.data.volumes.new("smoke")
    volume.filepath = str(folder / "fire0001.vdb")
    volume.is_sequence, volume.frame_duration, volume.frame_start = True, 3, 2
    volume.frame_offset, volume.sequence_mode = -1, "PING_PONG"
    thing = bpy.data.objects.new("smoke", volume)
    bpy.context.scene.collection.objects.link(thing)
    tree, _, last = tree_on(thing)
    mesh, paint = tree.nodes.new("GeometryNodeVolumeToMesh"), tree.nodes.new("GeometryNodeSetMaterial")
    first = next(one for one in tree.nodes if one.bl_idname == "NodeGroupInput")
    paint.inputs["Material"].default_value = glowing()[0]
    for one, other in ((first, mesh), (mesh, paint), (paint, last)):
        tree.links.new(one.outputs[0], other.inputs[0])
    path = save(folder / "smoke.blend")
    film(project)
    bpy.context.scene.collection.objects.link(linked(path, "objects", "smoke"))
    save(project / "film.blend")


@kind()
def set_of_the_same_name_in_the_background(project, elsewhere):
    textured(png(elsewhere / "wood.png", RED), at=(1, 0, 0))
    path = save(elsewhere / "set.blend")
    film(project)
    textured(png(project / "wood.png", BLUE), at=(-1, 0, 0))
    bpy.context.scene.background_set = linked(path, "scenes", "Scene")
    save(project / "film.blend")


@kind()
def libraries_four_deep_and_images_of_one_name(project, elsewhere):
    """Each is textured by an image of its own with the others' name, and shows the one below beside it."""
    below = None
    for number, (folder, color) in enumerate(
        ((elsewhere / "a", RED), (project / "lib" / "b", GREEN), (elsewhere / "c", BLUE))
    ):
        stage()
        collection = bpy.data.collections.new("set")
        path = save(folder / "set.blend")
        thing = plane(glowing(loaded(png(folder / "tex" / "wood.png", color)))[0], size=1.2, name="tile")
        bpy.context.scene.collection.objects.unlink(thing)
        collection.objects.link(thing)
        collection.use_fake_user = True
        if below:
            empty = bpy.data.objects.new("below", None)
            empty.instance_type, empty.location.x = "COLLECTION", 1.3
            empty.instance_collection = linked(below, "collections", "set")
            collection.objects.link(empty)
        collection.instance_offset = (0.2 * number, 0, 0)
        below = save(path)
    film(project)
    textured(png(project / "tex" / "wood.png", (250, 200, 40)), at=(-2, 0, 0), size=1.2)
    empty = bpy.data.objects.new("below", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", linked(below, "collections", "set")
    bpy.context.scene.collection.objects.link(empty)
    save(project / "film.blend")


@kind()
def sculpted_mesh_of_a_library_on_an_object_of_the_films(project, elsewhere):
    multiresolution(elsewhere / "lib", elsewhere)
    film(project)
    thing = linked(elsewhere / "lib" / "film.blend", "objects", "plane")
    bpy.context.scene.collection.objects.link(thing)
    thing.make_local(clear_liboverride=True, clear_asset_data=False)
    assert thing.library is None and thing.data.library
    save(project / "film.blend")


@kind()
def override_of_a_hierarchy_with_a_material_of_the_films(project, elsewhere):
    folder = elsewhere / "chars"
    stage()
    collection = bpy.data.collections.new("hero")
    bpy.context.scene.collection.children.link(collection)
    root = bpy.data.objects.new("rig", None)
    collection.objects.link(root)
    path = save(folder / "hero.blend")
    for name, x, color in (("body", -1, RED), ("hat", 1, GREEN)):
        thing = plane(glowing(loaded(png(folder / "tex" / f"{name}.png", color)))[0], (x, 0, 0), 1.5, name)
        bpy.context.scene.collection.objects.unlink(thing)
        collection.objects.link(thing)
        thing.parent = root
        thing.material_slots[0].link = "OBJECT"
        thing.material_slots[0].material = thing.data.materials[0]
    save(path)
    film(project)
    scene = bpy.context.scene
    hero = linked(path, "collections", "hero")
    scene.collection.children.link(hero)
    mine = hero.override_hierarchy_create(scene, bpy.context.view_layer, do_fully_editable=True)
    mine.objects["rig"].location.y = 0.5
    mine.objects["hat"].material_slots[0].material = glowing(
        loaded(png(project / "tex" / "hat.png", BLUE)), name="repainted"
    )[0]
    save(project / "film.blend")


def importing(path_socket):
    tree, _, last = tree_on(None, "importing")
    read, paint = tree.nodes.new("GeometryNodeImportSTL"), tree.nodes.new("GeometryNodeSetMaterial")
    real = tree.nodes.new("GeometryNodeRealizeInstances")
    paint.inputs["Material"].default_value = glowing()[0]
    for one, other in ((read, real), (real, paint), (paint, last)):
        tree.links.new(one.outputs[0], other.inputs[0])
    if path_socket:
        item = tree.interface.new_socket("File", in_out="INPUT", socket_type="NodeSocketString")
        item.subtype = "FILE_PATH"
        first = next(one for one in tree.nodes if one.bl_idname == "NodeGroupInput")
        tree.links.new(first.outputs["File"], read.inputs[0])
        return tree, item.identifier
    read.inputs[0].default_value = "//a.stl"
    return tree, ""


def importer_library(folder, path_socket):
    folder.mkdir(parents=True)
    tree, identifier = importing(path_socket)
    tree.use_fake_user = True
    (folder / "a.stl").write_text(STL.format(x=2))
    return save(folder / "nodes.blend"), identifier


@kind()
def group_of_a_library_that_imports(project, elsewhere):
    path, _ = importer_library(project / "lib" / "nodes", path_socket=False)
    film(project)
    (project / "a.stl").write_text(STL.format(x=1))
    thing = plane()
    thing.modifiers.new("nodes", "NODES").node_group = linked(path, "node_groups", "importing")
    save(project / "film.blend")


@kind()
def group_of_a_library_that_imports_what_the_films_modifier_names(project, elsewhere):
    path, identifier = importer_library(project / "lib" / "nodes", path_socket=True)
    film(project)
    (project / "a.stl").write_text(STL.format(x=1))
    modifier = plane().modifiers.new("nodes", "NODES")
    modifier.node_group = linked(path, "node_groups", "importing")
    if IS_NEW:
        getattr(modifier.properties.inputs, identifier).value = "//a.stl"
    else:
        modifier[identifier] = "//a.stl"
    save(project / "film.blend")


@kind()
def group_of_a_library_that_imports_what_the_films_group_names(project, elsewhere):
    path, _ = importer_library(project / "lib" / "nodes", path_socket=True)
    film(project)
    (project / "a.stl").write_text(STL.format(x=1))
    tree, _, last = tree_on(plane(), "outer")
    group = tree.nodes.new("GeometryNodeGroup")
    group.node_tree = linked(path, "node_groups", "importing")
    group.inputs["File"].default_value = "//a.stl"
    tree.links.new(group.outputs[0], last.inputs[0])
    save(project / "film.blend")


def composed(scene):
    """A compositor's tree, its layers and its output."""
    if IS_NEW:
        tree = bpy.data.node_groups.new("compositing", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        scene.compositing_node_group, output = tree, tree.nodes.new("NodeGroupOutput")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
        tree.nodes.clear()
        output = tree.nodes.new("CompositorNodeComposite")
    return tree, tree.nodes.new("CompositorNodeRLayers"), output


def group_with(name, make):
    """A group of the compositor around a node."""
    group = bpy.data.node_groups.new(name, "CompositorNodeTree")
    group.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    node = make(group)
    group.links.new(node.outputs[0], group.nodes.new("NodeGroupOutput").inputs[0])
    return group


def nested(name, inner):
    def make(group):
        node = group.nodes.new("CompositorNodeGroup")
        node.node_tree = inner
        return node

    return group_with(name, make)


def added(tree, layers, output, source):
    """The layers and another image, one on top of the other."""
    shift = tree.nodes.new("CompositorNodeTranslate")
    over = tree.nodes.new("CompositorNodeAlphaOver")
    colors = [one for one in over.inputs if one.type == "RGBA"]
    shift.inputs["X"].default_value = 6
    tree.links.new(source.outputs[0], shift.inputs[0])
    tree.links.new(layers.outputs["Image"], colors[0])
    tree.links.new(shift.outputs[0], colors[1])
    tree.links.new(over.outputs[0], output.inputs[0])


@kind(1, 3)
def sequence_in_a_group_in_a_group_of_the_compositor(project, elsewhere):
    for number in range(1, 5):
        png(elsewhere / "seq" / f"w{number:03d}.png", (50 * number, 20, 90))
    image = loaded(elsewhere / "seq" / "w001.png", source="SEQUENCE")

    def make(group):
        node = group.nodes.new("CompositorNodeImage")
        node.image, node.frame_duration, node.frame_offset = image, 4, 1
        return node

    plane(glowing()[0], size=2)
    tree, layers, output = composed(bpy.context.scene)
    source = tree.nodes.new("CompositorNodeGroup")
    source.node_tree = nested("outer", group_with("inner", make))
    added(tree, layers, output, source)


def clip_with_proxies_in_the_compositor(project, elsewhere):
    for number in range(7, 12):
        png(project / "clip" / f"take{number:04d}.png", (20 * number, 250 - 20 * number, 0))
    clip = bpy.data.movieclips.load(str(project / "clip" / "take0007.png"))
    clip.use_proxy, clip.use_proxy_custom_directory = True, True
    clip.proxy.directory = str(elsewhere / "proxies")
    clip.proxy.build_25 = True
    png(elsewhere / "proxies" / "take0007.png" / "proxy_25" / "00000007.jpg", (1, 1, 1), 2)
    plane(glowing()[0], size=2)
    tree, layers, output = composed(bpy.context.scene)
    source = tree.nodes.new("CompositorNodeMovieClip")
    source.clip = clip
    added(tree, layers, output, source)


if not IS_NEW:  # 5.2 composes clips on the graphics card, and ends where there is none
    kind(1, 3)(clip_with_proxies_in_the_compositor)


@kind(1, 4, option="codec_ffmpeg")
def film_as_a_texture(project, elsewhere):
    scene = bpy.context.scene
    thing = plane(glowing()[0], size=2)
    for frame, x in ((1, -2), (5, 2)):
        thing.location.x = x
        thing.keyframe_insert("location", frame=frame)
    settings = scene.render.image_settings
    if IS_NEW:
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    scene.render.ffmpeg.format, scene.render.ffmpeg.codec = "MPEG4", "MPEG4"
    scene.render.filepath = str(elsewhere / "take.mp4")
    elsewhere.mkdir(parents=True)
    bpy.ops.render.render(animation=True)
    stage()
    image = loaded(elsewhere / "take.mp4")
    assert image.source == "MOVIE"
    material, node = glowing(image)
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 5, True
    plane(material, size=4)


@kind(1, 4)
def image_that_displaces(project, elsewhere):
    for number, color in enumerate((RED, (9, 9, 9), GREEN, (250, 250, 250)), 1):
        png(project / "seq" / f"h{number:02d}.png", color)
    texture = bpy.data.textures.new("height", "IMAGE")
    texture.image = loaded(project / "seq" / "h01.png", source="SEQUENCE")
    texture.image_user.frame_duration, texture.image_user.use_auto_refresh = 4, True
    thing = plane(glowing()[0], size=2)
    modifier = thing.modifiers.new("displace", "DISPLACE")
    modifier.texture, modifier.direction, modifier.strength, modifier.mid_level = texture, "X", 2, 0


@kind()
def image_of_a_modifiers_input(project, elsewhere):
    image = loaded(png(elsewhere / "mask.png", (128, 128, 128)))
    thing = plane(glowing()[0], size=2)
    tree, first, last = tree_on(thing)
    item = tree.interface.new_socket("Mask", in_out="INPUT", socket_type="NodeSocketImage")
    read, shift = tree.nodes.new("GeometryNodeImageTexture"), tree.nodes.new("GeometryNodeSetPosition")
    tree.links.new(first.outputs["Mask"], read.inputs["Image"])
    tree.links.new(first.outputs[0], shift.inputs[0])
    tree.links.new(read.outputs["Color"], shift.inputs["Offset"])
    tree.links.new(shift.outputs[0], last.inputs[0])
    modifier = thing.modifiers[0]
    if IS_NEW:
        getattr(modifier.properties.inputs, item.identifier).value = image
    else:
        modifier[item.identifier] = image


@kind(1, 4)
def cameras_of_markers_with_a_sequence_behind(project, elsewhere):
    scene = bpy.context.scene
    for number in range(1, 6):
        png(project / "sky" / f"s{number}.png", (40 * number, 255 - 40 * number, 90))
    world = scene.world = bpy.data.worlds.new("world")
    world.use_nodes = True
    tree = world.node_tree
    sky = tree.nodes.new("ShaderNodeTexEnvironment")
    sky.image = loaded(project / "sky" / "s1.png", source="SEQUENCE")
    sky.image_user.frame_duration, sky.image_user.use_auto_refresh = 5, True
    tree.links.new(sky.outputs[0], tree.nodes["Background"].inputs[0])
    textured(png(project / "wood.png", RED), size=2)
    other = scene.camera.copy()
    other.data = scene.camera.data.copy()
    other.location.x, other.data.ortho_scale = 1.5, 4
    scene.collection.objects.link(other)
    for frame, camera in ((1, scene.camera), (3, other)):
        scene.timeline_markers.new(camera.name, frame=frame).camera = camera


@kind()
def layer_that_overrides_material_and_world(project, elsewhere):
    scene, layer = bpy.context.scene, bpy.context.view_layer
    plane(glowing()[0], size=2)
    layer.material_override = glowing(loaded(png(elsewhere / "clay.png", (200, 120, 60))), name="clay")[0]
    world = bpy.data.worlds.new("other")
    world.use_nodes = True
    sky = world.node_tree.nodes.new("ShaderNodeTexEnvironment")
    sky.image = loaded(png(project / "sky.png", BLUE))
    world.node_tree.links.new(sky.outputs[0], world.node_tree.nodes["Background"].inputs[0])
    if hasattr(layer, "world_override"):
        scene.world = bpy.data.worlds.new("plain")
        layer.world_override = world
    else:
        scene.world = world


@kind()
def light_with_an_image_that_is_linked_to_one_of_two(project, elsewhere):
    for name, x in (("lit", -1.5), ("dark", 1.5)):
        material = bpy.data.materials.new(name)
        material.use_nodes = True
        plane(material, at=(x, 0, 0), size=2, name=name)
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "AREA"))
    lamp.location.z, lamp.data.energy, lamp.data.size = 3, 300, 4
    lamp.data.use_nodes = True
    tree = lamp.data.node_tree
    image, at = tree.nodes.new("ShaderNodeTexImage"), tree.nodes.new("ShaderNodeTexCoord")
    image.image = loaded(png(project / "gobo.png", GREEN))
    glow = next(one for one in tree.nodes if one.bl_idname == "ShaderNodeEmission")
    tree.links.new(at.outputs["UV"], image.inputs[0])
    tree.links.new(image.outputs[0], glow.inputs["Color"])
    bpy.context.scene.collection.objects.link(lamp)
    lamp.light_linking.receiver_collection = bpy.data.collections.new("lit")
    lamp.light_linking.receiver_collection.objects.link(bpy.data.objects["lit"])


def test_an_override_does_not_read_the_bake_of_its_library_and_is_refused(part, tmp_path):
    overridden(tmp_path, simulated(tmp_path / "lib" / "props"), "box")
    with pytest.raises(part("blender.preflight").SceneRefused, match="simulation zone of 'box' is not baked"):
        pack(part, tmp_path / "package", (2, 4))


def test_a_path_that_nodes_of_two_files_read_is_an_error(part, tmp_path):
    group_of_a_library_that_imports_what_the_films_group_names(tmp_path, tmp_path)
    tree = bpy.data.node_groups["outer", None]
    item = tree.interface.new_socket("File", in_out="INPUT", socket_type="NodeSocketString")
    item.subtype = "FILE_PATH"
    (first,) = (one for one in tree.nodes if one.bl_idname == "NodeGroupInput")
    (group,) = (one for one in tree.nodes if one.bl_idname == "GeometryNodeGroup")
    read = tree.nodes.new("GeometryNodeImportSTL")
    found = part("blender.packing.survey").look_at_files

    def kinds():
        return [one.kind for one in found(bpy.context.scene)]

    tree.links.new(first.outputs["File"], group.inputs["File"])
    assert kinds() == []
    tree.links.new(first.outputs["File"], read.inputs[0])
    assert set(kinds()) == {"torn path"}


def test_a_missing_picture_to_work_by_is_a_warning_unless_something_shows_it(part, tmp_path):
    scene = stage()
    image = loaded(png(tmp_path / "plan.png", RED))
    empty = bpy.data.objects.new("plan", None)
    empty.empty_display_type, empty.data = "IMAGE", image
    scene.collection.objects.link(empty)
    scene.camera.data.background_images.new().image = image
    save(tmp_path / "film.blend")
    (tmp_path / "plan.png").unlink()
    look = part("blender.packing.survey").look_at_files

    def severities():
        return [str(one.severity) for one in look(scene)]

    assert empty.type == "EMPTY" and severities() == ["warning"]
    plane(glowing(image)[0])
    assert severities() == ["error"]


@pytest.mark.parametrize("name", kind.names)
def test_a_package_shows_what_the_artists_file_shows(part, tmp_path, name):
    kind.check(part, tmp_path, name)
