"""A final image made again out of its noisy pass: honest ones pass, what was swapped or painted does not.

Runs in the application with the extension installed, and with the bpy module.
"""

import io
import json
import shutil

import bpy
import numpy as np
import pytest

SAMPLES = 24


@pytest.fixture
def scene(empty):
    """Glass and a checkered floor under a soft light, 160 x 96 pixels."""
    scene = empty
    bpy.ops.mesh.primitive_plane_add(size=9)
    checks = bpy.data.materials.new("checks")
    checks.use_nodes = True
    texture = checks.node_tree.nodes.new("ShaderNodeTexChecker")
    texture.inputs["Scale"].default_value = 20
    surface = checks.node_tree.nodes["Principled BSDF"]
    checks.node_tree.links.new(texture.outputs["Color"], surface.inputs["Base Color"])
    bpy.context.object.data.materials.append(checks)
    bpy.ops.mesh.primitive_monkey_add(location=(0, 0, 1))
    bpy.ops.object.light_add(type="AREA", location=(2, -2, 3))
    bpy.context.object.data.energy = 200
    bpy.ops.object.camera_add(location=(0, -6, 2.5), rotation=(1.25, 0, 0))
    scene.camera = bpy.context.object
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = 160, 96
    scene.cycles.device, scene.cycles.samples, scene.cycles.use_denoising = "CPU", SAMPLES, False
    return scene


@pytest.fixture
def composite(brightened):
    """Gives a scene a compositor of one exposure node, and of a mask by each of other passes."""

    def add(scene, sockets):
        tree, layers, output, brighter = brightened(scene, 0.5)
        last = brighter.outputs[0]
        for name in sockets:
            mask = tree.nodes.new("CompositorNodeSetAlpha")
            tree.links.new(last, mask.inputs["Image"])
            tree.links.new(layers.outputs[name], mask.inputs["Alpha"])
            last = mask.outputs[0]
        tree.links.new(last, output.inputs[0])

    return add


class Client:
    """Has frame 1 rendered, and its final image made again, by one render program."""

    def __init__(self, part, scene, folder, file_format="PNG"):
        part("blender.cycles.final_file").set_format(scene, file_format)
        self.part, self.folder = part, folder
        self.extension = part("core.manifest").FORMATS[file_format]
        self.blend = folder / "scene.blend"
        layers = tuple(layer.name for layer in scene.view_layers if layer.use)
        asked = (file_format, self.extension, "CPU", scene.cycles.samples, layers, (1,), False)
        bpy.ops.wm.save_as_mainfile(filepath=str(self.blend))
        self.load = part("core.messages").Load(str(self.blend), scene.name, str(folder), *asked)
        (self.rendered,) = self.say(part("core.messages").Render(1))
        self.final = folder / self.rendered["final"]

    def say(self, *commands):
        """Load the scene anew and give commands; what was answered."""
        messages, said = self.part("core.messages"), io.BytesIO()
        lines = b"".join(messages.to_line(one) for one in (self.load, *commands))
        self.part("blender.render_program").serve(io.BytesIO(lines), said)
        answers = [json.loads(line) for line in said.getvalue().splitlines()]
        return [one for one in answers if one["type"] not in ("progress", "loaded")]

    def check(self):
        """What the check says of the final image as it lies there now."""
        messages, given = self.part("core.messages"), self.folder / "given.npy"
        np.save(given, self.part("adapters.images.exr").read_noisy(self.folder / self.rendered["noisy"]))
        read = messages.ReadFinal(str(self.final), self.load.file_format, str(self.folder / "final.npy"))
        was_read, said = self.say(read, messages.MakeAgain(1, given.name, "final.npy"))
        assert was_read == {"type": "final_read", "pixels": "final.npy", "schema": was_read["schema"]}
        assert said["type"] == "made_again", said
        found = self.part("core.finals").Difference(said["shift_ppm"], said["block_ppm"])
        print(f"FOUND {found}")
        return found, said

    def alter(self, change):
        """Write the final image anew with other pixels."""
        image = bpy.data.images.load(str(self.final))
        image.colorspace_settings.name = "Non-Color"
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        width, height = image.size
        image.pixels.foreach_set(change(pixels.reshape(height, width, 4)).astype(np.float32).ravel())
        image.filepath_raw = str(self.final)
        image.save()
        bpy.data.images.remove(image)


