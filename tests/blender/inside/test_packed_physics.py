"""Simulations that were baked on disk, each kind of them: the package shows what the artist's file shows."""

import importlib
import shutil

import bpy
import numpy
import pytest
from conftest import ADDON, IS_INSTALLED
from picturing import BLUE, RED, SECRET, Kinds, glowing, linked, loaded, png, save, stage

kind = Kinds()


def bake(project, find_cache):
    """Into the folder beside the film."""
    bpy.context.scene.frame_end = 6
    save(project / "film.blend")
    cache = find_cache()
    cache.frame_start, cache.frame_end = 1, 6
    cache.use_disk_cache = True
    bpy.ops.ptcache.bake_all(bake=True)
    assert list((project / "blendcache_film").glob("*.bphys"))
    save(project / "film.blend")


def blown_grid(name):
    """What the wind takes along."""
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=4, y_subdivisions=4, size=2)
    bpy.context.scene.gravity = (30, 0, 0)
    thing = bpy.context.object
    thing.name = name
    thing.data.materials.append(glowing()[0])
    return thing


@kind(2, 6)
def cloth_of_an_object_with_an_odd_name(project, elsewhere):
    thing = blown_grid("Würfel \\ 'x'")
    thing.modifiers.new("cloth", "CLOTH")
    bake(project, lambda: thing.modifiers["cloth"].point_cache)


@kind(2, 6)
def cloth_whose_cache_has_a_name(project, elsewhere):
    thing = blown_grid("sail")
    thing.modifiers.new("cloth", "CLOTH").point_cache.name = "mein [Wind] ß.*"
    bake(project, lambda: thing.modifiers["cloth"].point_cache)


def caches_beside(project, elsewhere, name):
    """A sail, and the folders of two baked caches of its cloth, of other winds, which are beside nothing."""
    thing = blown_grid("sail")
    thing.modifiers.new("cloth", "CLOTH").point_cache.name = name
    found = []
    for gravity in ((30, 0, 0), (0, 30, 0)):
        bpy.context.scene.gravity = gravity
        bake(elsewhere, lambda: thing.modifiers["cloth"].point_cache)
        found.append((elsewhere / "blendcache_film").rename(elsewhere / f"wind {gravity}"))
        with bpy.context.temp_override(point_cache=thing.modifiers["cloth"].point_cache):
            bpy.ops.ptcache.free_bake()
    thing.modifiers.remove(thing.modifiers["cloth"])
    return found


def film_of_the_sail(project, elsewhere):
    bpy.ops.wm.save_as_mainfile(filepath=str(elsewhere / "sim.blend"), relative_remap=False)
    stage()
    save(project / "film.blend")
    bpy.context.scene.frame_end = 6
    bpy.context.scene.collection.objects.link(linked(elsewhere / "sim.blend", "objects", "sail"))
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "film.blend"))


@kind(2, 6)
def cloth_of_a_library_in_a_folder_of_the_films(project, elsewhere):
    """The library has a folder of that name too, with other frames, and not all of them."""
    mine, other = caches_beside(project, elsewhere, f"{SECRET} wind")
    shutil.copytree(mine, project / "simulated")
    shutil.copytree(other, elsewhere / "simulated")
    (incomplete,) = (elsewhere / "simulated").glob("*_000003_*.bphys")
    incomplete.unlink()
    shutil.copytree(other, project / "simulated" / SECRET)
    cache = bpy.data.objects["sail"].modifiers.new("cloth", "CLOTH").point_cache
    cache.use_external, cache.use_library_path = True, False
    save(elsewhere / "sim.blend")
    cache.index, cache.name, cache.filepath = 0, f"{SECRET} wind", "//simulated/"
    assert cache.is_baked
    film_of_the_sail(project, elsewhere)


@kind(2, 6)
def cloth_of_a_library_in_any_folder(project, elsewhere):
    folder, _ = caches_beside(project, elsewhere, "wind")
    cache = bpy.data.objects["sail"].modifiers.new("cloth", "CLOTH").point_cache
    cache.use_external, cache.use_library_path = True, False
    cache.index, cache.name, cache.filepath = 0, "wind", str(folder)
    assert cache.is_baked
    film_of_the_sail(project, elsewhere)


@kind(2, 6)
def cloth_of_a_library_beside_the_film(project, elsewhere):
    thing = blown_grid("sail")
    cache = thing.modifiers.new("cloth", "CLOTH").point_cache
    cache.name, cache.use_library_path = f"{SECRET} wind", False
    bake(elsewhere, lambda: thing.modifiers["cloth"].point_cache)
    film_of_the_sail(project, elsewhere)
    (elsewhere / "blendcache_film").rename(project / "blendcache_film")
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)


@kind(2, 6)
def soft_body(project, elsewhere):
    thing = blown_grid("jelly")
    modifier = thing.modifiers.new("soft", "SOFT_BODY")
    modifier.settings.use_goal = False
    bake(project, lambda: modifier.point_cache)


