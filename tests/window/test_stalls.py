"""Blender's window goes on while the extension does its work: no function of ours holds it up.

`make bench-window` measures on a quiet machine; here it may be a busy one, on which all takes longer.
"""

from __future__ import annotations

from devkit.window.driver import Window

MOST_S = 0.25
HEAVY = ("starknet_py.contract", "bl_ext.user_default.renderchain.composition.requester")


def test_neither_the_start_nor_drawing_the_panel_holds_blender_up(window: Window) -> None:
    window.wait_until(lambda: window.ask(f"all(name in sys.modules for name in {HEAVY!r})"))
    left, bottom, width, height = window.ask("rectangle('PROPERTIES')")
    for y in range(bottom + height - 5, bottom, -20):
        window.move(left + width // 2, y)
        window.settle(2)
    stall = window.stall()
    assert stall.where, "the panel was drawn, and nobody saw it"
    assert stall.ours_s < MOST_S, stall


def test_what_holds_blender_up_is_seen_and_named(window: Window) -> None:
    window.ask("watch()")
    package = "bl_ext.user_default.renderchain"
    window.ask(f"import importlib; background = importlib.import_module('{package}.ui.state').background()")
    window.ask("background.later(lambda: time.sleep(0.4))")
    window.settle(60)
    stall = window.stall()
    assert stall.ours_s > 0.35 and stall.longest_s > 0.35
    assert stall.where.startswith("blender/background.py:")
