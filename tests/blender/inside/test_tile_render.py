"""Tiles rendered alone are the frame's, bit by bit; where they can't be, they are cut out of it.

Runs in the application with the extension installed, and with the bpy module.
"""

import io
import json

import bpy
import numpy as np
import pytest

SAMPLES = 40


@pytest.fixture
def scene(empty):
    """Glass on a floor, 150 x 90 pixels: tiles of 50 x 45; noise that adapts."""
    scene = empty
    bpy.ops.mesh.primitive_plane_add(size=9)
    bpy.ops.mesh.primitive_monkey_add(location=(0, 0, 1))
    material = bpy.data.materials.new("glass")
    material.use_nodes = True
    glass = material.node_tree.nodes.new("ShaderNodeBsdfGlass")
    material.node_tree.links.new(
        glass.outputs[0], material.node_tree.nodes["Material Output"].inputs["Surface"]
    )
    bpy.context.object.data.materials.append(material)
    bpy.ops.object.light_add(type="POINT", location=(2, -2, 3))
    bpy.context.object.data.energy = 500
    bpy.ops.object.camera_add(location=(0, -6, 2.5), rotation=(1.25, 0, 0))
    scene.camera = bpy.context.object
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = 150, 90
    scene.render.use_persistent_data = True
    scene.cycles.device, scene.cycles.samples, scene.cycles.use_denoising = "CPU", SAMPLES, False
    scene.cycles.adaptive_threshold, scene.cycles.adaptive_min_samples = 0.05, 8
    scene.cycles.use_animated_seed = True
    return scene


def render(part, scene, folder):
    """The whole frame's noisy pass."""
    part("blender.cycles.tile_render").prepare_frames(scene)
    bpy.ops.render.render(animation=False, write_still=False, scene=scene.name)
    return part("blender.cycles.passes").save_noisy(scene, folder / "noisy.exr")


def test_an_image_of_the_artists_is_not_taken_for_the_rendering(part, scene, tmp_path):
    scene.cycles.samples = 4
    wanted = render(part, scene, tmp_path)
    for image in list(bpy.data.images):
        bpy.data.images.remove(image)
    image = bpy.data.images.new("Render Result", 150, 90)
    bpy.data.materials["glass"].node_tree.nodes.new("ShaderNodeTexImage").image = image
    found = render(part, scene, tmp_path)
    assert image.name == "Render Result" and image.type != "RENDER_RESULT"
    assert np.array_equal(found, wanted)


def differing(part, scene, frame, margin):
    """How many pixels of the frame's tiles come out otherwise when they are rendered alone."""
    tiles, alone = part("core.tiles"), part("blender.cycles.tile_render")
    width, height = alone.frame_size(scene)
    assert frame.shape[:2] == (height, width) and frame.std() > 0.01
    return sum(
        int(
            (alone.render_tile(scene, tile, margin) != part("core.pixel_prints").crop(frame, tile))
            .any(axis=-1)
            .sum()
        )
        for tile in tiles.tiles_of(width, height)
    )


@pytest.mark.parametrize("margin", [0, 5, 16])
def test_without_adaptive_sampling_any_margin_is_exact(part, scene, tmp_path, margin):
    scene.cycles.use_adaptive_sampling = False
    assert part("blender.cycles.tile_render").margin_of(scene) == 0
    assert differing(part, scene, render(part, scene, tmp_path), margin) == 0


@pytest.mark.parametrize(("filter_width", "threshold"), [(1.5, 0.05), (10.0, 0.02)])
def test_with_adaptive_sampling_the_scenes_margin_is_exact(part, scene, tmp_path, filter_width, threshold):
    scene.cycles.use_adaptive_sampling = False
    plain = render(part, scene, tmp_path)
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.filter_width, scene.cycles.adaptive_threshold = filter_width, threshold
    frame = render(part, scene, tmp_path)
    assert (frame != plain).any(), "adaptive sampling did nothing here"
    assert differing(part, scene, frame, part("blender.cycles.tile_render").margin_of(scene)) == 0


def test_denoising_and_an_odd_size_change_nothing(part, scene, tmp_path):
    scene.cycles.use_denoising = True
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 263, 159, 57
    assert differing(part, scene, render(part, scene, tmp_path), 16) == 0


