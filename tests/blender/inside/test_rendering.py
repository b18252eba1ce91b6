"""Two images out of one rendering: the artist's own and the pass before denoising."""

import bpy
import numpy as np
import pytest


def render(scene):
    bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)


def load(path):
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    width, height = image.size
    bpy.data.images.remove(image)
    return pixels.reshape(height, width, 4)[::-1]


def test_the_noisy_pass_of_a_denoised_scene_equals_a_rendering_without_denoising(part, scene, tmp_path):
    passes = part("blender.cycles.passes")
    scene.render.film_transparent = True
    scene.cycles.use_denoising = False
    render(scene)
    plain = passes.save_noisy(scene, tmp_path / "plain.exr")

    scene.cycles.use_denoising = True
    render(scene)
    noisy = passes.save_noisy(scene, tmp_path / "noisy.exr")
    assert noisy.shape == (64, 96, 4) and noisy.dtype == np.float32
    assert np.array_equal(plain, noisy)
    assert noisy.std() > 0.01, "a black image proves nothing"
    assert np.array_equal(load(tmp_path / "noisy.exr"), noisy)


@pytest.mark.parametrize("file_format", ["PNG", "OPEN_EXR", "OPEN_EXR_MULTILAYER", "JPEG", "TIFF", "WEBP"])
def test_writing_the_noisy_pass_leaves_the_artists_output_settings_alone(part, scene, tmp_path, file_format):
    passes = part("blender.cycles.passes")
    part("blender.cycles.final_file").set_format(scene, file_format)
    settings = scene.render.image_settings
    names = ("media_type", "file_format", "color_mode", "color_depth")
    before = [getattr(settings, name) for name in names]
    render(scene)
    passes.save_noisy(scene, tmp_path / "noisy.exr")
    assert [getattr(settings, name) for name in names] == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["noisy.exr"]


def test_a_video_scene_writes_single_images(part, scene, tmp_path):
    scene.render.image_settings.media_type = "VIDEO"
    part("blender.cycles.final_file").set_format(scene, "PNG")
    part("blender.cycles.final_file").render_final(scene, tmp_path / "0001.png")
    assert load(tmp_path / "0001.png").shape == (64, 96, 4)


def test_a_device_that_is_not_there_is_named(part, scene):
    assert part("blender.cycles.devices").choose(scene, "CPU")[0] == "CPU"
    with pytest.raises(part("core.errors").RenderFailed, match="finds no METAL device"):
        part("blender.cycles.devices").find("METAL")
