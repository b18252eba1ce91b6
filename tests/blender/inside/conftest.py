"""What the tests inside Blender share; they run in Blender's own Python."""

import importlib
import importlib.util

import bpy
import pytest
from building import FRAMES, composed

ADDON = "bl_ext.user_default.renderchain"
OUTCOME = pytest.StashKey[int]()
IS_INSTALLED = importlib.util.find_spec(ADDON) is not None


@pytest.fixture
def part():
    """A module by its short name: of the installed extension, or of the checkout beside the bpy module."""
    package = ADDON if IS_INSTALLED else "renderchain"
    return lambda name: importlib.import_module(f"{package}.{name}")


@pytest.fixture
def registered(part):
    """The add-on's classes, also where it is not installed as an extension."""
    if hasattr(bpy.types.Scene, "renderchain"):
        yield
        return
    part("ui.registration").register()
    yield
    part("ui.registration").unregister()


@pytest.fixture
def empty():
    """The scene of a file with nothing in it."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="", use_empty=True)
    if IS_INSTALLED:
        bpy.ops.preferences.addon_enable(module=ADDON)
    return bpy.context.scene


@pytest.fixture
def stage(empty):
    """A cube, a ball and a camera; frames 1 to 8."""
    empty.render.engine = "CYCLES"
    empty.render.resolution_x = empty.render.resolution_y = 64
    empty.cycles.device, empty.cycles.samples = "CPU", 2
    empty.frame_start, empty.frame_end = FRAMES[0], FRAMES[-1]
    empty.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    empty.collection.objects.link(empty.camera)
    for name, add in (
        ("cube", bpy.ops.mesh.primitive_cube_add),
        ("ball", bpy.ops.mesh.primitive_uv_sphere_add),
    ):
        add()
        bpy.context.object.name = name
    return empty


@pytest.fixture
def findings(part, tmp_path):
    """Of the current scene, saved and opened again: the kinds, data-blocks and frames."""

    def find(frames=FRAMES, **more):
        name = bpy.context.scene.name
        bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"), use_scripts=False)
        read = part("blender.cycles.reading.scene").read_exactness
        found = read(bpy.data.scenes[name], frames, **{"own_seed": False, **more})
        assert all(one.sentence.isprintable() for one in found)
        return [(one.kind, one.block, one.frame) for one in found]

    return find


@pytest.fixture
def brightened():
    """Gives a scene a compositor of one exposure node; returns tree, layers, output and the node."""

    def brighten(scene, stops):
        tree, layers, output = composed(scene)
        brighter = tree.nodes.new("CompositorNodeExposure")
        brighter.inputs["Exposure"].default_value = stops
        tree.links.new(layers.outputs["Image"], brighter.inputs[0])
        tree.links.new(brighter.outputs[0], output.inputs[0])
        return tree, layers, output, brighter

    return brighten


@pytest.fixture
def scene():
    """A fresh little scene: a cube, a light and a camera, 96 x 64 pixels, Cycles."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="", use_empty=False)
    if IS_INSTALLED:
        bpy.ops.preferences.addon_enable(module=ADDON)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = 96, 64
    scene.cycles.device, scene.cycles.use_animated_seed = "CPU", True
    scene.cycles.samples = 4
    return scene


def pytest_sessionfinish(session, exitstatus):
    """Keep the outcome for the end."""
    session.config.stash[OUTCOME] = int(exitstatus)


def pytest_unconfigure(config):
    """End at once in the bpy module, which can hang where it frees everything, if it ran the tests.

    Otherwise this is the process in which pytest-blender starts the application; its exit code counts.
    """
    if not bpy.app.binary_path and OUTCOME in config.stash:
        importlib.import_module("renderchain.blender.leaving").leave(config.stash[OUTCOME])