@pytest.mark.parametrize("cropped", [False, True])
def test_a_scenes_own_border_is_no_part_of_frame_or_tile(part, scene, tmp_path, cropped):
    whole = render(part, scene, tmp_path)
    settings = scene.render
    settings.border_min_x, settings.border_max_x = 0.3, 0.6
    settings.border_min_y, settings.border_max_y = 0.2, 0.9
    settings.use_border, settings.use_crop_to_border = True, cropped
    assert differing(part, scene, whole, 16) == 0
    assert settings.use_border and settings.use_crop_to_border == cropped
    assert [round(getattr(settings, f"border_{at}"), 3) for at in ("min_x", "max_x", "min_y", "max_y")] == [
        0.3,
        0.6,
        0.2,
        0.9,
    ]
    assert np.array_equal(render(part, scene, tmp_path), whole)


def test_a_composited_frame_needs_no_graphics_and_has_the_same_noise(part, scene, brightened, tmp_path):
    plain = render(part, scene, tmp_path)
    brightened(scene, 1)
    scene.render.compositor_device = "GPU"
    frame = render(part, scene, tmp_path)
    assert np.array_equal(frame, plain)
    assert differing(part, scene, frame, 16) == 0


@pytest.mark.parametrize("denoising", [False, True])
def test_the_noisy_pass_has_all_layers_that_are_used_by_name_and_tiles_have_them_too(
    part, scene, tmp_path, denoising
):
    scene.cycles.use_denoising = denoising
    first = render(part, scene, tmp_path)
    for name, used in (("Far.back", True), ("unused", False)):
        scene.view_layers.new(name).use = used
    scene.view_layers["Far.back"].samples = 3
    both = render(part, scene, tmp_path)
    assert both.shape == (90, 150, 8)
    assert np.array_equal(both[..., 4:], first), "ViewLayer comes after Far.back"
    assert (both[..., :4] != first).any(axis=-1).mean() > 0.1
    assert differing(part, scene, both, 16) == 0


def test_a_layer_that_can_not_be_told_from_the_composite_is_refused_before_packing(part, scene):
    scene.view_layers[0].name = "Composite"
    (error,) = part("blender.preflight").check_scene(scene).errors
    assert "Rename it" in error


def test_a_package_that_names_other_layers_is_left_to_its_requester(part, scene, tmp_path):
    messages, program = part("core.messages"), part("blender.render_program")
    blend, said = tmp_path / "scene.blend", io.BytesIO()
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    asked = ("PNG", "png", "CPU", SAMPLES, ("ViewLayer", "more"), (1,), False)
    load = messages.Load(str(blend), scene.name, str(tmp_path), *asked)
    program.serve(io.BytesIO(messages.to_line(load)), said)
    assert "leave this job to its requester" in json.loads(said.getvalue())["reason"]


def whole_frames(part, scene):
    """Whether a verifier renders whole frames; the artist is told if so."""
    findings = part("blender.cycles.reading.scene").read_exactness(scene, (1,), own_seed=False)
    is_whole = part("core.exactness").needs_whole_frames(findings)
    told = " ".join(part("blender.preflight").check_scene(scene).warnings)
    assert is_whole == ("verifiers render whole frames" in told)
    return is_whole


def draw_lines(scene):
    scene.render.use_freestyle = True
    scene.view_layers[0].use_freestyle = True
    bpy.ops.scene.freestyle_lineset_add()
    scene.view_layers[0].freestyle_settings.linesets[0].linestyle = bpy.data.linestyles.new("line")


def test_tiles_that_are_not_the_frames_when_alone_are_cut_out_of_it(part, scene, tmp_path):
    draw_lines(scene)
    assert whole_frames(part, scene)
    messages, program = part("core.messages"), part("blender.render_program")
    blend, name = tmp_path / "scene.blend", scene.name
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    load = messages.Load(
        str(blend), name, str(tmp_path), "PNG", "png", "CPU", SAMPLES, ("ViewLayer",), (1,), False
    )
    commands = [load, messages.RenderTiles(1, (5, 0, 2)), messages.RenderTiles(1, (6,)), messages.Render(1)]
    said = io.BytesIO()
    program.serve(io.BytesIO(b"".join(messages.to_line(one) for one in commands)), said)
    kinds = [json.loads(line)["type"] for line in said.getvalue().splitlines()]
    told = [kind for kind in kinds if kind != "progress"]
    assert told == ["loaded", "tiles_rendered", "failed", "rendered"]
    records = part("core.prints").RECORD_BYTES
    leaves, tiles = ((tmp_path / name).read_bytes() for name in ("0001.leaves", "0001.tiles"))
    assert tiles == b"".join(leaves[records * at : records * (at + 1)] for at in (5, 0, 2))