FORMATS = ("BMP", "IRIS", "PNG", "JPEG", "JPEG2000", "J2C", "TARGA", "TARGA_RAW", "CINEON", "DPX")
FORMATS += ("OPEN_EXR", "OPEN_EXR_MULTILAYER", "HDR", "TIFF", "WEBP")


@pytest.mark.parametrize("file_format", FORMATS)
def test_without_denoiser_and_other_passes_the_final_image_is_exactly_the_noisy_pass(
    part, scene, composite, tmp_path, file_format
):
    composite(scene, [])
    assert part("blender.cycles.final_image").guide_samples(scene) == 0
    found, said = Client(part, scene, tmp_path, file_format).check()
    assert (found.shift_ppm, found.block_ppm, said["why_not"]) == (0, 0, "")


@pytest.mark.parametrize("compositing", [False, True])
def test_a_denoised_frame_of_two_layers_passes(part, scene, composite, tmp_path, compositing):
    scene.cycles.use_denoising = True
    scene.view_layers.new("Far.back")
    if compositing:
        scene.view_layers[0].use_pass_mist = True
        composite(scene, ["Mist"])
    assert part("blender.cycles.final_image").guide_samples(scene) == 16
    found, _ = Client(part, scene, tmp_path).check()
    assert found.is_small


def test_a_denoised_frame_whose_guides_have_all_its_samples_is_made_again_bit_by_bit(part, scene, tmp_path):
    """It was not: a file is denoised standing on its head, which refused one honest frame in sixteen."""
    scene.cycles.use_denoising, scene.cycles.samples = True, 16
    found, said = Client(part, scene, tmp_path).check()
    if not said["why_not"]:  # Debian's Blender has no denoiser
        assert (found.shift_ppm, found.block_ppm) == (0, 0)


def test_a_compositor_that_reads_passes_of_light_has_them_rendered_in_full(part, scene, composite, tmp_path):
    scene.view_layers[0].use_pass_emit = True
    composite(scene, ["Emission" if bpy.app.version >= (5, 0) else "Emit"])
    assert part("blender.cycles.final_image").guide_samples(scene) == SAMPLES
    found, _ = Client(part, scene, tmp_path).check()
    assert found.is_small


def pasted(pixels):
    pixels[40:56, 70:86, :3] = (0.9, 0.1, 0.1)
    return pixels


@pytest.mark.parametrize("denoising", [False, True])
def test_a_final_image_that_is_not_of_its_noisy_pass_is_found(part, scene, composite, tmp_path, denoising):
    scene.cycles.use_denoising = denoising
    composite(scene, [])
    can_denoise = scene.cycles.denoiser == "OPENIMAGEDENOISE"
    client = Client(part, scene, tmp_path)
    if denoising and not can_denoise:  # as Debian builds Blender
        assert "its denoiser is missing" in client.check()[1]["why_not"]
        return
    honest = tmp_path / "honest"
    shutil.copyfile(client.final, honest)
    for change in (pasted, lambda pixels: pixels[:, ::-1], lambda pixels: pixels * 0.93, np.zeros_like):
        shutil.copyfile(honest, client.final)
        client.alter(change)
        assert not client.check()[0].is_small
    shutil.copyfile(honest, client.final)
    assert client.check()[0].is_small


def test_what_can_not_be_made_again_is_said_and_not_judged(part, scene, tmp_path):
    scene.render.use_stamp = scene.render.use_stamp_render_time = True
    found, said = Client(part, scene, tmp_path).check()
    assert found.is_small and "metadata" in said["why_not"]
