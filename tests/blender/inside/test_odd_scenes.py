"""Scenes with odd settings: what no worker takes is said before anything is packed, the rest is taken."""

import os

import bpy
import pytest


def tiny(scene):
    scene.render.resolution_x, scene.render.resolution_percentage = 50, 1


def flat(scene):
    scene.render.resolution_y, scene.render.resolution_percentage = 4, 24


def wide(scene):
    scene.render.resolution_x, scene.render.resolution_y = 65536, 4
    scene.render.resolution_percentage = 200


def many_samples(scene):
    scene.cycles.samples = 2**20 + 1


def named_in_lines(scene):
    scene.name = "one\ntwo"


def named_backwards(scene):
    scene.view_layers[0].name = "\u202egnip"


def huge(scene):
    scene.render.resolution_x = scene.render.resolution_y = 65536


REFUSED = {
    tiny: "0 x 0 pixels",
    flat: "x 0 pixels",
    wide: "131,072 x 8 pixels",
    many_samples: "1,048,577 samples",
    named_in_lines: "signs that can't be shown",
    named_backwards: "signs that can't be shown",
    huge: "tiles of 64x64 pixels",
}


@pytest.mark.parametrize("spoil", REFUSED, ids=lambda spoil: spoil.__name__)
def test_what_no_worker_takes_is_said_before_anything_is_packed(part, scene, spoil):
    """`preflight` called such scenes fine, and they were refused when all was packed."""
    preflight, reader, manifest = (
        part("blender.preflight"),
        part("blender.scene_reader"),
        part("core.manifest"),
    )
    spoil(scene)
    with pytest.raises(part("core.errors").ContentError):
        manifest.check_settings_of(reader.manifest_of(reader.read_scene(scene), (1,)))
    errors = preflight.check_scene(scene, (1,)).errors
    assert len(errors) == 1 and REFUSED[spoil] in errors[0], errors
    assert all(one.kind in preflight.GLANCED for one in preflight.check_settings(scene))


@pytest.mark.parametrize("frames", [(-5,), (-3, -1), (0,), (1_048_574,), (-1_048_574,)])
def test_any_frame_of_blenders_can_be_sent(part, scene, frames):
    assert part("blender.preflight").check_scene(scene, frames).errors == ()


def stretched(scene):
    scene.render.pixel_aspect_x, scene.render.pixel_aspect_y = 200, 1


def odd_pace(scene):
    scene.render.fps, scene.render.fps_base = 32767, 1e-5


def slow(scene):
    scene.render.fps, scene.render.fps_base = 1, 1e6


def remapped(scene):
    scene.render.frame_map_old, scene.render.frame_map_new = 900, 1


def stepped(scene):
    scene.frame_start, scene.frame_end, scene.frame_step = 0, 1_048_574, 1_048_574


def dark(scene):
    scene.view_settings.exposure, scene.view_settings.gamma = -32, 0


def bright(scene):
    scene.view_settings.exposure, scene.view_settings.gamma = 32, 5


def small_numbers(scene):
    scene.view_settings.exposure, scene.view_settings.gamma = 1e-30, 1e-30


def raw(scene):
    scene.view_settings.view_transform = "Raw"


def many_layers(scene):
    for number in range(40):
        scene.view_layers.new(f"Ebene.{number} ✓ 层")


def long_names(scene):
    scene.name = "名" * 21
    scene.view_layers[0].name = "ä" * 31


def grey(scene):
    scene.render.image_settings.color_mode = "BW"


def overridden(scene):
    scene.render.image_settings.color_management = "OVERRIDE"


@pytest.mark.parametrize(
    "change",
    [
        *(stretched, odd_pace, slow, remapped, stepped, dark, bright, small_numbers, raw),
        *(many_layers, long_names, grey, overridden),
    ],
    ids=lambda change: change.__name__,
)
def test_odd_settings_are_taken_as_they_are(part, scene, change):
    change(scene)
    found = part("blender.preflight").check_scene(
        scene, part("blender.scene_reader").read_scene(scene).frame_range
    )
    assert found.errors == ()


def test_a_still_between_two_frames_is_said(part, scene):
    """Blender itself renders the moment between them, and workers whole frames."""
    preflight = part("blender.preflight")
    scene.frame_set(3, subframe=0.5)
    (warning,) = preflight.check_scene(scene, (3,)).warnings
    assert "between two frames; workers render frame 3 itself" in warning
    assert preflight.check_scene(scene, (3, 4)).warnings == (), "an animation is of whole frames anywhere"
    scene.frame_set(3)
    assert preflight.check_scene(scene, (3,)).warnings == ()


@pytest.mark.parametrize("frame", [7, 0, -7, -12345])
@pytest.mark.parametrize("name", ["film_####", "film_", "##_take", "####"])
def test_frames_have_the_names_that_blender_itself_gives_them(part, registered, stage, tmp_path, frame, name):
    """A negative frame lost the name of the scene's own, and had a digit less."""
    stage.frame_set(frame)
    stage.render.filepath = str(tmp_path / name)
    bpy.ops.renderchain.own_output()
    chosen = stage.renderchain
    made = part("core.frame_names").file_name(chosen.names, frame, "png")
    assert os.path.join(chosen.output, made) == stage.render.frame_path(frame=frame)


@pytest.mark.parametrize("typed", ["~/frames", "~"])
def test_a_tilde_is_the_home(part, registered, stage, monkeypatch, tmp_path, typed):
    """Frames went into a folder of that name, wherever Blender was started."""
    monkeypatch.setenv("HOME", str(tmp_path))
    stage.renderchain.output = typed
    assert part("ui.wish").output_of(stage) == tmp_path / typed.removeprefix("~").lstrip("/")


def test_what_a_job_is_called_stays_in_its_line(part, registered, stage, tmp_path):
    stage.renderchain.job_name = "a\nb\x1b[2J"
    stage.renderchain.output = str(tmp_path)
    settings = part("settings").Settings("http://127.0.0.1:9", 1, 2)
    assert part("ui.wish").wish_of(stage, "STILL", settings).name.isprintable()


def linked_beside(scene, folder, name):
    """A scene of that name and half as wide, linked from another file."""
    own, scene.name, scene.render.resolution_x = scene.name, name, 48
    library = str(folder / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=library, copy=True)
    scene.name, scene.render.resolution_x = own, 96
    with bpy.data.libraries.load(library, link=True) as (_, to):
        to.scenes = [name]
    return next(one for one in bpy.data.scenes if one.library)


def test_a_linked_scene_is_not_taken_for_one_of_the_same_name(part, scene, tmp_path):
    """What was packed of it was the film's own: Blender finds scenes by their names."""
    look = part("blender.preflight").check_scene
    (error,) = look(linked_beside(scene, tmp_path, scene.name), (1,)).errors
    assert "is linked, and the file itself has one of that name. Rename one of them." in error
    assert look(scene, (1,)).errors == ()


def test_a_linked_scene_of_another_name_is_packed_with_its_library(part, scene, tmp_path):
    linked = linked_beside(scene, tmp_path, "other")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    made = part("blender.packing.packer").BlendPacker(linked).prepare(tmp_path / "package", (1,)).finish()
    assert (made.scene, made.width) == ("other", 48)
    assert any(one.path.startswith("l/") for one in made.files)