def test_the_seed_differs_from_frame_to_frame_unless_the_artist_keeps_the_scenes_own(part, scene, tmp_path):
    scene.cycles.use_animated_seed = False
    prepare = part("blender.cycles.tile_render").prepare_frames
    whole = part("blender.cycles.tile_render").render_whole

    def frame(number, **more):
        scene.cycles.use_animated_seed = False
        prepare(scene, **more)
        scene.frame_set(number)
        return whole(scene)

    second = frame(2)
    assert np.array_equal(frame(1, own_seed=True), frame(2, own_seed=True))
    assert not np.array_equal(frame(1), second)
    assert np.array_equal(frame(2), second)


def test_the_artist_is_told_of_another_seed_and_of_a_limit_that_the_network_ignores(part, scene):
    scene.cycles.use_animated_seed, scene.cycles.time_limit = False, 5
    check = part("blender.preflight").check_scene
    for own_seed, sentence in ((False, "The network animates the seed"), (True, "The scene's seed is kept")):
        limit, seed = check(scene, own_seed=own_seed).warnings
        assert "renders without it" in limit and seed.startswith(sentence)
    prepare = part("blender.cycles.tile_render").prepare_frames
    prepare(scene)
    assert scene.cycles.time_limit == 0


def test_a_tile_leaves_the_scenes_settings_as_they_were_even_if_it_fails(part, scene):
    scene.camera, scene.cycles.use_denoising = None, True
    scene.render.use_compositing = True
    with pytest.raises(RuntimeError):
        part("blender.cycles.tile_render").render_tile(scene, part("core.tiles").Tile(0, 0, 64, 64), 16)
    assert scene.cycles.use_denoising and scene.render.use_compositing and not scene.render.use_border


def test_the_render_program_makes_the_same_records_for_tiles_as_for_the_frame(part, scene, tmp_path):
    messages, program = part("core.messages"), part("blender.render_program")
    blend, name = tmp_path / "scene.blend", scene.name
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    records = part("core.prints").RECORD_BYTES
    asked, wanted = ("PNG", "png", "CPU", SAMPLES, ("ViewLayer",), (1,), False), (5, 0, 2)
    load = messages.Load(str(blend), name, str(tmp_path), *asked)
    commands = [load, messages.Render(1), messages.RenderTiles(1, wanted), messages.RenderTiles(1, (6,))]
    said = io.BytesIO()
    program.serve(io.BytesIO(b"".join(messages.to_line(one) for one in commands)), said)
    kinds = [json.loads(line)["type"] for line in said.getvalue().splitlines()]
    assert [kind for kind in kinds if kind != "progress"] == [
        "loaded",
        "rendered",
        "tiles_rendered",
        "failed",
    ]
    leaves, tiles = ((tmp_path / name).read_bytes() for name in ("0001.leaves", "0001.tiles"))
    assert len(leaves) == records * 6
    assert tiles == b"".join(leaves[records * at : records * (at + 1)] for at in wanted)


def test_a_frame_is_written_while_the_next_is_rendered_and_told_of_in_order(part, scene, tmp_path):
    messages, program = part("core.messages"), part("blender.render_program")
    blend, said = tmp_path / "scene.blend", io.BytesIO()
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    (tmp_path / "0003.noisy.exr").mkdir()  # can't be written
    asked = ("PNG", "png", "CPU", SAMPLES, ("ViewLayer",), (1, 2, 3, 4), False)
    load = messages.Load(str(blend), scene.name, str(tmp_path), *asked)
    commands = [load, *map(messages.Render, (1, 2, 3, 4)), messages.RenderTiles(2, (1,))]
    program.serve(io.BytesIO(b"".join(messages.to_line(one) for one in commands)), said)
    told = [json.loads(line) for line in said.getvalue().splitlines()]
    kinds = [(one["type"], one.get("frame")) for one in told if one["type"] != "progress"]
    assert kinds == [
        ("loaded", None),
        ("rendered", 1),
        ("rendered", 2),
        ("failed", None),
        ("rendered", 4),
        ("tiles_rendered", 2),
    ]
    records = part("core.prints").RECORD_BYTES
    leaves = [(tmp_path / f"000{frame}.leaves").read_bytes() for frame in (1, 2, 4)]
    assert {len(one) for one in leaves} == {6 * records}
    assert (tmp_path / "0002.tiles").read_bytes() == leaves[1][records : 2 * records]


