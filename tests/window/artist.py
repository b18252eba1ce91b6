"""An artist at Blender's window, whose settings are what a test says: as the preferences write them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renderchain.core.settings_text import settings_text

from devkit.network.local import Network
from devkit.network.services import REPO
from devkit.window.driver import ACROSS, EDGE_PX, Window
from tests.application import Application

PACKAGE = "bl_ext.user_default.renderchain"
PICTURES = REPO / "build" / "window"
SUBMIT, CANCEL = "bpy.ops.renderchain.submit", "renderchain.stop_submitting"
MOST_S = 120.0
UP = 30  # turns of the wheel, to the top
LOOK = f"""
import importlib
part = lambda name: importlib.import_module("{PACKAGE}." + name)
messages, before = part("ui.messages"), {{}}
def pressing():
    before.update({{place: messages.told(place) for place in messages.Place}})
def told(name):  # since a button was pressed
    place = messages.Place[name]
    found = messages.told(place)
    return found.text if found and found is not before.get(place) else ""
def is_begun():
    return bool(part("ui.submitting").submitting.phase or part("ui.confirm")._asked or told("SUBMIT"))
def contents():  # of the file: each data-block, who uses it, and what was written on it
    found = {{}}
    for kind in sorted(set(dir(bpy.data)) - {{"window_managers", "screens", "workspaces"}}):
        blocks = getattr(bpy.data, kind)
        if isinstance(blocks, bpy.types.bpy_prop_collection):
            found[kind] = [[one.name_full, one.users, sorted(one.keys())] for one in blocks]
    for scene in bpy.data.scenes:
        fields = scene.renderchain.bl_rna.properties.keys()
        found[scene.name] = [repr(getattr(scene.renderchain, one)) for one in fields if one != "rna_type"]
    return found
def is_reporting():
    return any(
        one.bl_idname == "RENDERCHAIN_OT_report"
        for window in bpy.context.window_manager.windows
        for one in window.modal_operators
    )
"""
# What is tried out is tried elsewhere: here a job has to be on its way in a moment.
QUICK = """
chosen = bpy.context.scene.renderchain
chosen.what, chosen.proof_seconds, chosen.probe_seconds = "STILL", 0, 0
"""


@dataclass
class Artist:
    """``home`` has their settings and the journal; ``places`` are where the buttons were found."""

    window: Window
    home: Path
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    pressed: tuple[int, int] = (0, 0)  # where a button was pressed last

    @property
    def settings(self) -> Path:
        """The file that the preferences write."""
        return self.home / "renderchain" / "settings.toml"

    def begin(self) -> None:
        """Look at the panel."""
        self.window.show_panel()
        self.window.ask(LOOK)
        self.window.ask(QUICK)

    def choose(self, values: Mapping[str, Any]) -> None:
        """As if somebody had chosen that in the preferences."""
        write_settings(self.settings, values)

    def press(self, what: str, across: tuple[float, ...] = ACROSS) -> None:
        """Press a button of the panel; it is looked for where it was last, then from the panel's top down.

        What is ``told`` from then on was said after it.
        """
        at = self.places.get(what)
        self.window.redraw()
        if at:
            self.window.move(*at)
            self.window.settle()
        if not at or what not in self.window.ask("under_mouse('PROPERTIES')"):
            left, bottom, _, height = self.window.ask("rectangle('PROPERTIES')")
            self.window.scroll(left + EDGE_PX, bottom + height // 2, -UP)
            self.places[what] = self.window.find(what, across=across)
        self.pressed = self.places[what]
        self.window.ask("pressing()")
        self.window.click(*self.pressed)

    def submit(self) -> str:
        """Press the button; what is said then, or "" where a dialog asks whether to pay."""
        # As long as a scene is not seen to be mended the button is grey.
        self.wait_for("not part('ui.scene_findings').stops(bpy.context.scene)")
        self.press(SUBMIT)
        self.wait_for("is_begun()")
        self.wait_for("not part('ui.submitting').submitting.phase")
        if self.window.ask("len(part('ui.confirm')._asked)"):
            self.window.settle(20)
            return ""
        said = str(self.window.ask("told('SUBMIT')"))
        self.close_popup()
        return said

    def close_popup(self) -> None:
        """That of an error which was told; until it is closed it takes what is clicked."""
        self.wait_for("not is_reporting()")
        self.window.settle(20)
        self.window.press("escape")

    def click_in_dialog(self, what: str) -> None:
        """A field of the dialog that opened at the button that was pressed last; the mouse stays in it."""
        self.window.settle(60)
        x, at = self.pressed
        for y in range(at + 40, at - 120, -8):
            self.window.move(x, y)
            self.window.settle(3)
            if self.window.menu_of().endswith(what):
                self.window.click(x, y)
                return
        raise AssertionError(f"no field {what}")

    def pay(self) -> None:
        """Say yes to the dialog."""
        self.window.press("enter")
        self.window.wait_until(lambda: self.window.ask("part('ui.submitting').submitting.phase"))

    def wait_for(self, code: str, timeout_s: float = MOST_S) -> None:
        """Until Blender says that it is so."""
        try:
            self.window.wait_until(lambda: self.window.ask(code), timeout_s)
        except AssertionError as error:
            self.picture("not-so")
            raise AssertionError(f"{code}: {error}") from error

    def picture(self, name: str) -> None:
        """What is seen now."""
        self.window.picture(PICTURES / "states" / f"{name}.png")


def settings_of(network: Network, role: str = "artist") -> dict[str, Any]:
    """A role's settings, as they are anywhere on this machine."""
    values = tomllib.loads(network.settings_file(role).read_text())
    for name in ("keystore", "password_file", "folder"):
        values[name] = str(network.folder / values[name])
    return {**values, "takes_unjudged": True}


def write_settings(file: Path, values: Mapping[str, Any]) -> None:
    """Write them down as the preferences do; None is not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(settings_text({name: value for name, value in values.items() if value is not None}))


def small_scene(application: Application, folder: Path) -> Path:
    """A small scene with a linked library, saved by the application."""
    script = str(REPO / "tests" / "scenes" / "linked.py")
    options = ["-b", "--factory-startup", "--python-exit-code", "1", "--python", script, "--", str(folder)]
    # A folder of its own: starting without the extension would delete the extension's wheels.
    done = application.run(*options, BLENDER_USER_RESOURCES=str(folder / "resources"))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "project" / "main.blend"


def home_environment(application: Application, home: Path) -> dict[str, str]:
    """Blender with the extension, as an artist without a keyring has it whose settings are there."""
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    places = {"XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "RENDERCHAIN_CONFIG": ""}
    return {**application.environment, **places, **keyring}
