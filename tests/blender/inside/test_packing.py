"""Packing: every kind of file arrives, paths lead into the package, the artist's file stays as it is."""

import hashlib
import json
import re
import shutil
import threading
import time
from pathlib import Path

import bpy
import pytest


def image_file(path, color):
    image = bpy.data.images.new("made", 8, 8)
    image.generated_color = color
    image.filepath_raw, image.file_format = str(path), "PNG"
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save()
    bpy.data.images.remove(image)


@pytest.fixture
def project(scene, tmp_path):
    """A saved project with a texture inside and one outside, a UDIM, a sequence, a font, a packed image."""
    root = tmp_path / "project"
    image_file(root / "textures" / "inside.png", (1, 0, 0, 1))
    image_file(tmp_path / "elsewhere" / "inside.png", (0, 1, 0, 1))
    for tile in (1001, 1002):
        image_file(root / "udim" / f"wall.{tile}.png", (0, 0, 1, 1))
    for number in (1, 2, 3):
        image_file(root / "sequence" / f"water{number:03d}.png", (0, number / 3, 1, 1))
    inside, outside = (
        bpy.data.images.load(str(path))
        for path in (root / "textures" / "inside.png", tmp_path / "elsewhere" / "inside.png")
    )
    udim = bpy.data.images.load(str(root / "udim" / "wall.1001.png"))
    udim.source, udim.filepath = "TILED", str(root / "udim" / "wall.<UDIM>.png")
    udim.tiles.new(1002)
    water = bpy.data.images.load(str(root / "sequence" / "water001.png"))
    water.source = "SEQUENCE"
    packed = bpy.data.images.load(str(root / "textures" / "inside.png"), check_existing=False)
    packed.pack()
    tree = bpy.data.materials["Material"].node_tree
    for image in (inside, outside, udim, water, packed):
        tree.nodes.new("ShaderNodeTexImage").image = image
    bpy.ops.wm.save_as_mainfile(filepath=str(root / "film.blend"))
    return root


def pack(part, tmp_path):
    package = tmp_path / "package"
    packer = part("blender.packing.packer").BlendPacker(bpy.context.scene)
    return package, packer.prepare(package, (1, 2)).finish()


