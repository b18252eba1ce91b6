"""What Blender 5 brought: links that are packed into the film, and files with working spaces of their own."""

from pathlib import Path

import bpy
import pytest
from picturing import (
    BLUE,
    GREEN,
    RED,
    SECRET,
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
from test_packed_scenes import STL, film, importer_library

pytestmark = pytest.mark.skipif(bpy.app.version < (5, 0), reason="this Blender has none of it")
kind = Kinds()
ESSENTIALS = "geometry_nodes_essentials.blend"


def packed_link(path, group, name):
    """A data-block of another .blend, which the film keeps."""
    with bpy.data.libraries.load(str(path), link=True, relative=True, pack=True) as (_, wanted):
        setattr(wanted, group, [name])
    block = getattr(wanted, group)[0]
    assert block.library.is_archive
    return block


def shown(thing, **values):
    for name, value in values.items():
        setattr(thing, name, value)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def instance_of(thing, x):
    """An object of a library, moved."""
    collection = bpy.data.collections.new(f"at {x}")
    collection.objects.link(thing)
    empty = bpy.data.objects.new(f"at {x}", None)
    shown(empty, instance_type="COLLECTION", instance_collection=collection).location.x = x


def wood(folder, color=RED):
    """A library with a material of an image."""
    stage()
    glowing(loaded(png(folder / "tex" / "wood.png", color)), name="wood")[0].use_fake_user = True
    return save(folder / "wood.blend")


@kind(1, 3)
def packed_link_beside_an_ordinary_one(project, elsewhere):
    for number in range(1, 5):
        png(project / "lib" / "seq" / f"w{number:03d}.png", (50 * number, 20, 90))
    material, node = glowing(loaded(project / "lib" / "seq" / "w001.png", source="SEQUENCE"))
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 4, True
    plane(material, size=1.5, name="chair")
    path = save(project / "lib" / "chair.blend")
    film(project)
    for x, link in ((-1, packed_link), (1, linked)):
        instance_of(link(path, "objects", "chair"), x)
    save(project / "film.blend")


@kind()
def packed_links_of_libraries_of_libraries(project, elsewhere):
    """One links the material, the other has it packed."""
    paths = []
    for at, link in enumerate((linked, packed_link)):
        material = wood(elsewhere / f"wood {at}", (RED, GREEN)[at])
        stage()
        path = save(project / f"lib {at}" / "chair.blend")
        plane(link(material, "materials", "wood"), size=1.5, name=f"chair {at}")
        paths.append(save(path))
    film(project)
    for at, link in enumerate((packed_link, linked)):
        instance_of(link(paths[at], "objects", f"chair {at}"), 2 * at - 1)
    save(project / "film.blend")


@kind()
def override_of_a_packed_link(project, elsewhere):
    textured(png(project / "lib" / "tex" / "wood.png", RED), size=1, name="chair")
    path = save(project / "lib" / "chair.blend")
    film(project)
    thing = shown(packed_link(path, "objects", "chair"))
    thing.override_create(remap_local_usages=True).location.x = 1
    save(project / "film.blend")


@kind()
def packed_group_that_imports_what_the_films_modifier_names(project, elsewhere):
    path, identifier = importer_library(project / "lib" / "nodes", path_socket=True)
    film(project)
    (project / "a.stl").write_text(STL.format(x=1))
    modifier = plane().modifiers.new("nodes", "NODES")
    modifier.node_group = packed_link(path, "node_groups", "importing")
    getattr(modifier.properties.inputs, identifier).value = "//a.stl"
    save(project / "film.blend")


@kind()
def packed_asset_of_blenders_own(project, elsewhere):
    film(project)
    thing = textured(png(project / "wood.png", BLUE), size=1) and bpy.data.objects["plane"]
    assets = Path(bpy.utils.system_resource("DATAFILES"), "assets", "nodes", ESSENTIALS)
    thing.modifiers.new("array", "NODES").node_group = packed_link(assets, "node_groups", "Array")
    save(project / "film.blend")


def shining(folder):
    """A library with a wall, its lamp and a picture on it."""
    material = bpy.data.materials.new("wall")
    material.use_nodes = True
    plane(material, size=6, name="wall")
    lamp = shown(bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "POINT")))
    lamp.location.z, lamp.data.energy, lamp.data.color = 2, 100, (0.9, 0.4, 0.2)
    textured(png(folder / "wood.png", GREEN), at=(1, 1, 0.5), size=1, name="picture")
    return folder / "set.blend"


def working_space(name):
    bpy.ops.wm.set_working_color_space(working_space=name, convert_colors=False)
    assert bpy.data.colorspace.working_space == name


@kind()
def library_of_another_working_space(project, elsewhere):
    path = shining(project / "lib")
    working_space("ACEScg")
    save(path)
    film(project)
    for name in ("wall", "lamp", "picture"):
        shown(linked(path, "objects", name))
    save(project / "film.blend")


@kind()
def library_in_a_film_of_another_working_space(project, elsewhere):
    path = save(shining(project / "lib"))
    film(project)
    working_space("Linear Rec.2020")
    for name in ("wall", "lamp", "picture"):
        shown(linked(path, "objects", name))
    save(project / "film.blend")


@pytest.mark.parametrize("name", kind.names)
def test_a_package_shows_what_the_artists_file_shows(part, tmp_path, name):
    kind.check(part, tmp_path, name)


def test_packed_links_in_another_working_space_are_an_error(part, tmp_path):
    """Blender 5.2 converts their colors at each opening, so that nobody sees what the artist sees."""
    path = save(shining(tmp_path / "lib"))
    film(tmp_path / "project")
    shown(packed_link(path, "objects", "lamp"))
    save(tmp_path / "project" / "film.blend")
    look = part("blender.packing.survey").look_at_files
    assert not look(bpy.context.scene)
    working_space("ACEScg")
    assert [one.kind for one in look(bpy.context.scene)] == ["packed link's colors"]


def test_no_packed_link_says_where_it_came_from(part, tmp_path):
    folder = tmp_path / SECRET
    textured(png(folder / "wood.png", RED), name="chair")
    bpy.data.objects["chair"]["source"] = f"/home/{SECRET}/chair.psd"
    path = save(folder / "chair.blend")
    film(tmp_path / "project")
    shown(packed_link(path, "objects", "chair"))
    bpy.ops.wm.save_as_mainfile(filepath=bpy.data.filepath, compress=False)
    assert SECRET.encode() in (tmp_path / "project" / "film.blend").read_bytes()
    pack(part, tmp_path / "package")
    assert SECRET.encode() not in (tmp_path / "package" / "scene.blend").read_bytes()
