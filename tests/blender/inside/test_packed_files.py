"""References that no picture tells of: where they lead in a package, and with which bytes."""

import re
import shutil
from pathlib import Path

import bpy
import numpy
import pytest
from building import tree_on
from picturing import GREEN, RED, glowing, linked, pack, picture, plane, png, save, stage, textured

IS_NEW = bpy.app.version >= (5, 0)
EEVEE, OLD = ("BLENDER_EEVEE", b"0306") if IS_NEW else ("BLENDER_EEVEE_NEXT", b"306")


@pytest.fixture
def project(tmp_path):
    stage()
    return tmp_path / "project"


def opened(part, project, allowed=()):
    package = project.with_name("package")
    manifest = pack(part, package, allowed=allowed)
    there = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    assert there == {"manifest.json", *(file.path for file in manifest.files)}
    project.rename(project.with_name("gone"))
    bpy.ops.wm.open_mainfile(filepath=str(package / "scene.blend"), use_scripts=False)
    return manifest


def content(path):
    assert path.startswith("//f/"), path
    return Path(bpy.path.abspath(path)).read_bytes()


def test_a_clip_keeps_the_number_from_which_blender_counts(part, project):
    for number in (7, 8, 9):
        png(project / "clip" / f"take{number:04d}_a.png", (number, 0, 0))
    clip = bpy.data.movieclips.load(str(project / "clip" / "take0008_a.png"))
    bpy.context.scene.active_clip = clip
    before = (clip.source, clip.frame_duration)
    save(project / "film.blend")
    opened(part, project)
    (clip,) = bpy.data.movieclips
    assert (clip.source, clip.frame_duration) == before and clip.source == "SEQUENCE"
    assert clip.filepath.endswith("/s0008.png")
    folder = Path(bpy.path.abspath(clip.filepath)).parent
    assert sorted(one.name for one in folder.iterdir()) == ["s0007.png", "s0008.png", "s0009.png"]


def test_a_sound_is_packed_and_one_that_is_missing_is_a_warning(part, project):
    project.mkdir()
    for name in ("there.wav", "gone.wav"):
        (project / name).write_bytes(b"RIFF" + name.encode())
        speaker = bpy.data.objects.new(name, bpy.data.speakers.new(name))
        speaker.data.sound = bpy.data.sounds.load(str(project / name))
        bpy.context.scene.collection.objects.link(speaker)
    save(project / "film.blend")
    (project / "gone.wav").unlink()
    opened(part, project)
    assert content(bpy.data.sounds["there.wav"].filepath) == b"RIFFthere.wav"
    assert bpy.data.sounds["gone.wav"].filepath == "//none.wav"


def test_a_text_is_in_the_blend_and_its_path_goes(part, project):
    (project / "tools").mkdir(parents=True)
    (project / "tools" / "rig.py").write_text("print('rig')\n")
    text = bpy.data.texts.load(str(project / "tools" / "rig.py"))
    text.use_fake_user = True
    save(project / "film.blend", relative=False)
    manifest = opened(part, project)
    assert [file.path for file in manifest.files] == ["scene.blend"]
    for text in bpy.data.texts:  # whoever cleans the file may take out what no rendering runs
        assert text.filepath == ""


def test_strips_of_a_sequencer_that_is_off_stop_nothing_and_lead_nowhere(part, project):
    scene = bpy.context.scene
    strips = scene.sequence_editor_create().strips
    strips.new_image("picture", str(png(project / "edit" / "strip.png", RED)), 1, 1)
    scene.render.use_sequencer = False
    save(project / "film.blend")
    (project / "edit" / "strip.png").unlink()
    manifest = opened(part, project)
    assert [file.path for file in manifest.files] == ["scene.blend"]
    for strip in bpy.context.scene.sequence_editor.strips if bpy.context.scene.sequence_editor else ():
        assert strip.directory == "" and all(one.filename == "" for one in strip.elements)


def test_shaders_and_cameras_in_osl_come_along(part, project):
    project.mkdir()
    (project / "red.osl").write_text("shader red(output color C = 0) { C = color(1, 0, 0); }\n")
    material, _ = glowing()
    node = material.node_tree.nodes.new("ShaderNodeScript")
    node.mode = "EXTERNAL"
    plane(material)
    camera = bpy.context.scene.camera.data
    camera.type, camera.custom_mode = "CUSTOM", "EXTERNAL"
    save(project / "film.blend")
    node.filepath = camera.custom_filepath = "//red.osl"
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "film.blend"))
    opened(part, project)
    (node,) = (
        one for one in bpy.data.materials["glow"].node_tree.nodes if one.bl_idname == "ShaderNodeScript"
    )
    wanted = (project.with_name("gone") / "red.osl").read_bytes()
    assert content(node.filepath) == content(bpy.context.scene.camera.data.custom_filepath) == wanted


