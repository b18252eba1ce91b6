"""What a worker's Blender writes is what the artist's own would have written, in every format.

The truth is Blender's own rendering of an animation. Metadata that each rendering has of its own (when, how
long, on what) is off where files are compared whole.
"""

import io
import json
import re
import struct
from types import SimpleNamespace

import bpy
import pytest

OF_THE_MACHINE = ("date", "render_time", "memory", "hostname", "filename")
NEVER_MADE = {"FFMPEG", "AVIF"}  # no single images, and what Debian's Blender 5.2 offers and can't write


@pytest.fixture
def painted(scene):
    """A scene with colours, with light over white, and with film that one sees through."""
    for block in bpy.data.materials:
        block.use_nodes = True
        block.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.9, 0.3, 0.05, 1)
    scene.render.film_transparent = True
    scene.render.dither_intensity = 1.0
    if hasattr(scene.render, "compositor_device"):
        scene.render.compositor_device = "CPU"  # there may be no graphics
    for name in OF_THE_MACHINE:
        setattr(scene.render, f"use_stamp_{name}", False)
    return scene


def set_up(scene, file_format, **settings):
    image = scene.render.image_settings
    if hasattr(image, "media_type"):
        image.media_type = "MULTI_LAYER_IMAGE" if file_format == "OPEN_EXR_MULTILAYER" else "IMAGE"
    image.file_format = file_format
    for name, value in settings.items():
        setattr(image, name, value)


def by_the_artist(scene, folder):
    """The file that an animation of the first frame writes."""
    scene.frame_start = scene.frame_end = 1
    scene.render.filepath = f"{folder}/artist"
    bpy.ops.render.render(animation=True, scene=scene.name)
    (path,) = folder.glob("artist*")
    return path


def by_a_worker(part, scene, folder):
    """The file that a render program writes of the saved scene, and what it said of it."""
    facts = part("blender.scene_reader").read_scene(scene)
    blend, output = folder / "scene.blend", folder / "of {a} #worker"
    output.mkdir()
    scene.render.filepath = "//elsewhere/"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    messages, said = part("core.messages"), io.BytesIO()
    extension = part("core.manifest").FORMATS[facts.file_format]
    asked = (facts.file_format, extension, "CPU", facts.samples, facts.view_layers, (1,), False)
    load = messages.Load(str(blend), scene.name, str(output), *asked)
    lines = messages.to_line(load) + messages.to_line(messages.Render(1))
    part("blender.render_program").serve(io.BytesIO(lines), said)
    (rendered,) = [one for one in map(json.loads, said.getvalue().splitlines()) if "final" in one]
    assert sorted(path.name for path in output.iterdir()) == sorted(
        rendered[name] for name in ("final", "noisy", "leaves")
    )
    return output / rendered["final"], facts


TIMES = re.compile(rb"\d\d:\d\d[.:]\d\d")  # of renderings, which Cycles and TIFF always add


def chunks_of(raw):
    """The chunks of a PNG file: kinds and bodies."""
    at = 8
    while at < len(raw):
        length, kind = struct.unpack_from(">I4s", raw, at)
        yield kind, raw[at + 8 : at + 8 + length]
        at += 12 + length


def texts_of(path):
    """The metadata of a PNG file, but for Cycles' times."""
    bodies = [body.partition(b"\0") for kind, body in chunks_of(path.read_bytes()) if kind == b"tEXt"]
    return {name.decode(): value for name, _, value in bodies if not TIMES.fullmatch(value)}


def exr_of(path):
    """Header, names, types and pixels of an OpenEXR file's parts."""
    import OpenEXR

    parts = []
    with OpenEXR.File(str(path), separate_channels=True) as file:
        for part in file.parts:
            header = {name: str(value) for name, value in part.header.items() if name != "channels"}
            channels = {
                name: (one.pixels.dtype.str, one.pixels.tobytes()) for name, one in part.channels.items()
            }
            parts.append((part.name(), TIMES.sub(b"", repr(header).encode()), channels))
    return parts


def content(path):
    """All of a file that two renderings of one frame have in common."""
    raw = path.read_bytes()
    if path.suffix == ".exr":
        return exr_of(path)
    if path.suffix == ".png":
        return texts_of(path), [one for one in chunks_of(raw) if one[0] != b"tEXt"]
    if path.suffix in (".dpx", ".cin"):  # their headers have the file's name and its date
        at = int.from_bytes(raw[4:8], "little" if raw[:4] in (b"XPDS", b"\xd7\x5f\x2a\x80") else "big")
        return len(raw), raw[at:]
    return TIMES.sub(b"", raw)


def formats():
    """Every format of this Blender with each of its colour modes and depths."""
    image = bpy.context.scene.render.image_settings
    found = []
    names = [item.identifier for item in image.bl_rna.properties["file_format"].enum_items]
    for name in names:
        if name in NEVER_MADE:
            continue
        for mode in ("BW", "RGB", "RGBA"):
            for depth in ("8", "10", "12", "16", "32"):
                found.append((name, mode, depth))
    return found


