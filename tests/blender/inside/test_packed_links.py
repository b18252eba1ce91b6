"""What files of other people have: assets and texts to link, names that two libraries share, paths as Windows
writes them, a film that is a link.
"""

import os

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

kind = Kinds()
PROFILE = (
    "IESNA:LM-63-1995\nTILT=NONE\n1 1000 1 5 1 1 1 0 0 0\n1 1 100\n0 22.5 45 67.5 90\n0\n1000 800 10 5 0\n"
)


def film_linking(path, *blocks):
    """Save what is open as a library, and open a film that links these of it."""
    save(path)
    stage()
    save(path.parent.parent / "film.blend")
    return [linked(path, group, name) for group, name in blocks]


def shown(thing):
    bpy.context.scene.collection.objects.link(thing)
    return thing


def saved_as_it_is():
    """Without a change to its paths."""
    bpy.ops.wm.save_as_mainfile(filepath=bpy.data.filepath, relative_remap=False)


@kind()
def assets_that_nothing_in_their_library_uses(project, elsewhere):
    chair = plane(glowing(loaded(png(project / "lib" / "wood.png", RED)), name="wood")[0], size=2)
    chairs = bpy.data.collections.new("chairs")
    chairs.objects.link(chair)
    bpy.context.scene.collection.objects.unlink(chair)
    cloth = glowing(loaded(png(project / "lib" / "cloth.png", BLUE)), name="cloth")[0]
    nodes, first, last = tree_on(None)
    move = nodes.nodes.new("GeometryNodeTransform")
    move.inputs["Translation"].default_value = (1.5, 0, 0)
    nodes.links.new(first.outputs[0], move.inputs[0])
    nodes.links.new(move.outputs[0], last.inputs[0])
    for block in (chairs, cloth, nodes):
        block.asset_mark()
    wanted = (("collections", "chairs"), ("materials", "cloth"), ("node_groups", "nodes"))
    chairs, cloth, nodes = film_linking(project / "lib" / "assets.blend", *wanted)
    instance = shown(bpy.data.objects.new("chairs", None))
    instance.instance_type, instance.instance_collection = "COLLECTION", chairs
    plane(cloth, at=(0, 1, 1), size=1).modifiers.new("nodes", "NODES").node_group = nodes
    save(project / "film.blend")


@kind()
def text_of_a_library_that_shapes_a_light(project, elsewhere):
    """With a picture, for a package without files to look otherwise."""
    bpy.data.texts.new("lamp.ies").write(PROFILE)
    (profile,) = film_linking(project / "lib" / "lamps.blend", ("texts", "lamp.ies"))
    shape_of_a_lamp().ies = profile
    save(project / "film.blend")


def shape_of_a_lamp():
    """The node that shapes the light of a lamp over a wall."""
    material = bpy.data.materials.new("wall")
    material.use_nodes = True
    plane(material, size=6)
    lamp = shown(bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "POINT")))
    lamp.location.z, lamp.data.energy, lamp.data.use_nodes = 2, 100, True
    tree = lamp.data.node_tree
    shape = tree.nodes.new("ShaderNodeTexIES")
    glow = next(one for one in tree.nodes if one.bl_idname == "ShaderNodeEmission")
    tree.links.new(shape.outputs[0], glow.inputs["Strength"])
    return shape


@kind()
def files_above_a_project_that_is_a_link(project, elsewhere):
    """From a link's folder Cycles goes up where it leads, and Blender where it lies."""
    shows = elsewhere / "shows"
    (shows / "first").mkdir(parents=True)
    os.symlink(shows / "first", project)
    (shows / "lamp.ies").write_text(PROFILE)
    (project.parent / "lamp.ies").write_text(PROFILE.replace("1000 800 10 5 0", "10 10 1000 500 0"))
    png(shows / "wood.png", GREEN)
    image = textured(png(project.parent / "wood.png", RED), at=(1, 0, 1), size=1)
    shape = shape_of_a_lamp()
    save(project / "film.blend")
    image.filepath = "//../wood.png"
    shape.mode, shape.filepath = "EXTERNAL", "//../lamp.ies"
    saved_as_it_is()