def test_a_path_that_a_text_node_says_is_rewritten_there(part, project):
    save(project / "film.blend")
    (project / "table.csv").write_text("x\n1\n")
    tree, _, last = tree_on(plane())
    read, said = tree.nodes.new("GeometryNodeImportCSV"), tree.nodes.new("FunctionNodeInputString")
    said.string = "//table.csv"
    tree.links.new(said.outputs[0], read.inputs[0])
    tree.links.new(read.outputs[0], last.inputs[0])
    save(project / "film.blend")
    opened(part, project)
    (said,) = (one for one in bpy.data.node_groups[0].nodes if one.bl_idname == "FunctionNodeInputString")
    assert content(said.string) == b"x\n1\n"


def test_a_path_that_nodes_compute_is_an_error_that_names_the_node(part, project):
    tree, _, last = tree_on(plane())
    read, joined = tree.nodes.new("GeometryNodeImportCSV"), tree.nodes.new("GeometryNodeStringJoin")
    tree.links.new(joined.outputs[0], read.inputs[0])
    tree.links.new(read.outputs[0], last.inputs[0])
    save(project / "film.blend")
    with pytest.raises(part("blender.preflight").SceneRefused) as caught:
        pack(part, project.with_name("package"))
    (one,) = caught.value.findings.found
    assert (one.kind, one.severity) == ("computed path", "error")
    assert read.name in one.sentence and tree.name in one.block


def kinds_found(part):
    look = part("blender.packing.survey").look_at_files
    return [(one.kind, str(one.severity)) for one in look(bpy.context.scene)]


def test_a_colour_configuration_of_ones_own_comes_along_with_its_tables(part, project, tmp_path, monkeypatch):
    save(project / "film.blend")
    own = Path(bpy.utils.system_resource("DATAFILES"), "colormanagement")
    shutil.copytree(own, tmp_path / "colours")
    config = tmp_path / "colours" / "config.ocio"
    monkeypatch.setenv("OCIO", str(config))
    assert not pack(part, tmp_path / "plain").colours
    config.write_bytes(config.read_bytes().replace(b"luts:filmic", b"filmic:%s/luts" % bytes(config.parent)))
    manifest = opened(part, project)
    assert manifest.colours == "c/config.ocio"
    assert {path.rpartition(".")[2] for path in (one.path for one in manifest.files)} >= {"cube", "spi1d"}
    text = (tmp_path / "package" / "c" / "config.ocio").read_text()
    assert str(tmp_path) not in text and "filmic_to" not in text and "search_path: ../f\n" in text
    for name in re.findall(r'src: "([^"]+)"', text):
        assert (tmp_path / "package" / "f" / name).is_file()


def test_what_a_colour_configuration_lacks_is_an_error(part, project, tmp_path, monkeypatch):
    config = tmp_path / "config.ocio"
    monkeypatch.setenv("OCIO", str(config))
    assert kinds_found(part) == []  # Blender goes by its own
    head = "ocio_profile_version: 2\n"
    config.write_text(f"{head}# !<FileTransform> {{src: old.cube}}\nx: !<FileTransform> {{src: a.cube}}\n")
    assert kinds_found(part) == [("missing file", "error")]
    (tmp_path / "a.cube").touch()
    assert kinds_found(part) == []
    config.write_text(f"{head}search_path: tables/$SHOT\nx: !<FileTransform> {{src: a.cube}}\n")
    assert kinds_found(part) == [("colour configuration", "error")]
    monkeypatch.setenv("OCIO", "ocio://default")
    assert kinds_found(part) == [("colour configuration", "error")]


def test_an_image_with_a_file_for_each_eye_is_an_error_where_it_is_shown(part, project):
    image = textured(png(project / "a.png", RED))
    assert kinds_found(part) == []
    image.use_multiview, image.views_format = True, "INDIVIDUAL"
    assert kinds_found(part) == [("stereo image", "error")]
    bpy.data.objects["plane"].hide_render = True
    assert kinds_found(part) == []


def test_what_a_packed_library_refers_to_is_an_error(part, project):
    textured(png(project / "a.png", RED))
    save(project / "lib.blend")
    stage()
    save(project / "film.blend")
    with bpy.data.libraries.load(str(project / "lib.blend"), link=True, relative=True) as (_, wanted):
        wanted.objects = ["plane"]
    bpy.context.scene.collection.objects.link(wanted.objects[0])
    assert kinds_found(part) == []
    bpy.ops.file.pack_libraries()
    assert kinds_found(part) == [("packed library", "error")]