def combinations(scene):
    made = []
    for name, mode, depth in formats():
        try:  # not every format has every mode and depth
            set_up(scene, name, color_mode=mode, color_depth=depth)
        except TypeError:
            continue
        made.append((name, mode, depth))
    return made


def test_every_format_of_blender_is_one_of_ours(part, scene):
    ours = part("core.manifest").FORMATS
    assert {name for name, _, _ in formats()} == set(ours) - {"J2C"}


@pytest.mark.parametrize("slot", range(6))
def test_every_format_mode_and_depth_is_written_as_the_artists_own_blender_does(
    part, painted, tmp_path, slot
):
    saved = tmp_path / "painted.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(saved))
    for name, mode, depth in combinations(painted)[slot::6]:
        folder = tmp_path / f"{name}.{mode}.{depth}"
        folder.mkdir()
        bpy.ops.wm.open_mainfile(filepath=str(saved))
        scene = bpy.context.scene
        set_up(scene, name, color_mode=mode, color_depth=depth)
        why_not = part("blender.packing.writable").why_unwritable(scene, name)
        try:
            truth = by_the_artist(scene, folder)
        except RuntimeError:
            assert why_not.startswith(f"{name}, {mode}, {depth} bits")
            continue
        assert why_not == ""
        final, facts = by_a_worker(part, scene, folder)
        assert facts.file_format == name
        assert content(final) == content(truth), (name, mode, depth)
        wanted = SimpleNamespace(width=96, height=64, file_format=name, view_layers=[""])
        seen = part("adapters.images.facts").read_images(final, final.with_name("0001.noisy.exr"), wanted)
        assert seen.final_size == (96, 64) and not seen.final_is_black


def overridden(scene):
    image = scene.render.image_settings
    image.color_management = "OVERRIDE"
    image.view_settings.view_transform = "Standard"
    image.view_settings.look = "High Contrast" if bpy.app.version < (4, 0) else "None"
    image.view_settings.exposure, image.view_settings.gamma = 0.7, 1.3


def looked(scene):
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Punchy"
    scene.view_settings.use_curve_mapping = True
    scene.view_settings.curve_mapping.curves[3].points.new(0.4, 0.7)
    scene.view_settings.curve_mapping.update()


def linear(scene):
    scene.render.image_settings.color_management = "OVERRIDE"
    scene.render.image_settings.linear_colorspace_settings.name = "ACEScg"


def burned(scene):
    render = scene.render
    render.use_stamp, render.use_stamp_frame, render.use_stamp_camera = True, True, True
    render.use_stamp_note, render.stamp_note_text = True, "of a film"
    render.stamp_font_size = 8


KINDS = {
    "PNG overridden": ("PNG", {"color_mode": "RGBA", "color_depth": "16"}, overridden),
    "PNG looked": ("PNG", {"color_mode": "RGB", "compression": 90}, looked),
    "PNG grey, burned in": ("PNG", {"color_mode": "BW"}, burned),
    "JPEG": ("JPEG", {"quality": 35}, None),
    "WEBP": ("WEBP", {"quality": 60}, None),
    "WEBP without loss": ("WEBP", {"quality": 100, "color_mode": "RGBA"}, overridden),
    "TIFF": ("TIFF", {"tiff_codec": "LZW", "color_depth": "16"}, looked),
    "EXR": ("OPEN_EXR", {"color_depth": "16", "exr_codec": "DWAA", "color_mode": "RGBA"}, linear),
    "EXR, grey": ("OPEN_EXR", {"color_depth": "32", "exr_codec": "ZIP", "color_mode": "BW"}, None),
    "EXR of passes": ("OPEN_EXR_MULTILAYER", {"color_depth": "16", "exr_codec": "PIZ"}, None),
    "DPX, logarithmic": ("DPX", {"use_cineon_log": True}, looked),
    "JPEG 2000 alone": ("JPEG2000", {"jpeg2k_codec": "J2K", "quality": 70}, None),
    "JPEG 2000 for cinemas": ("JPEG2000", {"use_jpeg2k_cinema_preset": True}, None),
}


@pytest.mark.parametrize("kind", KINDS)
def test_settings_of_images_are_the_artists(part, painted, tmp_path, kind):
    name, settings, change = KINDS[kind]
    set_up(painted, name, **settings)
    if change:
        change(painted)
    truth = by_the_artist(painted, tmp_path)
    final, _ = by_a_worker(part, painted, tmp_path)
    assert final.suffix == truth.suffix
    assert content(final) == content(truth)


