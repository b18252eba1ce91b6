"""Alembic and USD: files that are geometry, with all that they refer to."""

import bpy
import pytest
from picturing import Kinds, glowing, linked, plane, save, stage

kind = Kinds()


def wobbling():
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=4, y_subdivisions=4, size=3)
    thing = bpy.context.object
    thing.shape_key_add(name="basis")
    key = thing.shape_key_add(name="moved")
    for number, point in enumerate(key.data):
        point.co.x += 1.2 if number % 2 else 0.4
    for frame, value in {1: 0, 5: 1}.items():
        key.value = value
        key.keyframe_insert("value", frame=frame)
    return thing


def _from_cache(path, **values):
    stage()
    bpy.ops.wm.save_as_mainfile(filepath=str(path.parents[1] / "film.blend"))
    thing = plane(glowing()[0])
    bpy.ops.cachefile.open(filepath=str(path))
    cache = bpy.data.cache_files[0]
    for name, value in values.items():
        setattr(cache, name, value)
    modifier = thing.modifiers.new("cache", "MESH_SEQUENCE_CACHE")
    modifier.cache_file = cache
    bpy.context.view_layer.update()
    paths = [one.path for one in cache.object_paths if one.path.split("/")[-1].startswith("Grid")]
    modifier.object_path = max(paths, key=len)
    bpy.ops.file.make_paths_relative()
    bpy.ops.wm.save_as_mainfile(filepath=bpy.data.filepath)


@kind(1, 4, option="alembic")
def alembic(project, elsewhere):
    wobbling()
    (project / "geo").mkdir(parents=True)
    path = project / "geo" / "a.abc"
    bpy.ops.wm.alembic_export(filepath=str(path), start=1, end=5, flatten=False, check_existing=False)
    _from_cache(path)


@kind(1, 2, 4, option="alembic")
def alembic_sequence(project, elsewhere):
    """A file for each frame, which goes on where the numbers say, wherever it begins."""
    thing = wobbling()
    (project / "geo").mkdir(parents=True)
    for frame in range(-1, 6):
        thing.location.x = 0.3 * frame
        path = project / "geo" / f"take2_{frame:04d}.abc"
        bpy.ops.wm.alembic_export(filepath=str(path), start=1, end=1, flatten=False, check_existing=False)
    _from_cache(path, is_sequence=True, frame_offset=1)


@kind(1, option="usd")
def usd_with_layers(project, elsewhere):
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=1, y_subdivisions=1, size=1)
    (project / "geo" / "parts").mkdir(parents=True)
    bpy.ops.wm.usd_export(filepath=str(project / "geo" / "parts" / "body.usdc"), check_existing=False)
    path = project / "geo" / "a.usda"
    path.write_text("#usda 1.0\n(\n    subLayers = [@./parts/body.usdc@]\n)\n")
    _from_cache(path)


@kind(2, 4, option="alembic")
def alembic_with_layers_in_a_library(project, elsewhere):
    """Whose paths start at the film, in the film and in the library."""
    for name, much in (("body", 1), ("wild", 2), ("tame", -1)):
        stage()
        thing = wobbling()
        thing.name = "Grid"
        thing.data.shape_keys.key_blocks[-1].data[0].co.x *= much
        (project / "geo").mkdir(parents=True, exist_ok=True)
        path = str(project / "geo" / f"{name}.abc")
        bpy.ops.wm.alembic_export(filepath=path, start=1, end=6, flatten=False, check_existing=False)
    for blend, layer in (("lib/actor", "wild"), ("film", "tame")):
        _from_cache(project / "geo" / "body.abc")
        thing = next(one for one in bpy.context.scene.objects if one.modifiers)
        bpy.data.cache_files[0].layers.new(filepath=f"//geo/{layer}.abc")
        thing.name = layer
        (project / "lib").mkdir(exist_ok=True)
        save(project / f"{blend}.blend")
    wild = linked(project / "lib" / "actor.blend", "objects", "wild")
    bpy.context.scene.collection.objects.link(wild)
    save(project / "film.blend")
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)


@kind(1, 3, option="usd")
def usd_with_clips(project, elsewhere):
    """A file for each frame, named by a template which is a plain text."""
    geo = project / "geo"
    geo.mkdir(parents=True)
    mesh = '#usda 1.0\n(\n{}\n)\ndef Xform "root" {}{{\n    def Mesh "Grid" {{\n{}\n    }}\n}}\n'
    faces = "        int[] faceVertexCounts = [4]\n        int[] faceVertexIndices = [0, 1, 2, 3]\n"
    points = "        point3f[] points"
    for frame in range(1, 5):
        at = ", ".join(f"({x + 0.4 * frame - 1}, {y}, 0)" for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)))
        (geo / f"take.{frame:03d}.usda").write_text(
            mesh.format("", "", f"{points}.timeSamples = {{{frame}: [{at}]}}")
        )
    (geo / "faces.usda").write_text(mesh.format("", "", faces + points))
    (geo / "names.usda").write_text(mesh.format("", "", f"{points}.timeSamples = {{}}"))
    clips = (
        'string templateAssetPath = "./take.###.usda"\ndouble templateStartTime = 1\n'
        'double templateEndTime = 4\ndouble templateStride = 1\nstring primPath = "/root"\n'
        "asset manifestAssetPath = @./names.usda@\n"
    )
    parts = f"(references = @./faces.usda@</root>\nclips = {{dictionary default = {{{clips}}}}}) "
    ahead = 'defaultPrim = "root"\nstartTimeCode = 1\nendTimeCode = 4\ntimeCodesPerSecond = 24'
    (geo / "a.usda").write_text(f'#usda 1.0\n(\n{ahead}\n)\ndef Xform "root" {parts}{{\n}}\n')
    _from_cache(geo / "a.usda")


@pytest.mark.parametrize("name", kind.names)
def test_a_package_shows_what_the_artists_file_shows(part, tmp_path, name):
    kind.check(part, tmp_path, name)