def test_a_baked_smoke_keeps_its_files_and_stays_baked(part, project):
    if not bpy.app.binary_path:
        pytest.skip("baking a fluid ends the process in the module of 4.5")
    save(project / "film.blend")
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.5)
    source = bpy.context.object.modifiers.new("flow", "FLUID")
    source.fluid_type, source.flow_settings.flow_behavior = "FLOW", "INFLOW"
    bpy.context.object.hide_render = True
    bpy.ops.mesh.primitive_cube_add(size=4)
    modifier = bpy.context.object.modifiers.new("domain", "FLUID")
    modifier.fluid_type = "DOMAIN"
    domain = modifier.domain_settings
    domain.resolution_max, domain.cache_frame_end, domain.cache_type = 8, 3, "ALL"
    domain.cache_directory = "//smoke"
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "film.blend"))
    bpy.ops.fluid.bake_all()
    baked = {path.name: path.read_bytes() for path in (project / "smoke").rglob("*") if path.is_file()}
    assert len(baked) > 3
    script = project / "smoke" / "script" / "smoke_script.py"
    script.parent.mkdir(exist_ok=True)
    script.write_text(f"# exported to {project}")
    shutil.copytree(project / "smoke" / "data", project / "smoke" / "another project" / "data")
    save(project / "film.blend")
    opened(part, project)
    domain = bpy.data.objects["Cube"].modifiers["domain"].domain_settings
    assert domain.has_cache_baked_data
    folder = Path(bpy.path.abspath(domain.cache_directory))
    assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == baked
    bpy.context.scene.frame_set(2)
    assert domain.has_cache_baked_data