def test_a_denoised_file_of_all_passes_has_those_of_the_artists_and_no_others(
    part, painted, brightened, tmp_path
):
    set_up(painted, "OPEN_EXR_MULTILAYER", color_depth="32", exr_codec="ZIP")
    painted.cycles.use_denoising = True
    layer = painted.view_layers[0]
    layer.use_pass_z = layer.use_pass_mist = layer.use_pass_emit = layer.use_pass_cryptomatte_object = True
    painted.view_layers.new("Far.back")
    brightened(painted, 0.5)
    truth = by_the_artist(painted, tmp_path)
    final, facts = by_a_worker(part, painted, tmp_path)
    assert sum(len(channels) for _, _, channels in exr_of(truth)) == facts.final_channels
    assert exr_of(final) == exr_of(truth)


def test_without_denoiser_a_video_comes_as_images_of_its_colours(part, painted, tmp_path):
    image = painted.render.image_settings
    if hasattr(image, "media_type"):
        image.media_type = "VIDEO"
    image.file_format = "FFMPEG"
    final, facts = by_a_worker(part, painted, tmp_path)
    assert facts.file_format == "PNG" and final.read_bytes()[:4] == b"\x89PNG"


def test_metadata_is_the_scenes_but_for_what_each_rendering_has_of_its_own(part, painted, tmp_path):
    set_up(painted, "PNG")
    for name in (
        *OF_THE_MACHINE,
        "time",
        "frame",
        "camera",
        "lens",
        "scene",
        "marker",
        "frame_range",
        "note",
    ):
        setattr(painted.render, f"use_stamp_{name}", True)
    painted.render.stamp_note_text = "of a film"
    painted.timeline_markers.new("now", frame=1)
    theirs = texts_of(by_the_artist(painted, tmp_path))
    final, _ = by_a_worker(part, painted, tmp_path)
    mine = texts_of(final)
    own = {"Date", "Memory", "Hostname", "File"}
    assert set(mine) == set(theirs) >= own | {"Frame", "Camera", "Lens", "Scene", "Marker", "Note"}
    assert {name for name in mine if mine[name] != theirs[name]} <= own


def test_what_can_not_be_as_the_artist_has_it_is_said(part, painted):
    steps, all_at_once = (
        part("blender.cycles.reading.scene").read_for_artist,
        part("blender.steps").all_at_once,
    )

    def read(*arguments, **options):
        return all_at_once(steps(*arguments, **options))

    painted.render.use_stamp = True
    assert "stamp" not in [one.kind for one in read(painted, (1,), own_seed=False)]
    painted.render.use_stamp_hostname = True
    set_up(painted, "OPEN_EXR")
    painted.render.image_settings.use_preview = True
    said = {one.kind: one.sentence for one in read(painted, (1,), own_seed=False)}
    assert "hostname" in said["stamp"] and "previews" in said["preview"]


def test_previews_beside_images_are_not_written(part, painted, tmp_path):
    set_up(painted, "OPEN_EXR")
    painted.render.image_settings.use_preview = True
    by_a_worker(part, painted, tmp_path)  # which looks at all files


class TestFileOutput:
    """Nodes that write files beside the rendering."""

    def add(self, scene, brightened, inside_a_group=False):
        tree, layers, output, _ = brightened(scene, 0)
        if inside_a_group:
            group = bpy.data.node_groups.new("group", "CompositorNodeTree")
            group.interface.new_socket("Image", in_out="INPUT", socket_type="NodeSocketColor")
            outer = tree.nodes.new("CompositorNodeGroup")
            outer.node_tree = group
            tree.links.new(layers.outputs["Image"], outer.inputs[0])
            tree, source = group, group.nodes.new("NodeGroupInput").outputs[0]
        else:
            source = layers.outputs["Image"]
        node = tree.nodes.new("CompositorNodeOutputFile")
        node.name = "Masks"
        if hasattr(node, "file_output_items"):
            node.file_output_items.new("RGBA", "Image")
        tree.links.new(source, node.inputs[0])
        return node

    @pytest.mark.parametrize("inside_a_group", [False, True])
    def test_one_that_writes_is_refused_by_its_name(self, part, painted, brightened, inside_a_group):
        node = self.add(painted, brightened, inside_a_group)
        (error,) = part("blender.preflight").check_scene(painted).errors
        assert "node 'Masks' writes files" in error
        node.mute = True
        assert part("blender.preflight").check_scene(painted).errors == ()

    def test_one_that_nothing_reaches_writes_nothing_and_is_no_error(self, part, painted, brightened):
        tree = self.add(painted, brightened).id_data
        for link in [link for link in tree.links if link.to_node.name == "Masks"]:
            tree.links.remove(link)
        assert part("blender.preflight").check_scene(painted).errors == ()

    def test_without_compositing_it_is_no_error(self, part, painted, brightened):
        self.add(painted, brightened)
        painted.render.use_compositing = False
        assert part("blender.preflight").check_scene(painted).errors == ()