def test_the_package_holds_all_files_with_their_digests(part, project, tmp_path):
    package, manifest = pack(part, tmp_path)
    paths = {file.path for file in manifest.files}
    assert "scene.blend" in paths
    assert all(
        re.fullmatch(r"scene\.blend|f/([0-9a-f]{20}/)?(s\d*|[0-9a-f]{20})\.png", path) for path in paths
    )
    found = [(package / path).read_bytes() for path in paths]
    wanted = [*project.parent.rglob("*.png")]
    assert all(path.read_bytes() in found for path in wanted if package not in path.parents)
    for file in manifest.files:
        content = (package / file.path).read_bytes()
        assert (file.size_bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert json.loads((package / "manifest.json").read_bytes())["frames"] == [1, 2]


def test_how_the_scene_is_shown_stands_in_the_package(part, project, tmp_path):
    view = bpy.context.scene.view_settings
    view.view_transform, view.look = "AgX", "AgX - High Contrast"
    view.exposure, view.gamma = -1.7, 1.25
    _, manifest = pack(part, tmp_path)
    assert (manifest.display, manifest.view_transform, manifest.look) == (
        "sRGB",
        "AgX",
        "AgX - High Contrast",
    )
    told = (view.exposure, view.gamma)
    view.exposure, view.gamma = float(manifest.exposure), float(manifest.gamma)
    assert (view.exposure, view.gamma) == told == (pytest.approx(-1.7), 1.25)


def test_every_path_in_the_package_is_relative_and_leads_into_it(part, project, tmp_path):
    package, _ = pack(part, tmp_path)
    moved = tmp_path / "moved"
    package.rename(moved)
    bpy.ops.wm.open_mainfile(filepath=str(moved / "scene.blend"))
    for image in bpy.data.images:
        if image.filepath and not image.packed_file:
            assert image.filepath.startswith("//"), image.filepath
            found = Path(bpy.path.abspath(image.filepath))
            assert found.is_relative_to(moved)
            assert found.exists() or "<UDIM>" in found.name


def test_what_did_not_change_keeps_its_name_and_content(part, project, tmp_path):
    _, one = pack(part, tmp_path)
    shutil.rmtree(tmp_path / "package")
    image_file(project / "textures" / "inside.png", (0, 0, 0, 1))
    _, other = pack(part, tmp_path)
    before, after = ({file.path: file.sha256 for file in made.files} for made in (one, other))
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert "scene.blend" in changed and len(changed) == 3  # the old texture and the new


def test_the_artists_file_and_session_stay_as_they_are(part, project, tmp_path):
    before = hashlib.sha256((project / "film.blend").read_bytes()).hexdigest()
    names = sorted(path.relative_to(project) for path in project.rglob("*"))
    bpy.context.scene.frame_current = 7  # unsaved, and to be packed all the same
    paths = sorted(image.filepath for image in bpy.data.images)
    package, _ = pack(part, tmp_path)
    assert hashlib.sha256((project / "film.blend").read_bytes()).hexdigest() == before
    assert sorted(path.relative_to(project) for path in project.rglob("*")) == names
    assert bpy.data.filepath == str(project / "film.blend")
    assert sorted(image.filepath for image in bpy.data.images) == paths
    bpy.ops.wm.open_mainfile(filepath=str(package / "scene.blend"))
    assert bpy.context.scene.frame_current == 7


@pytest.mark.parametrize("folder", [".", "nowhere"])
def test_a_copy_is_saved_without_a_preview_picture_and_the_preferences_stay(part, scene, tmp_path, folder):
    preferences, seen = bpy.context.preferences, []
    before = preferences.filepaths.file_preview_type, preferences.is_dirty
    assert before[0] != "NONE"

    def note(*_):
        seen.append(preferences.filepaths.file_preview_type)

    bpy.app.handlers.save_pre.append(note)
    try:
        part("blender.packing.saving").save(str(tmp_path / folder / "copy.blend"), copy=True)
        assert folder == "."
    except part("core.errors").SceneError:
        assert folder == "nowhere"
    finally:
        bpy.app.handlers.save_pre.remove(note)
    assert (preferences.filepaths.file_preview_type, preferences.is_dirty) == before
    assert seen == ["NONE"]


def test_a_file_that_packs_its_resources_whenever_it_is_saved_is_sent_without_packing_them(
    part, project, tmp_path
):
    """It would be read on the main thread, and stay in the artist's session."""
    before = sorted(image.name for image in bpy.data.images if image.packed_files)
    bpy.data.use_autopack = True
    try:
        package, manifest = pack(part, tmp_path)
        assert bpy.data.use_autopack
    finally:
        bpy.data.use_autopack = False
    assert sorted(image.name for image in bpy.data.images if image.packed_files) == before
    assert len([file for file in manifest.files if file.path.endswith(".png")]) == 7
    bpy.ops.wm.open_mainfile(filepath=str(package / "scene.blend"))
    assert sorted(image.name for image in bpy.data.images if image.packed_files) == before


def test_no_handler_hears_of_a_property_that_a_script_sets(scene):
    """A material may read it, so that nobody knows whether what is open is what is on the disk."""
    heard, handlers = [], bpy.app.handlers.depsgraph_update_post

    def hear(*_):
        heard.append("update")

    bpy.context.view_layer.update()
    handlers.append(hear)
    try:
        bpy.data.objects["Cube"]["wood"] = 2.0
        bpy.context.view_layer.update()
        assert not heard
        bpy.data.objects["Cube"].location.x += 1
        bpy.context.view_layer.update()
        assert heard
    finally:
        handlers.remove(hear)


def test_packing_does_not_delete_the_extensions_wheels(part, project, tmp_path):
    import keyring  # one of them

    place = Path(keyring.__file__)
    pack(part, tmp_path)
    assert place.exists()


def test_an_unsaved_scene_can_be_packed(part, scene, tmp_path):
    package, manifest = pack(part, tmp_path)
    assert manifest.main_blend == "scene.blend"
    assert [file.path for file in manifest.files] == ["scene.blend"]
    assert sorted(path.name for path in package.iterdir()) == ["manifest.json", "scene.blend"]


def test_a_missing_file_stops_packing_and_leaves_nothing(part, project, tmp_path):
    (project / "sequence" / "water001.png").unlink()
    (project / "sequence" / "water002.png").unlink()
    (project / "sequence" / "water003.png").unlink()
    with pytest.raises(part("core.errors").SceneError, match="water001.png, which matches no file"):
        pack(part, tmp_path)
    assert not (tmp_path / "package").exists()


def test_particles_without_a_cache_on_disk_are_missing_nothing(part, project, tmp_path):
    emitter = bpy.data.objects["Cube"]
    emitter.modifiers.new("dust", "PARTICLE_SYSTEM")
    emitter.particle_systems[0].settings.physics_type = "NO"
    assert part("blender.preflight").check_scene(bpy.context.scene).errors == ()
    _, manifest = pack(part, tmp_path)
    assert not [file.path for file in manifest.files if "blendcache" in file.path]


def test_a_missing_file_that_no_frame_shows_is_a_warning(part, project, tmp_path):
    unused = bpy.data.images.load(str(project / "textures" / "inside.png"), check_existing=False)
    unused.name, unused.use_fake_user, unused.filepath = "unused", True, "//gone.png"
    said = []
    prepared = (
        part("blender.packing.packer").BlendPacker(bpy.context.scene).prepare(tmp_path / "package", (1,))
    )
    prepared.finish(said.append)
    (one,) = said
    assert one.severity == "warning" and "gone.png" in one.sentence and one.block == "Image 'unused'"


def test_an_artist_sends_what_is_missing_by_naming_it(part, project, tmp_path):
    (tmp_path / "elsewhere" / "inside.png").unlink()
    packer = part("blender.packing.packer").BlendPacker
    with pytest.raises(part("core.errors").SceneError, match="which is missing"):
        packer(bpy.context.scene).prepare(tmp_path / "package", (1,)).finish()
    allowed = ["missing file:Image 'inside.png.001'"]
    manifest = packer(bpy.context.scene, allowed).prepare(tmp_path / "package", (1,)).finish()
    assert manifest.files


def test_packing_that_is_stopped_ends_soon_and_leaves_nothing(part, project, tmp_path):
    prepared = (
        part("blender.packing.packer").BlendPacker(bpy.context.scene).prepare(tmp_path / "package", (1,))
    )
    threading.Timer(0.2, prepared.stop).start()
    started_s = time.monotonic()
    with pytest.raises(part("core.errors").Cancelled):
        prepared.finish()
    assert time.monotonic() - started_s < 5
    assert not (tmp_path / "package").exists() and not Path(prepared.scratch.name).exists()


def test_a_package_that_is_larger_than_any_workers_cache_is_refused(part, project, tmp_path, monkeypatch):
    monkeypatch.setattr(part("blender.packing.packer"), "CACHE_BYTES", 1000)
    with pytest.raises(part("core.errors").SceneError, match="and workers take 1,000"):
        pack(part, tmp_path)
    assert not (tmp_path / "package").exists()


def test_a_clean_blender_that_takes_too_long_is_ended_with_a_sentence(part, project, tmp_path, monkeypatch):
    monkeypatch.setattr(part("blender.packing.packer"), "LONGEST_S", 0)
    with pytest.raises(part("core.errors").SceneError, match="took over 0 minutes"):
        pack(part, tmp_path)
    assert not (tmp_path / "package").exists()
