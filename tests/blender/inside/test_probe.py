"""The render process's part in a probe: frames of change, reduced renderings, playback, what remembers."""

import bpy
import pytest


@pytest.fixture
def path(part, scene, tmp_path):
    """The canonical path of the little scene as it is when this is called."""

    def make():
        file = tmp_path / "scene.blend"
        bpy.ops.wm.save_as_mainfile(filepath=str(file))
        return part("blender.cycles.canonical_path").CanonicalPath(str(file), scene.name, lambda _: None)

    return make


def key(owner, name, values):
    for frame, value in values.items():
        setattr(owner, name, value)
        owner.keyframe_insert(name, frame=frame)


def accumulate(owner, name, index, source, data_path):
    driver = owner.driver_add(name, index).driver
    variable = driver.variables.new()
    variable.name, variable.type = "before", "SINGLE_PROP"
    variable.targets[0].id_type, variable.targets[0].id = source.id_type, source
    variable.targets[0].data_path = data_path
    driver.expression = "before + 0.1 if frame > 0 else 0"


def test_switches_come_before_keys_and_the_last_of_them_first(part, scene):
    cube, light = bpy.data.objects["Cube"], bpy.data.objects["Light"]
    key(light, "hide_render", {4: True, 9: False})
    key(cube, "location", {1: (0, 0, 0), 12: (1, 0, 0)})
    assert part("blender.cycles.changes").changes_of(scene, 1, 20) == (9, 4, 12, 1)


def test_what_lies_outside_of_the_job_is_no_change(part, scene):
    key(bpy.data.objects["Light"], "hide_render", {4: True, 9: False, 40: True})
    assert part("blender.cycles.changes").changes_of(scene, 5, 20) == (9,)


def test_markers_and_ends_of_caches_are_changes(part, scene):
    scene.timeline_markers.new("cut", frame=7)
    bpy.context.view_layer.objects.active = bpy.data.objects["Cube"]
    cloth = bpy.data.objects["Cube"].modifiers.new("cloth", "CLOTH")
    cloth.point_cache.frame_start, cloth.point_cache.frame_end = 3, 15
    changes = part("blender.cycles.changes").changes_of(scene, 1, 20)
    assert changes[:2] == (16, 3) and 7 in changes


def test_changes_are_few_however_many_keys_there_are(part, scene):
    key(bpy.data.objects["Light"], "hide_render", {frame: frame % 2 == 0 for frame in range(1, 301)})
    changes = part("blender.cycles.changes").changes_of(scene, 1, 1000)
    assert changes[:3] == (300, 1, 151) and len(changes) == len(set(changes)) == 64


def test_a_reduced_rendering_leaves_the_scene_as_it_was(part, scene):
    scene.render.resolution_percentage, scene.cycles.samples = 100, 64
    scene.render.use_compositing = True
    with part("blender.cycles.probe").reduced(scene):
        assert (scene.render.resolution_percentage, scene.cycles.samples) == (50, 16)
        assert not scene.render.use_compositing
    assert (scene.render.resolution_percentage, scene.cycles.samples) == (100, 64)
    assert scene.render.use_compositing


def test_large_frames_are_reduced_further(part, scene):
    scene.render.resolution_x, scene.render.resolution_y = 7680, 4320
    with part("blender.cycles.probe").reduced(scene):
        assert scene.render.resolution_x * scene.render.resolution_percentage // 100 <= 960


def test_tiles_in_one_opening_are_those_of_the_frame(part, path):
    messages = part("core.probe_messages")
    answer, one = part("blender.probe_program").answer, path()
    frame = answer(messages.ProbeFrame(3), one)
    assert answer(messages.ProbeTiles(3), one).tiles == frame.tiles and frame.tiles
    assert answer(messages.ProbeFrame(3), one).digest == frame.digest


def test_playback_of_a_plain_scene_is_the_frame_itself(part, scene, path):
    key(bpy.data.objects["Cube"], "location", {1: (0, 0, 0), 6: (1, 0, 0)})
    messages, answer, one = part("core.probe_messages"), part("blender.probe_program").answer, path()
    surveyed = answer(messages.Survey(1, 6), one)
    assert surveyed.start == 1 and set(surveyed.changes) == {1, 6}
    frame, played = answer(messages.ProbeFrame(6), one), answer(messages.PlayTo(6, 1, 60_000), one)
    assert (played.reached, played.digest) == (6, frame.digest)
    assert answer(messages.SurveyCauses(6, 1, 60_000), one).causes == ()
    assert answer(messages.ProbeFrame(5), one).digest != frame.digest, "a scene that stands proves nothing"


def test_what_remembers_is_named_before_what_follows_it(part, scene, path):
    cube = bpy.data.objects["Cube"]
    accumulate(cube, "location", 2, cube, "location[2]")
    bpy.data.objects["Camera"].parent = cube
    messages, answer, one = part("core.probe_messages"), part("blender.probe_program").answer, path()
    assert answer(messages.SurveyCauses(6, 1, 60_000), one).causes == ("Object 'Cube'", "Object 'Camera'")
    frame, played = answer(messages.ProbeFrame(6), one), answer(messages.PlayTo(6, 1, 60_000), one)
    assert played.digest != frame.digest


def test_a_light_that_remembers_is_named(part, scene, path):
    light = bpy.data.lights["Light"]
    accumulate(light, "energy", -1, light, "energy")
    messages, answer, one = part("core.probe_messages"), part("blender.probe_program").answer, path()
    (name,) = answer(messages.SurveyCauses(6, 1, 60_000), one).causes
    assert name.endswith("Light 'Light'")


@pytest.mark.parametrize("hidden", ["modifier", "object", "collection", "not"])
def test_what_only_rendering_shows_is_played_too(part, scene, path, hidden):
    cube = bpy.data.objects["Cube"]
    bpy.context.view_layer.objects.active = cube
    cloth = cube.modifiers.new("cloth", "CLOTH")
    if hidden == "modifier":
        cloth.show_viewport = False
    elif hidden == "object":
        cube.hide_set(True)
        cube.hide_viewport = True
    elif hidden == "collection":
        bpy.data.collections["Collection"].hide_viewport = True
    messages, answer, one = part("core.probe_messages"), part("blender.probe_program").answer, path()
    frame, played = answer(messages.ProbeFrame(6), one), answer(messages.PlayTo(6, 1, 60_000), one)
    assert played.digest and played.digest != frame.digest
    assert answer(messages.SurveyCauses(6, 1, 60_000), one).causes == ("Object 'Cube'",)


def test_playback_stops_when_its_time_is_over(part, path):
    messages, answer = part("core.probe_messages"), part("blender.probe_program").answer
    played = answer(messages.PlayTo(100_000, 1, 50), path())
    assert played.digest == "" and played.reached < 100_000