@pytest.mark.parametrize(("shared", "openings"), [(False, 3), (True, 1)])
def test_tiles_of_a_frame_may_share_an_opening_and_make_the_same_records(
    part, scene, tmp_path, monkeypatch, shared, openings
):
    messages, program = part("core.messages"), part("blender.render_program")
    blend, name, opened = tmp_path / "scene.blend", scene.name, []
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    path, open_afresh = program.CanonicalPath, program.CanonicalPath.open
    monkeypatch.setattr(path, "open", lambda self: opened.append(1) or open_afresh(self))
    load = messages.Load(
        str(blend), name, str(tmp_path), "PNG", "png", "CPU", SAMPLES, ("ViewLayer",), (1,), False
    )
    frame, wanted = messages.Render(1), (5, 0, 2)
    for commands in ([load, frame], [load, messages.RenderTiles(1, wanted, shared)]):
        opened.clear()
        program.serve(io.BytesIO(b"".join(messages.to_line(one) for one in commands)), io.BytesIO())
    assert len(opened) == openings
    records = part("core.prints").RECORD_BYTES
    leaves, tiles = ((tmp_path / name).read_bytes() for name in ("0001.leaves", "0001.tiles"))
    assert tiles == b"".join(leaves[records * at : records * (at + 1)] for at in wanted)


def test_a_plain_scene_is_rendered_by_tiles_and_has_no_word_about_it(part, scene):
    assert not whole_frames(part, scene)
    assert part("blender.preflight").check_scene(scene) == part("blender.preflight").Findings()


@pytest.mark.parametrize("where", ["material", "world"])
def test_a_volume_makes_verifiers_render_frames_since_blender_5(part, scene, where):
    if where == "world":
        scene.world = bpy.data.worlds.new("fog")
        scene.world.use_nodes = True
    tree = bpy.data.materials["glass"].node_tree if where == "material" else scene.world.node_tree
    node = tree.nodes.new("ShaderNodeVolumeScatter")
    output = next(node for node in tree.nodes if "Volume" in node.inputs)
    tree.links.new(node.outputs[0], output.inputs["Volume"])
    assert whole_frames(part, scene) == (bpy.app.version >= (5, 0))


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (lambda scene: _resize(scene, 16384, 8193), "Lower the resolution"),
        (lambda scene: setattr(scene.cycles, "use_guiding", True), "Turn path guiding off"),
        (lambda scene: bpy.data.objects["Suzanne"].modifiers.new("cloth", "CLOTH"), "not baked"),
        (lambda scene: setattr(scene.view_layers[0], "use_pass_combined", False), "no Combined pass"),
        (lambda scene: _strips(scene).new_scene("strip", scene, 1, 1), "Turn Sequencer off"),
    ],
)
def test_what_never_repeats_itself_is_refused_before_packing(part, scene, break_it, sentence):
    break_it(scene)
    (error,) = part("blender.preflight").check_scene(scene).errors
    assert sentence in error


def _resize(scene, width, height):
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.cycles.use_adaptive_sampling = False


def _strips(scene):
    return scene.sequence_editor_create().strips


def test_a_baked_simulation_is_welcome(part, scene):
    bpy.data.objects["Suzanne"].modifiers.new("cloth", "CLOTH")
    cache = bpy.data.objects["Suzanne"].modifiers["cloth"].point_cache
    cache.frame_end = 2
    with bpy.context.temp_override(point_cache=cache):
        bpy.ops.ptcache.bake(bake=True)
    assert part("blender.preflight").check_scene(scene).errors == ()
