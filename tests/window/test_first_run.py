"""The first run as an artist has it: from Set Up in the panel to green rows, by mouse and keyboard alone."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from renderchain.adapters.starknet.node import Node, close_account, open_account
from renderchain.core.money import FRI_PER_STRK

from devkit.made_up_job import RULES
from devkit.network.deploy import Deployed, deploy_network
from devkit.network.devnet import tell
from devkit.network.local import predeployed
from devkit.network.services import tool_root
from devkit.window.driver import Window
from devkit.window.screen import Screen
from tests.application import Application

PICTURES = Path(__file__).resolve().parents[2] / "build" / "window"
CHECKUP = "sys.modules['bl_ext.user_default.renderchain.ui.checkup'].status"
CHOSEN = "sys.modules['bl_ext.user_default.renderchain.ui.chosen'].chosen"
PASSPHRASE = "opens the key"
KUBO = str(tool_root("kubo") / "bin" / "ipfs")
READY_S = 60
ROW_PX = 8  # less than half of a button's height
# Any area can be the preferences; a window of their own would lie beneath the mouse's one.
PREFERENCES = """
import addon_utils
area_of('VIEW_3D')[1].type = 'PREFERENCES'
bpy.context.preferences.active_section = 'ADDONS'
bpy.context.window_manager.addon_search = 'RenderChain'
name = 'bl_ext.user_default.renderchain'
module = next(one for one in addon_utils.modules() if one.__name__ == name)
addon_utils.module_bl_info(module)['show_expanded'] = True
"""


@pytest.fixture
def fresh(screen: Screen, application: Application, tmp_path: Path) -> Iterator[Window]:
    """Blender with the extension, as somebody has it who has just installed it and has no keyring."""
    places = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data")}
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    environment = {**application.environment, **places, **keyring}
    environment["PATH"] = f"{Path(KUBO).parent}{os.pathsep}{environment['PATH']}"
    started = Window(screen, [application.blender], environment, tmp_path / "blender.log")
    try:
        yield started
    finally:
        PICTURES.mkdir(parents=True, exist_ok=True)
        screen.picture().save(PICTURES / "first-run-last.png")
        started.end()


@pytest.fixture
def directory(devnet: int) -> str:
    """Of a network on this machine."""
    rpc_url = f"http://127.0.0.1:{devnet}/rpc"
    deployer = predeployed(rpc_url)[0]

    async def deploy() -> Deployed:
        owner = await open_account(Node(rpc_url, ""), deployer.address, deployer.private_key)
        try:
            return await deploy_network(owner, RULES)
        finally:
            await close_account(owner)

    return hex(asyncio.run(deploy()).directory)


class Setup:
    """The preferences, used by hand.

    Blender tells of a button what it does, and of a field nothing: which one it is is seen by what it holds.
    """

    def __init__(self, window: Window) -> None:
        self.window = window

    def press(self, what: str) -> None:
        """A button."""
        self.window.click_on(what, "PREFERENCES")

    def chosen(self, name: str) -> str:
        """A setting as the preferences show it."""
        return str(self.window.ask(f"{CHOSEN}.text({name!r})"))

    def click_down(self, below: str, part: float, is_done: Callable[[], bool]) -> None:
        """Press what lies below a button, row by row, until that has come of it."""
        _, y = self.window.find(below, "PREFERENCES")
        left, bottom, width, _ = self.window.ask("rectangle('PREFERENCES')")
        while y > bottom and not is_done():
            y -= ROW_PX
            self.window.click(left + int(width * part), y)
        assert is_done(), f"nothing below {below} did it"

    def field(self, holds: str) -> tuple[int, int]:
        """The field with that text, which Blender copies from below the mouse."""
        left, bottom, width, height = self.window.ask("rectangle('PREFERENCES')")
        x = left + width * 2 // 3
        for y in range(bottom + height - 4, bottom, -ROW_PX):
            self.window.ask("setattr(bpy.context.window_manager, 'clipboard', '')")
            self.window.move(x, y)
            self.window.settle(2)
            self.window.press("ctrl+c")
            if self.window.ask("bpy.context.window_manager.clipboard") == holds:
                return x, y
        raise AssertionError(f"no field holds {holds}")

    def fill(self, place: tuple[int, int], text: str) -> None:
        """Type into a field."""
        self.window.click(*place)
        self.window.press("ctrl+a")
        self.window.type(text)
        self.window.press("enter")

    def rows(self, wanted: str) -> None:
        """Wait until the rows but the denoiser's are these, a letter each: ok, warning, fault."""
        text = f"''.join(one.health[0] for one in {CHECKUP}.findings[:6])"
        self.window.wait_until(lambda: self.window.ask(text) == wanted, READY_S)

    def picture(self, name: str) -> None:
        """What is seen, from the top."""
        left, bottom, width, height = self.window.ask("rectangle('PREFERENCES')")
        self.window.scroll(left + width // 2, bottom + height // 2, -40)
        self.window.picture(PICTURES / f"first-run-{name}.png")


def test_an_artist_is_ready_without_a_file_and_without_a_shell(
    fresh: Window, devnet: int, directory: str, tmp_path: Path
) -> None:
    rpc_url, setup = f"http://127.0.0.1:{devnet}/rpc", Setup(fresh)
    fresh.show_panel("Before You Begin")
    fresh.find("bpy.ops.renderchain.set_up")
    fresh.picture(PICTURES / "first-run-0-panel.png")
    fresh.ask(PREFERENCES)
    started_s = time.monotonic()
    setup.rows("ffffff")
    setup.picture("1-nothing")
    setup.click_down("renderchain.check_up", 0.15, lambda: setup.chosen("network") == "devnet")
    rpc, web_socket = setup.field("http://127.0.0.1:5050/rpc"), setup.field("ws://127.0.0.1:5050/ws")
    setup.fill((rpc[0], 2 * web_socket[1] - rpc[1]), directory)
    setup.fill(web_socket, f"ws://127.0.0.1:{devnet}/ws")
    setup.fill(rpc, rpc_url)
    assert setup.chosen("directory") == directory and setup.chosen("rpc_url") == rpc_url
    setup.click_down("renderchain.account_import", 0.75, lambda: setup.chosen("ipfs_program") == "ipfs")
    setup.rows("fooofo")
    setup.picture("2-network")
    setup.press("renderchain.account_make")
    fresh.settle(30)
    fresh.picture(PICTURES / "first-run-3-passphrase.png")
    fresh.type(PASSPHRASE)
    fresh.press("tab")
    fresh.type(PASSPHRASE)
    fresh.press("enter")
    fresh.settle(10)
    fresh.press("enter")
    setup.rows("oooofo")
    setup.picture("4-account")
    tell(rpc_url, "mint", address=setup.chosen("account"), amount=10 * FRI_PER_STRK, unit="FRI")
    setup.press("renderchain.account_deploy")
    setup.rows("oooooo")
    setup.picture("5-ready")
    print(f"ready after {time.monotonic() - started_s:.0f} s")
    assert fresh.complaints() == []
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or PASSPHRASE.encode() not in file.read_bytes()