@kind(1, 3)
def image_of_one_name_that_is_a_sequence_in_one_library_alone(project, elsewhere):
    for number in range(1, 6):
        png(project / "seq" / f"w{number:03d}.png", (50 * number, 20, 90))
    sources = ("FILE", "SEQUENCE", "FILE")
    for at, source in enumerate(sources):
        stage()
        material, node = glowing(loaded(project / "seq" / "w001.png", source=source))
        node.image_user.frame_duration, node.image_user.use_auto_refresh = 5, True
        plane(material, at=(2 * at - 2, 0, 0), size=1.5, name=f"plane {at}")
        film_linking(project / "lib" / f"{at}.blend")
    for at in range(len(sources)):
        shown(linked(project / "lib" / f"{at}.blend", "objects", f"plane {at}"))
    save(project / "film.blend")


def tiled(pattern, numbers):
    """An image of tiles, on a plane that shows three."""
    image = loaded(str(pattern).replace("<UDIM>", "1001"))
    image.source, image.filepath = "TILED", str(pattern)
    for number in numbers:
        if number not in [tile.number for tile in image.tiles]:
            image.tiles.new(number)
    return image


def of_three_tiles(image, **where):
    thing = plane(glowing(image)[0], **where)
    for corner in thing.data.uv_layers[0].data:
        corner.uv = (corner.uv[0] * 3, corner.uv[1])
    return thing


@kind()
def tiles_of_one_name_of_which_a_library_has_fewer(project, elsewhere):
    for number, color in ((1001, RED), (1002, GREEN), (1003, BLUE)):
        png(project / "tex" / f"wall.{number}.png", color)
    several = ((1001,), (1001, 1002, 1003), (1001, 1002))
    for at, numbers in enumerate(several):
        stage()
        image = tiled(project / "tex" / "wall.<UDIM>.png", numbers)
        of_three_tiles(image, at=(0, 1.2 * at - 1.2, 0), size=1, name=f"wall {at}")
        film_linking(project / "lib" / f"{at}.blend")
    for at in range(len(several)):
        shown(linked(project / "lib" / f"{at}.blend", "objects", f"wall {at}"))
    save(project / "film.blend")


@kind()
def tiles_in_folders_of_their_own(project, elsewhere):
    for number, color in ((1001, RED), (1002, GREEN), (1003, BLUE)):
        png(project / str(number) / "wall.png", color)
    of_three_tiles(tiled(project / "<UDIM>" / "wall.png", (1001, 1002, 1003)))


@kind()
def tiles_packed_while_their_files_are_there(project, elsewhere):
    """Cycles reads the files all the same, also one that is painted later or added."""
    for number in (1001, 1002):
        png(project / "tex" / f"wall.{number}.png", RED)
    image = tiled(project / "tex" / "wall.<UDIM>.png", (1001, 1002))
    image.pack()
    png(project / "tex" / "wall.1002.png", GREEN)
    png(project / "tex" / "wall.1003.png", BLUE)
    image.tiles.new(1003)
    of_three_tiles(image)
    save(project / "film.blend")
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)


@kind()
def film_from_which_its_library_links(project, elsewhere):
    """Of that Blender shows nothing, and it would where the film lies elsewhere."""
    film, library = project / "film.blend", project / "lib" / "chairs.blend"
    textured(png(project / "film.png", RED), at=(-1, 0, 0), size=1, name="table")
    save(film)
    stage()
    save(library)
    chairs = bpy.data.collections.new("chairs")
    bpy.context.scene.collection.children.link(chairs)
    textured(png(project / "lib" / "library.png", GREEN), at=(1, 0, 0), size=1, name="chair")
    for thing in (bpy.data.objects["chair"], linked(film, "objects", "table")):
        chairs.objects.link(thing)
    save(library)
    bpy.ops.wm.open_mainfile(filepath=str(film))
    instance = shown(bpy.data.objects.new("chairs", None))
    instance.location.y, instance.instance_type = 1, "COLLECTION"
    instance.instance_collection = linked(library, "collections", "chairs")
    save(film)
    bpy.ops.wm.open_mainfile(filepath=str(film))


