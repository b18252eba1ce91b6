"""Parts of a scene's samples: which are rendered, whatever looks at fewer, and what all of them make.

Runs in the application with the extension installed, and with the bpy module.
"""

import io
import json

import bpy
import numpy as np
import pytest

SAMPLES = 32
CUTS = ((0, 8), (8, 16), (24, 8))


@pytest.fixture
def stage(stage):
    """What a cube and a ball look like under a lamp, by exactly so many samples."""
    bpy.ops.object.light_add(type="AREA", location=(2, -2, 3))
    bpy.context.object.data.energy = 200
    stage.camera.location, stage.camera.rotation_euler = (0, -6, 2.5), (1.25, 0, 0)
    stage.render.resolution_x, stage.render.resolution_y = 96, 64
    stage.render.resolution_percentage = 100
    stage.cycles.samples, stage.cycles.use_adaptive_sampling = SAMPLES, False
    stage.cycles.use_denoising = False
    return stage


class Worker:
    """Renders frame 1 of the scene as it is, and answers about it, by one render program."""

    def __init__(self, part, folder, file_format="PNG"):
        self.part, self.folder, self.format = part, folder, file_format
        self.extension = part("core.manifest").FORMATS[file_format]
        self.blend = folder / "scene.blend"

    def save(self):
        self.part("blender.cycles.final_file").set_format(bpy.context.scene, self.format)
        self.folder.mkdir(exist_ok=True)
        bpy.ops.wm.save_as_mainfile(filepath=str(self.blend), copy=True)
        return self

    def say(self, *commands):
        messages, said = self.part("core.messages"), io.BytesIO()
        asked = (self.format, self.extension, "CPU", SAMPLES, ("ViewLayer",), (1,), False)
        load = messages.Load(str(self.blend), "Scene", str(self.folder), *asked)
        lines = b"".join(messages.to_line(one) for one in (load, *commands))
        self.part("blender.render_program").serve(io.BytesIO(lines), said)
        answers = [json.loads(line) for line in said.getvalue().splitlines()]
        return [one for one in answers if one["type"] not in ("progress", "loaded")]

    def rendered(self):
        """The noisy pass."""
        (said,) = self.say(self.part("core.messages").Render(1))
        assert said["type"] == "rendered", said
        return self.part("adapters.images.exr").read_noisy(self.folder / said["noisy"])

    def sampling(self):
        (said,) = self.say(self.part("core.merge_messages").ReadSampling(1))
        told = said["sampling"]
        return told["of"], told["first"], told["count"], told["adaptive"]


def subset(scene, first, count):
    cycles = scene.cycles
    cycles.use_sample_subset, cycles.sample_offset, cycles.sample_subset_length = True, first, count


def merged(part, scene, folder):
    """The noisy passes of unequal parts, merged; and the last part's worker."""
    mean = part("core.merging").Mean()
    blend = folder / "whole.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    for at, (first, count) in enumerate(CUTS):
        bpy.ops.wm.open_mainfile(filepath=str(blend))
        subset(bpy.context.scene, first, count)
        worker = Worker(part, folder / f"part-{at}").save()
        assert worker.sampling() == (SAMPLES, first, count, False)
        mean.add(worker.rendered(), count)
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    return mean.pixels, worker


def test_unequal_parts_merged_are_one_rendering_of_all_samples_but_for_rounding(part, stage, tmp_path):
    pixels, _ = merged(part, stage, tmp_path)
    whole = Worker(part, tmp_path / "whole").save().rendered()
    apart = np.abs(pixels.astype(np.float64) - whole) / np.maximum(np.abs(whole), 1e-3)
    print(f"FOUND {apart.max():.2e} at most, {(apart > 0).mean():.3f} of the values differ")
    assert whole.std() > 0.05 and apart.max() < 4e-6


