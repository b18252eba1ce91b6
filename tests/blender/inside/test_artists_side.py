"""The artist's side of a proof: what is recorded of a session, which stays as it is."""

import asyncio
import errno
import json
import os
import tempfile
from types import SimpleNamespace

import bpy
import pytest
from conftest import IS_INSTALLED
from picturing import glowing

FRAMES = (1, 2, 3)


class Silent:
    def say(self, text):
        pass

    def tell(self, notice):
        pass

    def progress(self, what, done, total):
        pass


@pytest.fixture
def unsaved(scene):
    """A scene in which a cube moves, in a session that has no file yet."""
    cube = bpy.data.objects["Cube"]
    for frame in FRAMES:
        cube.location[0] = frame
        cube.keyframe_insert("location", frame=frame)
    scene.render.resolution_x, scene.render.resolution_y = 48, 32
    scene.frame_set(2)
    return scene


@pytest.fixture
def packed(part, unsaved, tmp_path):
    """A manifest of the scene, which is saved, and a folder for what is recorded."""
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    return pack(part, unsaved, tmp_path)


def pack(part, scene, tmp_path):
    (tmp_path / "artist").mkdir()
    packer = part("blender.packing.packer").BlendPacker(scene)
    return packer.prepare(tmp_path / "package", FRAMES).finish(), tmp_path / "artist"


def record(part, packed, seconds=60.0):
    manifest, folder = packed
    session = part("blender.proving.artist").ArtistsSession(bpy.context.scene)
    return session.record(folder, manifest, seconds, Silent())


def blocks(folder, frame):
    return json.loads((folder / f"record-{frame:04d}.json").read_text())["blocks"]


def test_places_are_those_of_the_frame_and_each_frame_has_its_picture(part, packed):
    side = record(part, packed)
    assert (sorted(side.looked), sorted(side.pictured)) == ([1, 2, 3], [1, 2, 3])
    for frame in FRAMES:
        count, *places = blocks(packed[1], frame)["Object 'Cube'"]["place"]
        assert count == 1 and places[3] == frame  # the x of its matrix
        assert (packed[1] / f"picture-{frame:04d}.png").stat().st_size


def test_the_session_stays_as_it_is(part, packed):
    scene = bpy.context.scene

    def facts():
        render, cycles = scene.render, scene.cycles
        settings = (render.engine, render.filepath, render.resolution_percentage, render.use_file_extension)
        sampling = (cycles.samples, cycles.use_denoising, cycles.time_limit, cycles.tile_size)
        names = sorted(image.name for image in bpy.data.images if image.name != "Render Result")
        return (*settings, *sampling, names, scene.frame_current, bpy.data.is_dirty, bpy.data.filepath)

    before = facts()
    record(part, packed)
    assert facts() == before


@pytest.fixture
def painted(unsaved, tmp_path):
    """The scene with a generated image all over the cube, in which something was painted and not saved."""
    image = bpy.data.images.new("drawn", 4, 4)
    image.pixels[:] = (0.0, 1.0, 0.0, 1.0) * 16
    material, _ = glowing(image)
    bpy.data.objects["Cube"].data.materials.clear()
    bpy.data.objects["Cube"].data.materials.append(material)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    assert image.is_dirty
    return image


def greens(folder):
    """How green the brightest pixel of each picture is; a generated image without its paint is black."""
    found = []
    for frame in FRAMES:
        picture = bpy.data.images.load(str(folder / f"picture-{frame:04d}.png"))
        found.append(max(tuple(picture.pixels)[1::4]))
        bpy.data.images.remove(picture)
    return found


def test_what_was_painted_and_not_saved_is_in_every_picture_and_stays(part, painted, tmp_path):
    pair = pack(part, bpy.context.scene, tmp_path)
    record(part, pair)
    assert min(greens(pair[1])) > 0.5
    assert painted.is_dirty and painted.source == "GENERATED" and painted.pixels[1] == 1.0


