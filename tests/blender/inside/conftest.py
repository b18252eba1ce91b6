"""What the tests inside Blender share; they run in Blender's own Python."""

import importlib
import os
import sys

import bpy
import pytest

ADDON = "bl_ext.user_default.renderchain"


@pytest.fixture
def part():
    """A module of the installed extension by its short name."""
    return lambda name: importlib.import_module(f"{ADDON}.{name}")


@pytest.fixture
def scene():
    """A fresh little scene: a cube, a light and a camera, 96 x 64 pixels, Cycles."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="", use_empty=False)
    bpy.ops.preferences.addon_enable(module=ADDON)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = 96, 64
    scene.cycles.device = "CPU"
    scene.cycles.samples = 4
    return scene


def pytest_unconfigure(config):
    """End at once in the bpy module, which can hang where it frees everything."""
    if not bpy.app.binary_path:
        sys.stdout.flush()
        os._exit(0)  # what failed stands in the output