@pytest.mark.parametrize("denoising", [False, True])
def test_the_final_image_of_merged_parts_is_that_of_one_rendering(
    part, stage, brightened, tmp_path, denoising
):
    """Denoised once and composited, by a part's own package."""
    tree, layers, output, brighter = brightened(stage, 0.5)
    tree.links.new(brighter.outputs[0], output.inputs[0])
    stage.cycles.use_denoising = denoising
    pixels, worker = merged(part, stage, tmp_path)
    whole = Worker(part, tmp_path / "whole").save()
    np.save(worker.folder / "merged.npy", pixels)
    (made,) = worker.say(part("core.merge_messages").MakeFinal(1, "merged.npy"))
    if made["why_not"]:  # as Debian builds Blender
        assert denoising and "its denoiser is missing" in made["why_not"]
        return
    whole.rendered()
    ours, theirs = (
        part("blender.cycles.final_image").pixels_of(path, "PNG")
        for path in (worker.folder / made["final"], whole.folder / "0001.png")
    )
    apart = np.abs(ours - theirs).max() * 255
    finals = part("core.finals")
    found = finals.difference_of(finals.as_shown(ours, "PNG"), finals.as_shown(theirs, "PNG"))
    print(f"FOUND {apart:.1f} of 255 at most; {found}")
    assert found.is_small and (denoising or apart < 1.01)


def test_looking_with_few_samples_has_some_of_a_late_part(part, stage):
    """A probe, a proof and a sketch rendered none at all, and compared what was in memory."""
    subset(stage, 24, 99)
    look = part("blender.cycles.samples")
    assert look.sampling_of(stage).count == 8
    for within in (part("blender.cycles.probe").reduced, part("blender.proving.pictures").as_picture):
        with within(stage):
            found = look.sampling_of(stage)
            assert (found.first, found.count > 0, found.of) == (24, True, SAMPLES)
    assert (stage.cycles.samples, stage.cycles.sample_subset_length) == (SAMPLES, 99)
    assert part("blender.scene_reader").read_scene(stage).samples == 8
    assert part("blender.cycles.final_image").guide_samples(stage) == 0
    stage.cycles.use_denoising = True
    assert part("blender.cycles.final_image").guide_samples(stage) == 8


def test_the_final_image_of_a_late_part_is_made_again(part, stage, tmp_path):
    """Its guides were rendered with no samples, so that an honest image was taken for a false one."""
    subset(stage, 24, 8)
    stage.cycles.use_denoising = True
    worker = Worker(part, tmp_path / "part").save()
    np.save(worker.folder / "given.npy", worker.rendered())
    messages = part("core.messages")
    read = messages.ReadFinal(str(worker.folder / "0001.png"), "PNG", str(worker.folder / "final.npy"))
    _, said = worker.say(read, messages.MakeAgain(1, "given.npy", "final.npy"))
    if not said["why_not"]:  # Debian's Blender has no denoiser
        assert (said["shift_ppm"], said["block_ppm"]) == (0, 0)


def test_a_part_is_taken_of_a_scene_that_has_none_yet(part, stage):
    take, errors = part("blender.cycles.samples").take_part, part("core.errors")
    stage.cycles.use_adaptive_sampling = True
    for wrong in ("3/2", "1/33"):
        with pytest.raises(errors.LocalError):
            take(stage, wrong)
    assert stage.cycles.use_adaptive_sampling and not stage.cycles.use_sample_subset
    take(stage, "2/3")
    found = part("blender.cycles.samples").sampling_of(stage)
    assert (found.of, found.first, found.count, found.adaptive) == (SAMPLES, 10, 11, False)
    with pytest.raises(errors.SceneError, match="Sample Subset of its own"):
        take(stage, "2/3")


@pytest.mark.parametrize("how", ["USE", "BOUNDED", "IGNORE"])
def test_no_part_is_cut_of_a_scene_whose_layer_has_samples_of_its_own(part, stage, tmp_path, how):
    """A late part had none of that layer's, and what was in memory was merged."""
    stage.view_layers[0].samples, stage.cycles.use_layer_samples = 16, how
    take_part, errors = part("blender.cycles.samples").take_part, part("core.errors")
    if how == "IGNORE":
        take_part(stage, "2/2")
        assert stage.cycles.sample_offset == 16
        return
    with pytest.raises(errors.SceneError, match="ViewLayer have numbers of samples of their own"):
        take_part(stage, "2/2")
    assert not stage.cycles.use_sample_subset
    subset(stage, 16, 16)
    worker = Worker(part, tmp_path / "part").save()
    (said,) = worker.say(part("core.merge_messages").ReadSampling(1))
    assert said["type"] == "failed" and "ViewLayer have numbers of samples" in said["reason"]