@pytest.mark.skipif(not IS_INSTALLED, reason="another Blender is an application")
def test_another_blender_has_what_was_painted_and_not_saved(part, painted, tmp_path):
    mine, theirs = record_both(part, pack(part, bpy.context.scene, tmp_path), tmp_path)
    for frame in FRAMES:  # there it is a packed image, of which it is said that nothing is wrong
        assert theirs[frame].pop("Image 'drawn'") == {"data": ""}
        mine[frame].pop("Image 'drawn'", None)
    assert mine == theirs and min(greens(tmp_path / "other")) > 0.5


def test_a_side_is_recorded_in_its_time_but_one_frame_always(part, packed):
    side = record(part, packed, seconds=0.0)
    assert len(side.looked) == len(side.pictured) == 1


def test_what_cannot_be_read_of_a_scene_is_an_error_and_no_empty_record(part, packed, monkeypatch):
    def fail(*_):
        raise ValueError("odd data")

    monkeypatch.setattr(part("blender.proving.record"), "settings_of", fail)
    with pytest.raises(part("core.errors").SceneError, match="odd data"):
        record(part, packed)
    monkeypatch.undo()
    assert record(part, packed).looked


def record_both(part, packed, tmp_path):
    """The records of this session and of another Blender's."""
    record(part, packed)
    (tmp_path / "other").mkdir()
    session = part("blender.proving.other_session").other_session(bpy.context.scene)
    side = asyncio.run(session.record(tmp_path / "other", packed[0], 60.0, Silent()))
    assert sorted(side.looked) == sorted(side.pictured) == list(FRAMES)
    return ({frame: blocks(folder, frame) for frame in FRAMES} for folder in (packed[1], tmp_path / "other"))


@pytest.mark.skipif(not IS_INSTALLED, reason="another Blender is an application")
def test_another_blender_records_the_same_of_a_saved_file(part, packed, tmp_path):
    mine, theirs = record_both(part, packed, tmp_path)
    assert mine == theirs


@pytest.mark.skipif(not IS_INSTALLED, reason="another Blender is an application")
def test_another_blender_records_the_same_of_what_was_never_saved(part, unsaved, tmp_path):
    mine, theirs = record_both(part, pack(part, unsaved, tmp_path), tmp_path)
    assert mine == theirs


@pytest.mark.skipif(not IS_INSTALLED, reason="another Blender is an application")
def test_another_blender_tries_a_frame_and_what_it_can_not_is_told(part, unsaved):
    unsaved.cycles.samples = 64
    other = part("blender.proving.other_session").other_session
    sketch = asyncio.run(other(unsaved).sketch(FRAMES[0], 60.0))
    assert (sketch.few, sketch.samples, sketch.part) == (16, 64, 0.25) and sketch.frame_s > 0
    with pytest.raises(part("core.errors").RenderFailed, match=r"could not try a frame.*took over 0\.1 s"):
        asyncio.run(other(unsaved).sketch(FRAMES[0], 0.1))


@pytest.mark.skipif(not IS_INSTALLED, reason="another Blender is an application")
def test_another_blender_that_takes_too_long_is_ended_with_a_sentence(part, packed, tmp_path, monkeypatch):
    module = part("blender.proving.other_session")
    monkeypatch.setattr(module, "START_S", 0.1)
    session = module.other_session(bpy.context.scene)
    with pytest.raises(part("core.errors").RenderFailed, match=r"took over 0\.1 s"):
        asyncio.run(session.record(packed[1], packed[0], 0.0, Silent()))


def test_a_copy_for_another_blender_that_finds_no_room_is_told_and_leaves_nothing(
    part, unsaved, tmp_path, monkeypatch
):
    module, full = part("blender.proving.other_session"), part("core.errors").DiskFull
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))

    def refuse(*_, **__):
        raise RuntimeError(f"Error: Cannot save: {os.strerror(errno.ENOSPC)}")

    operators = SimpleNamespace(wm=SimpleNamespace(save_as_mainfile=refuse))
    blender = SimpleNamespace(ops=operators, data=bpy.data, context=bpy.context)
    monkeypatch.setattr(part("blender.packing.saving"), "bpy", blender)
    with pytest.raises(full, match="no room left"):
        module.other_session(unsaved)
    assert [*(tmp_path / "scratch").iterdir()] == []
