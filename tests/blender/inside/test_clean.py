"""Nothing leaks: a package says nothing of where the artist's files lie and of what they are for.

Secrets are planted wherever Blender keeps text that no rendering needs, and looked for in all files' bytes.
"""

import os
import socket
from pathlib import Path

import bpy
import pytest

SECRET = "s3cret"
HOME = f"/home/{SECRET}-anna"


def image_file(path):
    image = bpy.data.images.new("made", 8, 8)
    image.filepath_raw, image.file_format = str(path), "PNG"
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save()
    bpy.data.images.remove(image)
    return str(path)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / f"{SECRET}-project"
    folder.mkdir()
    return folder


@pytest.fixture
def library(root):
    """Another file of the artist's, which appends from a third."""
    third = root / f"{SECRET}-third.blend"
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="", use_empty=True)
    appended = bpy.data.materials.new("appended")
    bpy.data.libraries.write(str(third), {appended})
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="", use_empty=True)
    item = bpy.data.objects.new("lamp", None)
    bpy.context.scene.collection.objects.link(item)
    item["made by"] = f"{HOME}/script.py"
    bpy.context.scene.render.filepath = f"{HOME}/of a library"
    bpy.ops.wm.append(
        directory=f"{third}/Material/", filename="appended", do_reuse_local_id=True, set_fake=True
    )
    assert bpy.data.materials["appended"].library_weak_reference is not None
    path = root / "kit.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return str(path)


def plant_in_scene(scene):
    scene.render.filepath = f"{HOME}/frames/####"
    scene.render.bake.filepath = f"{HOME}/bakes/"
    scene.render.stamp_note_text, scene.render.use_stamp_note = f"for {SECRET}", False
    scene.render.use_sequencer = False
    scene["cache of an add-on"] = f"{HOME}/cache"
    scene["more of it"] = {"deeper": {"path": "C:\\Users\\" + SECRET}, "count": 3}
    scene["kept"] = "of the scene"
    if hasattr(scene, "renderchain"):
        scene.renderchain.output = f"{HOME}/frames"
    else:
        scene["renderchain"] = {"output": f"{HOME}/frames"}
    bpy.context.workspace.name = f"{SECRET} workspace"


def plant_in_images(root):
    image = bpy.data.images.load(image_file(root / f"{SECRET}-client" / "logo.png"))
    image.use_fake_user = True
    image.pack()
    tiles = bpy.data.images.load(image_file(root / f"{SECRET}-client" / "wall.1001.png"))
    tiles.source, tiles.use_fake_user = "TILED", True
    tiles.filepath = str(root / f"{SECRET}-client" / "wall.<UDIM>.png")
    tiles.pack()
    made = bpy.data.images.new("made", 4, 4)
    made.use_fake_user, made.filepath_raw = True, f"{HOME}/never saved.png"


def plant_in_texts(scene, root):
    note = bpy.data.texts.new(f"{SECRET} notes")
    note.write(f"the client is {SECRET}")
    note.use_fake_user = True
    script = root / f"{SECRET}-scripts" / "shader.osl"
    script.parent.mkdir()
    script.write_text("shader one(output color C = 0) { C = color(1, 0, 0); }\n")
    material = bpy.data.materials.new("of a script")
    material.use_nodes = material.use_fake_user = True
    node = material.node_tree.nodes.new("ShaderNodeScript")
    node.script = bpy.data.texts.load(str(script))
    frame = material.node_tree.nodes.new("NodeFrame")
    frame.text = bpy.data.texts.new("comment")
    frame.text.write(f"ask {SECRET} before this is changed")


