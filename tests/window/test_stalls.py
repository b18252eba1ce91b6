"""What holds Blender's window up is seen; how long it is, `make bench-window` measures on a quiet machine."""

from __future__ import annotations

from devkit.window.driver import Window


def test_what_holds_blender_up_is_seen_and_named(window: Window) -> None:
    window.ask("watch()")
    package = "bl_ext.user_default.renderchain"
    window.ask(f"import importlib; background = importlib.import_module('{package}.ui.state').background()")
    window.ask("background.later(lambda: time.sleep(0.4))")
    window.settle(60)
    stall = window.stall()
    assert stall.ours_s > 0.35 and stall.longest_s > 0.35
    assert stall.where.startswith("blender/background.py:")
