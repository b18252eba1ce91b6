"""Files that come from libraries: overrides, libraries of libraries, sets, groups of nodes."""

import bpy
import pytest
from building import tree_on
from picturing import (
    BLUE,
    GREEN,
    RED,
    Kinds,
    glowing,
    linked,
    loaded,
    pack,
    plane,
    png,
    save,
    stage,
    textured,
)
from test_packed_caches import bake_simulation_on_disk, multiresolution, volume_files, write_pc2

kind = Kinds()
IS_NEW = bpy.app.version >= (5, 0)
STL = (
    "solid a\n facet normal 0 0 1\n outer loop\n vertex -{x} -1 0\n vertex {x} -1 0\n vertex 0 1.5 0\n"
    " endloop\n endfacet\nendsolid a\n"
)


def film(project):
    stage()
    return save(project / "film.blend")


def film_with(project, path, name):
    """The film shows an object of a library."""
    film(project)
    thing = linked(path, "objects", name)
    bpy.context.scene.collection.objects.link(thing)
    save(project / "film.blend")
    return thing


def overridden(project, path, name):
    """The film has an object of a library as its own, to change it."""
    thing = film_with(project, path, name)
    mine = thing.override_create(remap_local_usages=True)
    mine.location.y += 0.25
    save(project / "film.blend")
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    return bpy.data.objects[name, None] if (name, None) in bpy.data.objects else bpy.data.objects[name]


def moved_by_a_cache(folder):
    thing = plane(glowing()[0], at=(-1, 0, 0), size=1.5, name="box")
    (folder / "cache").mkdir(parents=True)
    write_pc2(folder / "cache" / "a.pc2", thing)
    modifier = thing.modifiers.new("cache", "MESH_CACHE")
    modifier.cache_format, modifier.frame_start = "PC2", 1
    save(folder / "box.blend")
    modifier.filepath = "//cache/a.pc2"
    return save(folder / "box.blend")


@kind(2, 5)
def linked_mesh_cache(project, elsewhere):
    path = moved_by_a_cache(project / "lib" / "props")
    film_with(project, path, "box")


@kind(2, 5)
def override_with_a_mesh_cache(project, elsewhere):
    overridden(project, moved_by_a_cache(project / "lib" / "props"), "box")


def simulated(folder):
    thing = plane(glowing()[0], at=(-1.5, 0, 0), size=1.5, name="box")
    save(folder / "box.blend")
    bake_simulation_on_disk(thing)
    assert list(folder.rglob("*.json"))
    return save(folder / "box.blend")


@kind(2, 4)
def linked_simulation_zone(project, elsewhere):
    path = simulated(project / "lib" / "props")
    film_with(project, path, "box")


@kind(1, 4, 6)
def volume_of_a_library_there_and_back_with_an_offset(project, elsewhere):
    folder = project / "lib" / "fx"
    volume_files(folder, (0.5, 1, 1.5))
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


@kind()
def text_by_way_of_reroutes_to_a_group_of_a_library_that_imports(project, elsewhere):
    path, _ = importer_library(project / "lib" / "nodes", path_socket=True)
    film(project)
    (project / "a.stl").write_text(STL.format(x=1))
    tree, _, last = tree_on(plane(), "outer")
    text, group = tree.nodes.new("FunctionNodeInputString"), tree.nodes.new("GeometryNodeGroup")
    ways = [tree.nodes.new("NodeReroute") for _ in range(2)]
    text.string, group.node_tree = "//a.stl", linked(path, "node_groups", "importing")
    tree.links.new(text.outputs[0], ways[0].inputs[0])
    tree.links.new(ways[0].outputs[0], ways[1].inputs[0])
    tree.links.new(ways[1].outputs[0], group.inputs["File"])
    tree.links.new(group.outputs[0], last.inputs[0])
    save(project / "film.blend")


def test_each_of_the_ways_into_groups_of_groups_is_followed_once(part, monkeypatch):
    """Each has two of the one before, and a film of few nodes had more ways than packing ends with."""
    nodes, followed, inner = part("blender.packing.nodes"), [], None
    for depth in range(8):
        tree = bpy.data.node_groups.new(f"depth {depth}", "GeometryNodeTree")
        tree.interface.new_socket(
            "File", in_out="INPUT", socket_type="NodeSocketString"
        ).subtype = "FILE_PATH"
        first = tree.nodes.new("NodeGroupInput")
        for _ in range(2):
            node = tree.nodes.new("GeometryNodeGroup" if inner else "GeometryNodeImportSTL")
            if inner:
                node.node_tree = inner
            tree.links.new(first.outputs["File"], node.inputs[0])
        inner = tree
    led_to = nodes._led_to
    monkeypatch.setattr(nodes, "_led_to", lambda socket: followed.append(1) or led_to(socket))
    assert nodes._readers(inner, "Socket_0") == [bpy.data.node_groups["depth 0"]]
    assert len(followed) < 2**6


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


@pytest.mark.parametrize("name", kind.names)
def test_a_package_shows_what_the_artists_file_shows(part, tmp_path, name):
    kind.check(part, tmp_path, name)
