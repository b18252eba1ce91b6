"""Small pictures of whatever a test builds, and the package of it, opened where the originals are gone."""

import shutil
import struct
import zlib

import bpy
import numpy
import pytest

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
SECRET = "secret"  # what tests name after the artist's work, which no package may tell


def png(path, color, size=8):
    """A picture of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)

    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
    rows = zlib.compress((b"\0" + bytes(color) * size) * size)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


def stage():
    """An empty scene of 24 x 16 pixels, seen from above."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="", use_empty=True)
    scene = bpy.context.scene
    scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.camera.data.type, scene.camera.data.ortho_scale, scene.camera.location = "ORTHO", 6, (0, 0, 10)
    scene.collection.objects.link(scene.camera)
    scene.render.engine, scene.view_settings.view_transform = "CYCLES", "Standard"
    scene.render.resolution_x, scene.render.resolution_y = 24, 16
    scene.cycles.device, scene.cycles.samples, scene.cycles.use_denoising = "CPU", 4, False
    scene.cycles.use_animated_seed = True
    scene.frame_start, scene.frame_end = 1, 5
    return scene


def plane(material=None, at=(0, 0, 0), size=3, name="plane"):
    mesh = bpy.data.meshes.new(name)
    half = size / 2
    corners = [(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)]
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    for loop, uv in zip(mesh.uv_layers.new().data, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
        loop.uv = uv
    thing = bpy.data.objects.new(name, mesh)
    thing.location = at
    if material:
        mesh.materials.append(material)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def glowing(image=None, color=(0, 1, 0, 1), name="glow"):
    """A material that shines with a colour or an image; returns it and the image's node."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    out, glow = tree.nodes.new("ShaderNodeOutputMaterial"), tree.nodes.new("ShaderNodeEmission")
    glow.inputs[0].default_value = color
    tree.links.new(glow.outputs[0], out.inputs[0])
    if image is None:
        return material, None
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image, node.interpolation = image, "Closest"
    tree.links.new(node.outputs[0], glow.inputs[0])
    return material, node


def loaded(path, **values):
    image = bpy.data.images.load(str(path), check_existing=False)
    for name, value in values.items():
        setattr(image, name, value)
    return image


def textured(path, **where):
    image = loaded(path)
    plane(glowing(image)[0], **where)
    return image


def save(path, relative=True):
    path.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    if relative:
        bpy.ops.file.make_paths_relative()
    else:
        bpy.ops.file.make_paths_absolute()
    bpy.ops.wm.save_as_mainfile(filepath=str(path), relative_remap=False)
    return path


def picture(frame, folder):
    """What Blender makes of a frame, as numbers; volumes and smoke as grids too: some builds draw none."""
    scene = bpy.context.scene
    scene.frame_set(frame)
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath, scene.render.use_file_extension = str(folder / "picture.png"), False
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(scene.render.filepath, check_existing=False)
    pixels = numpy.array(image.pixels[:])
    bpy.data.images.remove(image)
    grids = [(volume.grids.load(), len(volume.grids)) for volume in bpy.data.volumes]
    return numpy.concatenate([pixels, numpy.array(grids).flatten(), *_smoke()])


def _smoke():
    """The density that each fluid domain has now."""
    graph = bpy.context.evaluated_depsgraph_get()
    for thing in list(bpy.data.objects):
        for modifier in thing.evaluated_get(graph).modifiers:
            if modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
                yield numpy.array(modifier.domain_settings.density_grid[:])


def pack(part, folder, frames=(1,), allowed=()):
    """The open file's package, in a folder of this name beside the project's."""
    packer = part("blender.packing.packer").BlendPacker(bpy.context.scene, allowed)
    return packer.prepare(folder, frames).finish()


def packed_and_opened(part, root, frames=(1,)):
    """The pictures before packing, and those of the package when project and elsewhere are gone."""
    before = [picture(frame, root) for frame in frames]
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    manifest = pack(part, root / "package", frames)
    for name in ("project", "elsewhere"):
        if (root / name).exists():
            (root / name).rename(root / f"gone {name}")
    bpy.ops.wm.open_mainfile(filepath=str(root / "package" / "scene.blend"), use_scripts=False)
    return manifest, before, [picture(frame, root) for frame in frames]


def without_files(root, frames=(1,)):
    """The pictures of a package that has lost its files: they have to be others, or the test sees nothing."""
    for one in (root / "package").iterdir():
        if one.is_dir():
            shutil.rmtree(one)
    bpy.ops.wm.open_mainfile(filepath=str(root / "package" / "scene.blend"), use_scripts=False)
    return [picture(frame, root) for frame in frames]


class Kinds:
    """Builders of scenes, and the check that a package shows what the artist's file shows."""

    def __init__(self):
        self._built = {}

    def __call__(self, *frames, option="cycles", relative=True):
        """Register a builder; the frames to look at, and with what Blender has to be built."""

        def register(build):
            self._built[build.__name__] = (build, frames or (1,), option, relative)
            return build

        return register

    @property
    def names(self):
        return sorted(self._built)

    def check(self, part, root, name):
        build, frames, option, relative = self._built[name]
        if not getattr(bpy.app.build_options, option):
            pytest.skip(f"this Blender was built without {option}")
        stage()
        build(root / "project", root / "elsewhere")
        if not bpy.data.filepath:
            save(root / "project" / "film.blend", relative=relative)
        manifest, before, after = packed_and_opened(part, root, frames)
        assert all(file.path.isascii() and file.path.count("/") <= 4 for file in manifest.files)
        assert not [file.path for file in manifest.files if SECRET in file.path]
        for one, other in zip(before, after, strict=True):
            assert numpy.array_equal(one, other), numpy.abs(one - other).max()
        lost = without_files(root, frames)
        assert any(not numpy.array_equal(one, other) for one, other in zip(before, lost, strict=True))


def linked(path, kind, name):
    """A data-block of another .blend."""
    with bpy.data.libraries.load(str(path), link=True, relative=bool(bpy.data.filepath)) as (_, wanted):
        setattr(wanted, kind, [name])
    return getattr(wanted, kind)[0]
