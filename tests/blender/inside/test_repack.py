"""The clean Blender that writes a package: it ends, whatever the scene leaves it with."""

import bpy
import pytest


def test_a_scene_whose_driver_needs_python_is_packed_by_a_blender_that_ends(part, scene, tmp_path):
    scene.camera.driver_add("location", 0).driver.expression = "len('four')"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "driven.blend"))
    package = tmp_path / "package"
    part("blender.packing.packer").BlendPacker(scene).prepare(package, (1,)).finish()
    assert (package / "scene.blend").is_file()


def test_what_blender_can_not_write_is_refused_before_anything_is_paid(part, scene, tmp_path):
    if hasattr(scene.render.image_settings, "media_type"):
        scene.render.image_settings.media_type = "IMAGE"
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "WEBP", "BW"
    package = tmp_path / "package"
    with pytest.raises(part("core.errors").SceneError, match="can't write .*WEBP, BW, 8 bits"):
        part("blender.packing.packer").BlendPacker(scene).prepare(package, (1,)).finish()
    assert not package.exists()


def test_a_disk_that_takes_no_file_is_said_in_a_sentence(part, tmp_path):
    (tmp_path / "film.blend").mkdir()
    with pytest.raises(part("core.errors").SceneError, match="can't save .*film.blend .*may be written to"):
        part("blender.packing.saving").save(str(tmp_path / "film.blend"), copy=True)
