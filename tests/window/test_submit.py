"""An artist with mouse and keyboard: what is wrong is seen and mended by its button, errors can be copied."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from devkit.window.driver import Window

PICTURES = Path(__file__).resolve().parents[2] / "build" / "window"
# What an artist's scene may be like; the panel has to say it.
BREAK = """
scene = bpy.context.scene
scene.camera, scene.render.engine, scene.render.use_border = None, 'BLENDER_EEVEE', True
scene.renderchain.output = '/dev/null/frames'
scene.render.resolution_x = scene.render.resolution_y = 65536
"""
FINDINGS = "Before You Pay"  # the sub-panel that they are in
MOST_S = 300  # another Blender starts, on a machine that may be busy
FOUND = "[one.kind for one in findings.found_in(bpy.context.scene)]"


# A texture that is gone, and a folder for the frames beside a file that is nowhere.
LOSE = """
image = bpy.data.images.new("wood", 8, 8)
image.source, image.filepath = "FILE", "/nowhere/wood.png"
tree = bpy.data.materials["Material"].node_tree
texture = tree.nodes.new("ShaderNodeTexImage")
texture.image = image
shader = next(one for one in tree.nodes if one.type == "BSDF_PRINCIPLED")
tree.links.new(texture.outputs[0], shader.inputs[0])
scene = bpy.context.scene
scene.render.engine, scene.renderchain.what, scene.renderchain.output = "CYCLES", "STILL", "//renderchain/"
"""


def _found(window: Window) -> list[str]:
    """The kinds that the panel has, which looks as long as it is drawn."""
    window.redraw()
    kinds: list[str] = window.ask(FOUND)
    return kinds


def _has_changed(window: Window, before: object) -> bool:
    return bool(window.ask(FOUND) != before)


def test_what_is_wrong_is_seen_at_once_and_mended_by_its_button(window: Window) -> None:
    module = "bl_ext.user_default.renderchain.ui.scene_findings"
    window.ask(f"import importlib; findings = importlib.import_module({module!r})")
    window.settle(100)  # nothing is drawn meanwhile, as what scripts do draws nothing
    window.ask(BREAK)
    window.wait_until(
        lambda: {"camera", "engine", "region", "output", "frame size"} <= set(window.ask(FOUND))
    )
    window.show_panel(FINDINGS)
    window.picture(PICTURES / "findings.png")
    while {"engine", "camera"} & set(before := window.ask(FOUND)):
        window.click_on("bpy.ops.renderchain.fix")
        window.wait_until(partial(_has_changed, window, before))
        window.show_panel(FINDINGS)
    assert window.ask("bpy.context.scene.render.engine") == "CYCLES"
    assert window.ask("bpy.context.scene.camera is not None") is True
    assert window.complaints() == []


def test_an_error_stands_below_the_button_and_can_be_copied(window: Window) -> None:
    window.ask("bpy.context.scene.render.engine = 'CYCLES'; bpy.context.scene.renderchain.output = '/tmp/x'")
    window.wait_until(lambda: not window.ask("bpy.ops.renderchain.submit.poll() is False"))
    window.settle(100)  # what is wrong at a glance is looked at twice a second
    messages = "bl_ext.user_default.renderchain.ui.messages"
    window.ask(f"import importlib; messages = importlib.import_module({messages!r})")
    window.click_on("bpy.ops.renderchain.submit")
    window.wait_until(lambda: window.ask("messages.told(messages.Place.SUBMIT) is not None"))
    window.settle(50)  # a slow machine opens the popup that tells it too only now
    window.press("escape")
    window.settle(20)
    window.picture(PICTURES / "error.png")
    window.click_on("bpy.ops.renderchain.copy")
    assert "preferences" in window.ask("bpy.context.window_manager.clipboard")
    assert window.complaints() == []


def test_a_file_that_is_nowhere_and_a_texture_that_is_gone_have_buttons_that_mend_them(
    window: Window, tmp_path: Path
) -> None:
    module = "bl_ext.user_default.renderchain.ui.scene_findings"
    window.ask(f"import importlib; findings = importlib.import_module({module!r})")
    window.settle(100)
    window.ask(LOSE)
    window.wait_until(lambda: "unsaved file" in _found(window))
    window.show_panel(FINDINGS)
    window.find("bpy.ops.wm.save_mainfile")
    window.ask(f"bpy.ops.wm.save_as_mainfile(filepath={str(tmp_path / 'town.blend')!r})")
    window.wait_until(lambda: "unsaved file" not in _found(window))
    window.click_on("bpy.ops.renderchain.check")
    window.wait_until(lambda: "missing file" in _found(window), MOST_S)
    window.show_panel(FINDINGS)
    window.find("bpy.ops.file.find_missing_files")
    window.picture(PICTURES / "missing.png")
    said = window.ask("[one.text for one in findings.found_in(bpy.context.scene)]")
    assert any("/nowhere/wood.png" in one for one in said), said
    assert window.complaints() == []


def test_what_a_script_changes_does_not_count_as_a_change(window: Window, tmp_path: Path) -> None:
    """So a file that counts as saved can't stand for what is open, and a copy of it is saved to be packed."""
    window.ask(f"bpy.ops.wm.save_as_mainfile(filepath={str(tmp_path / 'town.blend')!r})")
    window.wait_until(lambda: not window.ask("bpy.data.is_dirty"))
    window.ask("bpy.context.scene.objects[0].location.x += 1")
    window.settle(20)
    assert not window.ask("bpy.data.is_dirty")
