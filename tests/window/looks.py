"""Other ways to look at Blender: a narrow column, a light theme."""

from __future__ import annotations

from devkit.window.driver import Window

NARROW_PX = 250
EDGE_PX = 26  # from the editor to the edge that is dragged, over the tabs


def make_narrow(window: Window) -> None:
    """Drag the properties' edge to the right, until they are a narrow column."""
    left, bottom, _, height = window.ask("rectangle('PROPERTIES')")
    x = window.screen.width - NARROW_PX
    window.drag((left - EDGE_PX, bottom + height // 2), (x, bottom + height // 2))
    _, _, width, _ = window.ask("rectangle('PROPERTIES')")
    assert width <= NARROW_PX


def make_light(window: Window) -> None:
    """Choose Blender's own light theme."""
    theme = "bpy.utils.preset_find('Blender_Light.xml', 'interface_theme', ext='')"
    menu = "menu_idname='USERPREF_MT_interface_theme_presets'"
    window.ask(f"bpy.ops.script.execute_preset(filepath={theme}, {menu})")
