"""What an artist does from the extension's zip to the first frame, by hand, with the clock running."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from PIL import Image
from renderchain.core.money import FRI_PER_STRK

from devkit.network.devnet import tell
from devkit.network.local import Network
from devkit.window.driver import Window

PACKAGE = "bl_ext.user_default.renderchain"
PASSPHRASE = "a phrase that opens it"
GIVEN_FRI = 20 * FRI_PER_STRK
JOB_S = 600.0
TITLE_PX, ROW_PX = 60, 32  # from the left, and from the row above: where a panel's title is
COLOURS = 96  # of a picture: an interface has few
# What the test looks at while the artist works by hand.
LOOK = f"""
import importlib
part = lambda name: importlib.import_module("{PACKAGE}." + name)
"""


@dataclass
class Step:
    """What it took: of the seconds some were waited, the others the test needed to find its buttons."""

    name: str
    clicks: int = 0
    keys: int = 0
    seconds: float = 0.0
    waited_s: float = 0.0


@dataclass
class FirstRun:
    """The artist at a window; ``pictures`` is the folder for what is seen on the way."""

    window: Window
    network: Network
    pictures: Path
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what is done in the block."""
        window, started_s = self.window, time.monotonic()
        clicks, keys, waited_s = window.clicks, window.keys, window.waited_s
        yield
        seconds = time.monotonic() - started_s
        done = (window.clicks - clicks, window.keys - keys, seconds, window.waited_s - waited_s)
        self.steps.append(Step(name, *done))

    def save(self, file: Path) -> None:
        """Write down what each step took."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([asdict(one) for one in self.steps], indent=1) + "\n")

    def install(self, name: str) -> None:
        """Preferences > Get Extensions > Install from Disk, and the file that lies beside the scene."""
        window = self.window
        window.press("escape")  # the splash screen
        window.settle(10)
        window.move(window.screen.width // 2, window.screen.height // 2)
        window.press("ctrl+comma")
        self._another_window(2)
        self._tab("EXTENSIONS")
        left, bottom, width, height = window.ask("rectangle('PREFERENCES')")
        window.click(left + width - 19, bottom + height - 18)  # the arrow in the corner
        window.settle(20)
        window.click(
            *self._in_menu("EXTENSIONS_OT_package_install_files", left + width - 40, bottom + height)
        )
        self._another_window(3)
        window.settle(20)
        left, bottom, width, height = window.ask("rectangle('FILE_BROWSER', 'EXECUTE')")
        window.click(left + width // 3, bottom + height // 2)
        window.press("ctrl+a")
        window.type(name)
        window.press("enter")
        self._picture("install", "FILE_BROWSER")
        window.click_on("file.execute", "FILE_BROWSER", "EXECUTE", (0.93,))
        window.wait_until(lambda: window.ask(f"{PACKAGE!r} in bpy.context.preferences.addons"))
        window.ask(LOOK)
        window.settle(30)
        self._close(1)

    def open_preferences(self) -> None:
        """Open the panel, whose title is below the engine's device, and press its button."""
        self.window.ask("setattr(area_of('PROPERTIES')[1].spaces.active, 'context', 'RENDER')")
        self.window.settle(20)
        left, _, _, _ = self.window.ask("rectangle('PROPERTIES')")
        _, y = self.window.find("cycles.device", across=(3 / 4,))
        self.window.click(left + TITLE_PX, y - ROW_PX)
        self.window.settle(20)
        button = self.window.find("renderchain.set_up")
        self._picture("set-up", "PROPERTIES", is_aside=True)
        self.window.click(*button)
        self._another_window(2)

    def choose_network(self) -> None:
        """A network on this machine, whose Directory somebody told."""
        window = self.window
        self._click(".network", 0.2)
        window.wait_until(lambda: self._setting("network") == "devnet")
        texts = (self.network.rpc_url, self.network.ws_url, hex(self.network.contracts.directory))
        self._click(".rpc_url", 0.7)
        for number, text in enumerate(texts):
            window.press("ctrl+a")
            window.type(text)
            window.press("enter" if number == 2 else "tab")
        window.wait_until(lambda: self._setting("directory") == texts[2])
        assert (self._setting("rpc_url"), self._setting("ws_url")) == texts[:2]

    def choose_ipfs(self) -> None:
        """A node that Blender starts: Kubo is on the PATH."""
        self._click(".ipfs_way", 0.7)
        self.window.wait_until(lambda: self._setting("ipfs_program") == "ipfs")
        self.wait_for_row("ipfs")

    def make_account(self) -> None:
        """Make it, give it STRK, bring it onto the chain."""
        window = self.window
        self._up()
        button = window.find("renderchain.account_make", "PREFERENCES", across=(1 / 3,))
        window.click(*button)
        window.click(*self._in_dialog(".passphrase", *button))
        window.type(PASSPHRASE)
        window.press("tab")
        window.type(PASSPHRASE)
        window.press("enter")
        self._picture("account", "PREFERENCES")
        window.press("enter")
        window.wait_until(lambda: self._setting("account"))
        self._up()
        window.click_on("renderchain.copy", "PREFERENCES", across=(0.9,))
        address = window.ask("bpy.context.window_manager.clipboard")
        assert address == self._setting("account")
        tell(self.network.rpc_url, "mint", address=address, amount=GIVEN_FRI, unit="FRI")
        window.wait_until(lambda: "is not deployed" in self._row("account"), 120)
        self._up()
        window.click_on("renderchain.account_deploy", "PREFERENCES", across=(0.5,))
        self.wait_for_row("account")

    def close_preferences(self) -> None:
        """All of it is right by now."""
        self._up()
        self.window.settle(20)
        self._picture("preferences", "PREFERENCES")
        self._close(1)

    def submit(self) -> None:
        """A still, for what the network asks."""
        window = self.window
        window.click_on(".renderchain.what")
        window.settle(10)
        window.press("s")
        window.wait_until(lambda: window.ask("bpy.context.scene.renderchain.what") == "STILL")
        window.click_on("bpy.ops.renderchain.submit")
        window.wait_until(lambda: window.ask("len(part('ui.confirm')._asked)"), JOB_S)
        window.settle(20)
        self._picture("dialog")
        window.press("enter")
        window.wait_until(lambda: window.ask("part('ui.submitting').submitting.phase"))
        self._picture("packing", "PROPERTIES")
        window.wait_until(lambda: not window.ask("part('ui.submitting').submitting.phase"), JOB_S)
        said = window.ask("part('ui.messages').told(part('ui.messages').Place.SUBMIT).text")
        assert "is on the network" in said, said

    def look_at_frame(self) -> None:
        """Wait until it is there, and open it."""
        window = self.window
        kept = "[len(one.overview.kept) for one in part('ui.following').jobs.rows.values()]"
        window.wait_until(lambda: window.ask(kept) == [1], JOB_S)
        window.show_panel("Jobs")
        button = window.find("renderchain.view_frame")
        self._picture("frame", "PROPERTIES")
        window.click(*button)
        self._another_window(2)
        window.settle(20)
        self._picture("viewed", "IMAGE_EDITOR")

    def wait_for_row(self, what: str) -> None:
        """Until the preferences say of a thing that it is as it should be."""
        self.window.wait_until(lambda: self._finding(what, "health") == "ok", 180)

    def _finding(self, what: str, name: str) -> str:
        code = f"(lambda one: str(one.{name}) if one else '')(part('ui.checkup').status.of({what!r}))"
        return str(self.window.ask(code))

    def _row(self, what: str) -> str:
        return self._finding(what, "text")

    def _setting(self, name: str) -> str:
        return str(self.window.ask(f"part('ui.chosen').chosen.text({name!r})"))

    def _click(self, what: str, across: float) -> None:
        """A button of the preferences, which are scrolled up before."""
        self._up()
        self.window.click_on(what, "PREFERENCES", across=(across,))
        self.window.settle(10)

    def _up(self) -> None:
        left, bottom, width, height = self.window.ask("rectangle('PREFERENCES')")
        self.window.scroll(left + width // 2, bottom + height // 2, -20)

    def _tab(self, section: str) -> None:
        """A section of the preferences, by its button at the left."""
        sections = "bpy.context.preferences.bl_rna.properties['active_section'].enum_items.keys()"
        left, bottom, width, height = self.window.ask("rectangle('PREFERENCES', 'UI')")
        assert section in self.window.ask(sections)
        clicks = self.window.clicks  # who can read presses the right one at once
        for y in range(bottom + height - 40, bottom, -26):
            self.window.move(left + width // 2, y)
            self.window.settle(2)
            if self.window.menu_of().endswith("active_section"):
                self.window.click(left + width // 2, y)
                self.window.settle(10)
            if self.window.ask("bpy.context.preferences.active_section") == section:
                self.window.clicks = clicks + 1
                return
        raise AssertionError(f"no button for {section}")

    def _in_menu(self, what: str, x: int, top: int) -> tuple[int, int]:
        """Where an entry of the open menu is, below a height."""
        for y in range(top - 30, top - 400, -20):
            self.window.move(x, y)
            self.window.settle(3)
            if self.window.menu_of() == what:
                return x, y
        raise AssertionError(f"no entry {what}")

    def _in_dialog(self, what: str, x: int, at: int) -> tuple[int, int]:
        """Where a field is of the dialog that opened at the mouse, which outside of it would close.

        It lies below the mouse, but for what the window's lower edge pushes up.
        """
        self.window.settle(60)
        lowest = max(self.window.ask("rectangle('PREFERENCES')")[1] + 10, at - 112)
        for y in (*range(at, lowest, -8), *range(at, at + 80, 8)):
            self.window.move(x, y)
            self.window.settle(5)
            if self.window.menu_of().endswith(what):
                return x, y
        raise AssertionError(f"no field {what}")

    def _another_window(self, count: int) -> None:
        self.window.wait_until(lambda: self.window.ask("len(bpy.context.window_manager.windows)") == count)
        self.window.screen.manage()
        self.window.settle(20)

    def _close(self, left: int) -> None:
        """The newest window, by the button in its corner; some are left."""
        self.window.screen.close()
        self.window.clicks += 1
        self.window.wait_until(lambda: self.window.ask("len(bpy.context.window_manager.windows)") == left)
        self.window.screen.manage()
        self.window.settle(20)

    def _picture(self, name: str, kind: str = "", *, is_aside: bool = False) -> None:
        """What is seen now; with ``kind`` that editor's window alone, or of Blender's own the editor.

        ``is_aside``: with the mouse elsewhere, so that nothing is said of the button below it.
        """
        if is_aside:
            self.window.move(self.window.screen.width // 3, self.window.screen.height // 2)
            self.window.settle(30)
        image = self.window.picture()
        if kind:
            code = f"(lambda one: [one.x, one.y, one.width, one.height])(area_of({kind!r})[0])"
            shape = self.window.ask(f"rectangle({kind!r})" if kind == "PROPERTIES" else code)
            left, bottom, width, height = shape
            image = image.crop((left, image.height - bottom - height, left + width, image.height - bottom))
        self.pictures.mkdir(parents=True, exist_ok=True)
        few = image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(self.pictures / f"{name}.png", optimize=True)


def steps_of(run: FirstRun, name: str) -> list[tuple[str, Callable[[], None]]]:
    """All of it, in order; ``name`` is the zip's."""
    return [
        ("Install the zip", lambda: run.install(name)),
        ("Open the preferences", run.open_preferences),
        ("Choose a network", run.choose_network),
        ("Have an IPFS node started", run.choose_ipfs),
        ("Make, fund and deploy an account", run.make_account),
        ("Close the preferences", run.close_preferences),
        ("Submit a still", run.submit),
        ("Wait for the frame and look at it", run.look_at_frame),
    ]