@kind()
def paths_of_windows_in_a_film_and_a_library(project, elsewhere):
    image = textured(png(project / "lib" / "tex" / "wood.png", RED), at=(-1, 0, 0), size=1.5, name="chair")
    save(project / "lib" / "chair.blend")
    image.filepath = "//tex\\wood.png"
    saved_as_it_is()
    stage()
    image = textured(png(project / "tex" / "wood.png", GREEN), at=(1, 0, 0), size=1.5)
    save(project / "film.blend")
    shown(linked(project / "lib" / "chair.blend", "objects", "chair"))
    image.filepath = "//tex\\wood.png"
    bpy.data.libraries[0].filepath = "//lib\\chair.blend"
    saved_as_it_is()


@pytest.mark.parametrize("name", kind.names)
def test_a_package_shows_what_the_artists_file_shows(part, tmp_path, name):
    kind.check(part, tmp_path, name)


def test_a_film_is_opened_where_its_name_is_and_not_where_a_link_leads(part, tmp_path):
    stage()
    textured(png(tmp_path / "tex" / "wood.png", GREEN))
    save(tmp_path / "film.blend")
    (tmp_path / "versions").mkdir()
    (tmp_path / "film.blend").rename(tmp_path / "versions" / "film 12.blend")
    (tmp_path / "film.blend").symlink_to(os.path.join("versions", "film 12.blend"))
    options = part("blender.command_line").new_parser("test", "")
    scene_options = part("blender.scene_options")
    scene_options.add_scene_options(options, tmp_path / "film.blend")
    scene, _ = scene_options.open_scene(options.parse_args([]), tmp_path / "film.blend")
    assert bpy.data.filepath == str(tmp_path / "film.blend")
    assert not part("blender.packing.survey").look_at_files(scene)


def test_frames_of_a_cache_from_before_frame_0_come_along(part, tmp_path):
    """Where a cache has steps, what lies between two of its frames is made of both."""
    stage()
    thing = plane()
    for name in ("sail_-00005_00.bphys", "sail_000003_00.bphys", "sails_000003_00.bphys"):
        (tmp_path / name).touch()
    cache = thing.modifiers.new("cloth", "CLOTH").point_cache
    cache.use_external = True
    cache.index, cache.name, cache.filepath = 0, "sail", str(tmp_path)
    (found,) = part("blender.packing.caches").point_caches()
    files = found.expand(str(tmp_path), part("blender.packing.expansion").Folders())
    assert [os.path.basename(source) for source, _ in files.members] == [
        "sail_-00005_00.bphys",
        "sail_000003_00.bphys",
    ]


def test_properties_by_which_objects_name_each_other_end_nothing(part, tmp_path):
    stage()
    one, other = plane(name="one"), plane(name="other")
    one["friend"], other["friend"] = other, one
    save(tmp_path / "project" / "film.blend")
    pack(part, tmp_path / "package")
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "package" / "scene.blend"), use_scripts=False)
    assert bpy.data.objects["one"]["friend"] == bpy.data.objects["other"]


@pytest.mark.parametrize("way", ["left out of renderings", "left out of all view layers"])
def test_a_missing_file_in_a_collection_that_no_frame_shows_is_a_warning(part, tmp_path, way):
    stage()
    project = tmp_path / "project"
    textured(png(project / "a.png", RED))
    thing, scene = bpy.data.objects["plane"], bpy.context.scene
    old, older = bpy.data.collections.new("old"), bpy.data.collections.new("older")
    scene.collection.children.link(old)
    old.children.link(older)
    older.objects.link(thing)
    scene.collection.objects.unlink(thing)
    save(project / "film.blend")
    (project / "a.png").unlink()
    look = part("blender.packing.survey").look_at_files

    def severities():
        return [str(one.severity) for one in look(bpy.context.scene)]

    assert severities() == ["error"]
    old.hide_render = way == "left out of renderings"
    scene.view_layers[0].layer_collection.children["old"].exclude = not old.hide_render
    assert severities() == ["warning"]
    if not old.hide_render:
        more = scene.view_layers.new("more")
        assert severities() == ["error"]
        more.layer_collection.children["old"].exclude = True
        assert severities() == ["warning"]
    empty = bpy.data.objects.new("empty", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", older
    scene.collection.objects.link(empty)
    assert severities() == ["error"]
    bpy.data.objects.remove(empty)
    other = bpy.data.collections.new("other")
    scene.collection.children.link(other)
    other.objects.link(thing)
    assert severities() == ["error"]
