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
"""
FINDINGS = "Before You Pay"  # the sub-panel that they are in
FOUND = "[one.kind for one in findings.found_in(bpy.context.scene)]"


def _has_changed(window: Window, before: object) -> bool:
    return bool(window.ask(FOUND) != before)


def test_what_is_wrong_is_seen_at_once_and_mended_by_its_button(window: Window) -> None:
    module = "bl_ext.user_default.renderchain.ui.scene_findings"
    window.ask(f"import importlib; findings = importlib.import_module({module!r})")
    window.settle(100)  # nothing is drawn meanwhile, as what scripts do draws nothing
    window.ask(BREAK)
    window.wait_until(lambda: {"camera", "engine", "region", "output"} <= set(window.ask(FOUND)))
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