def painted(image, colour):
    """Paint it, and a corner of it otherwise: rows and columns must not be changed."""
    pixels = numpy.tile(numpy.array(colour, numpy.float32), (image.size[1], image.size[0], 1))
    pixels[: image.size[1] // 2, : image.size[0] // 3] = (0.25, 0.5, 0.1, colour[3])
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    assert image.is_dirty
    return image


@pytest.mark.parametrize(
    ("how", "alpha"),
    [
        ("generated", 1.0),
        ("generated", 0.5),
        ("decimals", 1.0),
        ("packed", 1.0),
        ("packed", 0.5),
        ("packed, its file lost", 1.0),
        ("packed, its file lost", 0.5),
    ],
)
def test_an_image_that_was_painted_and_not_saved_is_packed_as_it_is(part, project, how, alpha):
    if how.startswith("packed"):
        image = textured(png(project / "a.png", RED))
        image.pack()
    else:
        image = bpy.data.images.new("drawn", 40, 20, alpha=True, float_buffer=how == "decimals")
        plane(glowing(image)[0])
    save(project / "film.blend")
    if how.endswith("lost"):
        (project / "a.png").unlink()
    before = picture(1, painted(image, (0.1, 0.9, 0.4, alpha)) and project)
    painted(image, (0.1, 0.9, 0.4, alpha))  # renderings in the background forget what is painted
    state, pixels = (image.source, len(image.packed_files), image.filepath), image.pixels[:]
    pack(part, project.with_name("package"))
    assert image.is_dirty and pixels == image.pixels[:], "the artist's session is as it was"
    assert state == (image.source, len(image.packed_files), image.filepath)
    bpy.ops.wm.open_mainfile(filepath=str(project.with_name("package") / "scene.blend"), use_scripts=False)
    assert numpy.array_equal(before, picture(1, project)), numpy.abs(before - picture(1, project)).max()
    assert bpy.data.images[0].packed_file, "or nothing was painted"


@pytest.mark.parametrize("how", ["a file's", "tiled", "other colours", "half there"])
def test_a_painted_image_that_can_not_be_kept_as_it_is_stops_the_scene(part, project, how):
    image = textured(png(project / "a.1001.png", RED))
    if how == "tiled":
        image.source, image.filepath_raw = "TILED", str(project / "a.<UDIM>.png")
    elif how == "other colours":
        image = bpy.data.images.new("a", 8, 8, float_buffer=True)
        image.colorspace_settings.name = "sRGB"
        plane(glowing(image)[0])
    elif how == "half there":
        image = bpy.data.images.new("a", 8, 8, alpha=True, float_buffer=True)
        plane(glowing(image)[0])
    save(project / "film.blend")
    painted(image, (0, 0, 1, 0.5 if how == "half there" else 1))
    with pytest.raises(part("blender.preflight").SceneRefused, match=r"was changed and not saved"):
        pack(part, project.with_name("package"))
    if how == "other colours":
        image.colorspace_settings.name = "Non-Color"
    elif how == "half there":
        painted(image, (0, 0, 1, 1))
    else:
        image.pack()
    assert pack(part, project.with_name("package")).files


def groups_in(tree):
    """The names of all node groups in a tree, and in these."""
    inner = {node.node_tree for node in tree.nodes if getattr(node, "node_tree", None)}
    return {group.name for group in inner} | {name for group in inner for name in groups_in(group)}


def simulates(name):
    """Whether that node group would have to be baked; some of Blender 5.2's own would."""
    return any(node.bl_idname == "GeometryNodeSimulationOutput" for node in bpy.data.node_groups[name].nodes)


def test_what_came_with_blender_becomes_the_files_own(part, project):
    datafiles = Path(bpy.utils.system_resource("DATAFILES"))
    save(project / "film.blend")
    for path in (datafiles / "assets").rglob("*.blend"):
        if "hair" in path.name or "geometry_nodes" in f"{path.parent.name}/{path.name}":
            with bpy.data.libraries.load(str(path), link=True) as (there, wanted):
                wanted.node_groups = list(there.node_groups)
    trees = [one for one in bpy.data.node_groups if one.bl_idname == "GeometryNodeTree"]
    groups = {tree.name: groups_in(tree) for tree in trees}
    groups = {name: inner for name, inner in groups.items() if not any(map(simulates, inner | {name}))}
    name = max(groups, key=lambda name: len(groups[name]))
    assert groups[name], "one has others in it"
    plane().modifiers.new("nodes", "NODES").node_group = bpy.data.node_groups[name]
    save(project / "film.blend")
    manifest = opened(part, project)
    assert [file.path for file in manifest.files] == ["scene.blend"]
    group = bpy.data.objects["plane"].modifiers[0].node_group
    assert group.name == name and groups_in(group) == groups[name]
    assert (
        not bpy.data.libraries
        and str(datafiles).encode() not in (project.with_name("package") / "scene.blend").read_bytes()
    )


def test_a_file_saved_in_sculpt_mode_is_packed_without_blenders_brushes(part, project):
    bpy.ops.mesh.primitive_grid_add(size=3)
    save(project / "film.blend")
    bpy.ops.object.mode_set(mode="SCULPT")
    manifest = opened(part, project)
    assert [file.path for file in manifest.files] == ["scene.blend"]


def test_what_an_old_library_has_is_set_as_in_the_film_that_links_it(part, project):
    """Blender converts it by the file's scenes, which a link brings not along."""
    material, _ = glowing(name="painted")
    material.use_fake_user = True
    bpy.context.scene.render.engine = EEVEE
    library = save(project / "lib.blend")
    bpy.ops.wm.save_as_mainfile(filepath=str(library), compress=False)
    raw = library.read_bytes()
    library.write_bytes(re.sub(rb"\A(BLENDER[-_0-9]*v)[0-9]{3,4}", rb"\g<1>" + OLD, raw, count=1))
    bpy.ops.wm.open_mainfile(filepath=str(library))
    opened_has = bpy.data.materials["painted"].use_transparent_shadow
    stage()
    save(project / "film.blend")
    plane(linked(library, "materials", "painted"))
    film_has = bpy.data.materials["painted"].use_transparent_shadow
    assert film_has != opened_has
    save(project / "film.blend")
    opened(part, project)
    (material,) = (one for one in bpy.data.materials if one.name == "painted")
    assert material.library and material.use_transparent_shadow == film_has


def test_a_library_of_which_the_scene_uses_nothing_is_taken_out(part, project):
    textured(png(project / "tex" / "a.png", RED))
    save(project / "lib.blend")
    stage()
    save(project / "film.blend")
    with bpy.data.libraries.load(str(project / "lib.blend"), link=True) as (there, wanted):
        wanted.materials = there.materials
    wanted.materials[0].use_fake_user = True
    textured(png(project / "b.png", GREEN))
    save(project / "film.blend")
    manifest = opened(part, project)
    assert not bpy.data.libraries
    assert [file.path.split("/")[0] for file in manifest.files] == ["f", "scene.blend"]


def test_a_missing_file_of_a_hidden_object_is_a_warning_unless_something_else_shows_it(part, project):
    image = textured(png(project / "a.png", RED))
    hidden = bpy.data.objects["plane"]
    hidden.hide_render = True
    save(project / "film.blend")
    (project / "a.png").unlink()
    look = part("blender.packing.survey").look_at_files

    def severities():
        return [str(one.severity) for one in look(bpy.context.scene)]

    assert severities() == ["warning"]
    hidden.hide_render = False
    hidden.keyframe_insert("hide_render", frame=1)
    hidden.hide_render = True
    assert severities() == ["error"]
    hidden.animation_data_clear()
    assert severities() == ["warning"]
    tree, _, _ = tree_on(plane(name="other"))
    tree.nodes.new("GeometryNodeObjectInfo").inputs["Object"].default_value = hidden
    assert severities() == ["error"]
    assert image.name in look(bpy.context.scene)[0].block
