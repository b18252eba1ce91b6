"""The zip in the window: installed, enabled, seen, and without a word in the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from devkit.network.services import tool_root
from devkit.window.driver import Window
from devkit.window.screen import Screen
from tests.window.looks import make_light, make_narrow

PICTURES = Path(__file__).resolve().parents[2] / "build" / "window"


@pytest.fixture
def bare(screen: Screen, tmp_path: Path) -> Window:
    """Blender without the extension, as new."""
    resources = {"BLENDER_USER_RESOURCES": str(tmp_path / "resources")}
    return Window(screen, [str(tool_root("blender") / "blender")], resources, tmp_path / "blender.log")


def test_the_zip_is_installed_and_enabled_and_its_panel_is_there(bare: Window, extension: Path) -> None:
    try:
        bare.show_panel()
        done = bare.ask(
            f"bpy.ops.extensions.package_install_files(filepath={str(extension)!r}, repo='user_default',"
            " enable_on_install=True)"
        )
        assert "FINISHED" in str(done)
        bare.settle(30)
        bare.show_panel()  # it is there by now, and closed as long as nobody looks for it
        bare.find("bpy.ops.renderchain.submit")
        assert bare.complaints() == []
    finally:
        bare.end()


def test_the_panel_is_whole_in_a_narrow_column_and_in_a_light_theme(window: Window) -> None:
    make_narrow(window)
    window.picture(PICTURES / "narrow.png")
    make_light(window)
    window.picture(PICTURES / "light.png")
    window.find("bpy.ops.renderchain.submit")
    assert window.complaints() == []
