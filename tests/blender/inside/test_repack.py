"""The clean Blender that writes a package: it ends, whatever the scene leaves it with."""

import bpy


def test_a_scene_whose_driver_needs_python_is_packed_by_a_blender_that_ends(part, scene, tmp_path):
    scene.camera.driver_add("location", 0).driver.expression = "len('four')"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "driven.blend"))
    package = tmp_path / "package"
    part("blender.packing.packer").BlendPacker(scene).prepare(package, (1,)).finish()
    assert (package / "scene.blend").is_file()
