"""Images, libraries, fonts and lights through the packer: the package shows what the artist's file shows."""

import os
import shutil
from pathlib import Path

import bpy
import pytest
from picturing import BLUE, GREEN, RED, Kinds, glowing, linked, loaded, plane, png, save, stage, textured

kind = Kinds()


@kind()
def image_with_a_relative_path(project, elsewhere):
    textured(png(project / "tex" / "wood.png", RED))


@kind(relative=False)
def image_with_an_absolute_path(project, elsewhere):
    textured(png(elsewhere / "wood.png", RED))


@kind()
def images_whose_names_differ_in_case(project, elsewhere):
    textured(png(project / "Wood.png", RED), at=(-1.5, 0, 0))
    textured(png(project / "wood.png", BLUE), at=(1.5, 0, 0))


ODD_NAMES = {
    "colon": "12:30.png",
    "newline": "a\nb.png",
    "eszett": "Straße.png",
    "spaces": " a  b .png",
    "quote": 'it\'s "it".png',
    "not UTF-8": os.fsdecode(b"w\xff\xfe.png"),
    "long": "w" * 200 + ".png",
    "deep": "/".join(["d"] * 40) + "/wood.png",
    "reserved": "con/nul.png",
    "dots": "..wood..png",
    "extension": "wood.PNG",
}


for title, odd in ODD_NAMES.items():

    def named(project, elsewhere, odd=odd):
        textured(png(project / odd, RED))

    named.__name__ = f"image_named_{title}"
    kind()(named)


@kind()
def film_in_a_folder_that_is_not_utf_8(project, elsewhere):
    folder = project / os.fsdecode(b"w\xff \n#'")
    textured(png(folder / "tex" / "wood.png", RED))
    save(folder / "fi lm\n.blend")


def sequence_of(folder, names, first=0):
    for number, name in enumerate(names):
        png(folder / name, (40 + 40 * number, 255 - 40 * number, 20 * number))
    image = loaded(folder / names[first], source="SEQUENCE")
    material, node = glowing(image)
    plane(material)
    node.image_user.frame_duration, node.image_user.use_auto_refresh = len(names), True
    return image, node


@kind(1, 3)
def image_sequence(project, elsewhere):
    sequence_of(project / "seq", [f"w{number:03d}.png" for number in range(1, 6)])


@kind(1, 3)
def image_sequence_with_a_word_after_the_number(project, elsewhere):
    sequence_of(project / "seq", [f"w{number:03d}_left.png" for number in range(1, 6)])


@kind(2, 3)
def image_sequence_with_other_digits_before(project, elsewhere):
    sequence_of(project / "seq", [f"take2_v3_{number}.png" for number in range(8, 13)])
    next(iter(bpy.data.materials)).node_tree.nodes["Image Texture"].image_user.frame_offset = 7


@kind(1, 2)
def image_sequence_whose_path_names_a_later_frame(project, elsewhere):
    sequence_of(project / "seq", [f"w{number:03d}.png" for number in range(1, 6)], first=3)


def tiled(folder, token, names, numbers):
    for name, color in zip(names, (RED, GREEN, BLUE), strict=True):
        png(folder / name, color)
    image = loaded(folder / names[0])
    image.source, image.filepath_raw = "TILED", str(folder / token)
    for number in numbers:
        if number not in [tile.number for tile in image.tiles]:
            image.tiles.new(number)
    thing = plane(glowing(image)[0], size=4)
    for loop in thing.data.uv_layers[0].data:
        loop.uv = (loop.uv[0] * 3, loop.uv[1])


@kind()
def udim_set(project, elsewhere):
    tiled(project / "tex", "w.<UDIM>.png", [f"w.{n}.png" for n in (1001, 1002, 1003)], (1001, 1002, 1003))


@kind()
def uvtile_set(project, elsewhere):
    tiled(project / "tex", "w.<UVTILE>.png", [f"w.u{n}_v1.png" for n in (1, 2, 3)], (1001, 1002, 1003))


def _library(path, image_path, color=RED):
    stage()
    material, _ = glowing(loaded(png(image_path, color)), name="painted")
    material.use_fake_user = True
    return save(path)


@kind()
def library_in_a_library(project, elsewhere):
    shading = _library(project / "lib" / "shading" / "m.blend", elsewhere / "tex" / "wood.png")
    stage()
    body = save(project / "lib" / "chars" / "body.blend")
    collection = bpy.data.collections.new("body")
    bpy.context.scene.collection.children.link(collection)
    thing = plane(linked(shading, "materials", "painted"))
    bpy.context.scene.collection.objects.unlink(thing)
    collection.objects.link(thing)
    save(body)
    stage()
    save(project / "film.blend")
    empty = bpy.data.objects.new("instance", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", linked(body, "collections", "body")
    bpy.context.scene.collection.objects.link(empty)
    save(project / "film.blend")


@kind()
def libraries_that_are_alike_beside_other_images(project, elsewhere):
    first = _library(project / "a" / "m.blend", project / "a" / "wood.png")
    png(project / "b" / "wood.png", BLUE)
    shutil.copy(first, project / "b" / "m.blend")
    stage()
    save(project / "film.blend")
    for folder, at in (("a", (-1.5, 0, 0)), ("b", (1.5, 0, 0))):
        plane(linked(project / folder / "m.blend", "materials", "painted"), at=at)
    save(project / "film.blend")


@kind()
def image_of_a_library_override(project, elsewhere):
    path = _library(project / "lib" / "m.blend", elsewhere / "tex" / "wood.png")
    stage()
    save(project / "film.blend")
    image = linked(path, "images", "wood.png").override_create()
    assert image.library is None and image.override_library
    plane(glowing(image)[0])
    save(project / "film.blend")


@kind()
def font(project, elsewhere):
    source = next(Path(bpy.utils.system_resource("DATAFILES"), "fonts").glob("NotoSansMath*.woff2"))
    project.mkdir()
    shutil.copy(source, project / "mine.woff2")
    curve = bpy.data.curves.new("text", "FONT")
    curve.body, curve.size, curve.font = "Wiii", 2, bpy.data.fonts.load(str(project / "mine.woff2"))
    thing = bpy.data.objects.new("text", curve)
    thing.location.x = -2
    curve.materials.append(glowing()[0])
    bpy.context.scene.collection.objects.link(thing)


IES = (
    "IESNA:LM-63-1995\n[TEST] x\n[MANUFAC] x\nTILT=NONE\n1 1000 1 5 1 1 1 0 0 0\n1 1 100\n"
    "0 22.5 45 67.5 90\n0\n1000 800 10 5 0\n"
)


@kind()
def ies_light(project, elsewhere):
    save(project / "film.blend")
    material = bpy.data.materials.new("grey")
    material.use_nodes = True
    plane(material, size=6)
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "POINT"))
    lamp.data.energy, lamp.location.z, lamp.data.use_nodes = 100, 2, True
    bpy.context.scene.collection.objects.link(lamp)
    (project / "lamp.ies").write_text(IES)
    tree = lamp.data.node_tree
    node = tree.nodes.new("ShaderNodeTexIES")
    node.mode, node.filepath = "EXTERNAL", "//lamp.ies"
    tree.links.new(node.outputs[0], tree.nodes["Emission"].inputs["Strength"])
    save(project / "film.blend")


@pytest.mark.parametrize("name", kind.names)
def test_a_package_shows_what_the_artists_file_shows(part, tmp_path, name):
    kind.check(part, tmp_path, name)