@kind(2, 5)
def dynamic_paint(project, elsewhere):
    """A brush that moves leaves a dent in the canvas."""
    canvas = blown_grid("canvas")
    bpy.ops.mesh.primitive_uv_sphere_add(segments=8, ring_count=6, radius=0.6)
    brush = bpy.context.object
    brush.name, brush.hide_render = "brush", True
    for frame, x in ((1, -1), (6, 1)):
        brush.location.x = x
        brush.keyframe_insert("location", frame=frame)
    for thing, role in ((brush, "BRUSH"), (canvas, "CANVAS")):
        modifier = thing.modifiers.new("paint", "DYNAMIC_PAINT")
        modifier.ui_type = role
        bpy.context.view_layer.objects.active = thing
        with bpy.context.temp_override(object=thing, active_object=thing):
            bpy.ops.dpaint.type_toggle(type=role)
    brush.modifiers[0].brush_settings.paint_source = "VOLUME"
    surface = canvas.modifiers[0].canvas_settings.canvas_surfaces[0]
    surface.surface_type = "DISPLACE"
    surface.frame_end = 6
    material = canvas.data.materials[0]
    height = material.node_tree.nodes.new("ShaderNodeNewGeometry").outputs["Normal"]
    material.node_tree.links.new(height, material.node_tree.nodes["Emission"].inputs[0])
    bake(project, lambda: surface.point_cache)


@kind(2, 6)
def rigid_bodies(project, elsewhere):
    """One hits the other; Blender keeps what they do in the .blend, and has no way to keep it elsewhere."""
    scene = bpy.context.scene
    scene.gravity, scene.frame_end = (60, 0, 0), 6
    for name, x, color in (("first", -2, RED), ("second", 0, BLUE)):
        bpy.ops.mesh.primitive_cube_add(size=1, location=(x, 0.1 * x, 0))
        image = loaded(png(elsewhere / f"{name}.png", color))
        bpy.context.object.data.materials.append(glowing(image)[0])
        bpy.ops.rigidbody.object_add()
    cache = scene.rigidbody_world.point_cache
    cache.frame_start, cache.frame_end = 1, 6
    bpy.ops.ptcache.bake_all(bake=True)
    assert cache.is_baked


@kind(2, 4)
def ocean(project, elsewhere):
    """Only a window can bake one, so the frames are drawn here, and the file is told that it is baked."""
    folder = elsewhere / "waves"
    for frame in range(1, 6):
        for name, height in (("disp", 0.3 * frame), ("normal", 0.1), ("foam", 0.5)):
            image = bpy.data.images.new(name, 16, 16, float_buffer=True)
            image.pixels.foreach_set(numpy.tile(numpy.float32((height, height / 2, 0.1, 1)), 256))
            image.file_format, image.filepath_raw = "OPEN_EXR", str(folder / f"{name}_{frame:04d}.exr")
            image.save()
            bpy.data.images.remove(image)
    thing = blown_grid("sea")
    modifier = thing.modifiers.new("ocean", "OCEAN")
    modifier.geometry_mode, modifier.resolution, modifier.spatial_size = "DISPLACE", 4, 2
    modifier.filepath, modifier.frame_start, modifier.frame_end = str(folder), 1, 5
    path = save(project / "film.blend")
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False, relative_remap=False)
    told_that_it_is_baked(path)
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert bpy.data.objects["sea"].modifiers[0].is_cached


def told_that_it_is_baked(path):
    package = ADDON if IS_INSTALLED else "renderchain"
    layout, structs, words = (
        importlib.import_module(f"{package}.core.blend.{name}") for name in ("layout", "structs", "words")
    )
    raw = bytearray(path.read_bytes())
    found = layout.read_layout(raw)
    (where,) = words.places(
        found,
        structs.read_structs(raw, found),
        lambda struct, field: (struct.name, field.name) == ("OceanModifierData", "cached"),
    )
    raw[where[0]] = 1
    path.write_bytes(raw)


@pytest.mark.parametrize("name", kind.names)
def test_a_package_shows_what_the_artists_file_shows(part, tmp_path, name):
    kind.check(part, tmp_path, name)


def test_a_librarys_cache_is_looked_for_where_blender_reads_it(part, tmp_path):
    stage()
    cloth_of_a_library_in_a_folder_of_the_films(tmp_path / "project", tmp_path / "elsewhere")
    sail = bpy.data.objects["sail"]
    cache = sail.modifiers["cloth"].point_cache
    missing = part("blender.cycles.reading.caches").missing_in_point_cache
    assert missing(cache, sail.library, (2, 3, 6)) is None
    (gone,) = (tmp_path / "project" / "simulated").glob("*_000003_*.bphys")
    gone.unlink()
    assert missing(cache, sail.library, (2, 3, 6)) == 3