def plant_in_nodes_and_objects(scene, brightened):
    tree, layers, _, _ = brightened(scene, 0)
    node = tree.nodes.new("CompositorNodeOutputFile")
    node.mute = True
    setattr(node, "directory" if hasattr(node, "directory") else "base_path", f"{HOME}/passes")
    item = bpy.data.objects["Cube"]
    item["of a rig"] = tree.nodes[0]["of a node"] = f"~/{SECRET}/rig"
    modifier = item.modifiers.new("paint", "DYNAMIC_PAINT")
    bpy.context.view_layer.objects.active = item
    with bpy.context.temp_override(object=item, active_object=item):
        bpy.ops.dpaint.type_toggle(type="CANVAS")
    modifier.canvas_settings.canvas_surfaces[0].image_output_path = f"{HOME}/paint"
    modifier.canvas_settings.canvas_surfaces[0].is_active = False
    item.asset_mark()
    item.asset_data.author, item.asset_data.description = SECRET, f"of {SECRET}"
    item.asset_data.tags.new(SECRET)


def plant_in_strips_and_clips(scene, root):
    path = image_file(root / "clip" / "clip0001.png")
    clip = bpy.data.movieclips.load(path)
    clip.use_fake_user, clip.use_proxy_custom_directory = True, True
    clip.proxy.directory = f"{HOME}/proxies"
    strips = scene.sequence_editor_create()
    getattr(strips, "strips", None).new_image(f"{SECRET} strip", path, 1, 1)


@pytest.fixture
def package(part, root, library, brightened, tmp_path):
    """A scene full of secrets, packed."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="", use_empty=False)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    with bpy.data.libraries.load(library, link=True) as (_, wanted):
        wanted.objects = ["lamp"]
    scene.collection.objects.link(bpy.data.objects["lamp"])
    bpy.data.objects["lamp"].override_create(remap_local_usages=True)
    plant_in_scene(scene)
    plant_in_images(root)
    plant_in_texts(scene, root)
    plant_in_nodes_and_objects(scene, brightened)
    plant_in_strips_and_clips(scene, root)
    bpy.ops.wm.save_as_mainfile(filepath=str(root / "film.blend"))
    folder = tmp_path / "package"
    manifest = part("blender.packing.packer").BlendPacker(scene).prepare(folder, (1,)).finish()
    listed = {"manifest.json", *(file.path for file in manifest.files)}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == listed
    return folder


def test_no_file_of_a_package_says_whose_it_is(package, root, tmp_path):
    planted = (root / "film.blend").read_bytes()
    if planted.startswith(b"BLENDER"):
        assert planted.count(SECRET.encode()) > 20, "nothing was planted"
    words = [SECRET, str(tmp_path), str(Path.home()), "renderchain-", "/tmp/renderchain"]
    words += [name for name in (socket.gethostname(),) if len(name) > 6]
    words += [word for word in (os.environ.get("USER", ""),) if len(word) > 6]
    for path in sorted(one for one in package.rglob("*") if one.is_file()):
        raw = path.read_bytes()
        for word in words:
            at = raw.find(word.encode())
            assert at < 0, (path.name, word, raw[max(0, at - 200) : at + 200])


def test_what_a_rendering_needs_is_still_there(package):
    (main,) = [path for path in package.rglob("*.blend") if b"Cube" in path.read_bytes()]
    bpy.ops.wm.open_mainfile(filepath=str(main), load_ui=False, use_scripts=False)
    (scene,) = bpy.data.scenes
    assert scene["kept"] == "of the scene" and scene["more of it"]["count"] == 3
    packed = [image for image in bpy.data.images if image.packed_files]
    assert len(packed) == 2
    for image in packed:
        assert image.pixels[0] is not None and tuple(image.size) == (8, 8), image.name
    (text,) = bpy.data.texts
    assert "shader one" in text.as_string() and text.filepath == ""
    (lamp,) = [item for item in scene.objects if item.override_library]
    assert lamp.override_library.reference.library is not None


def test_a_folder_that_a_scene_shows_is_told(part, scene, root, tmp_path):
    letters = bpy.data.curves.new("letters", "FONT")
    letters.body = f"made in {root}/shots"
    scene.collection.objects.link(bpy.data.objects.new("letters", letters))
    bpy.ops.wm.save_as_mainfile(filepath=str(root / "film.blend"))
    told = []
    packed = part("blender.packing.packer").BlendPacker(scene).prepare(tmp_path / "package", (1,))
    packed.finish(told.append)
    (found,) = [one for one in told if one.kind == "folder named"]
    assert f"scene.blend still names your folder {root}/" in found.text
