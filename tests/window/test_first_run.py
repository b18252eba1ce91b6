"""The first run as an artist has it: from Set Up in the panel to green rows, by mouse and keyboard alone."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
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


@pytest.fixture
def fresh(screen: Screen, application: Application, tmp_path: Path) -> Iterator[Window]:
    """Blender with the extension, as somebody has it who has just installed it and has no keyring."""
    places = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data")}
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    environment = {**application.environment, **places, **keyring}
    environment["PATH"] = f"{Path(KUBO).parent}{os.pathsep}{environment['PATH']}"
    started = Window(screen, [application.blender], environment, tmp_path / "blender.log")
    try:
        # In the same window, where the mouse finds it.
        started.ask("setattr(bpy.context.preferences.view, 'preferences_display_type', 'SCREEN')")
        started.show_panel()
        yield started
    finally:
        started.screen.picture().save(PICTURES / "first-run-last.png")
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
    """The preferences, used by hand; counts what a hand does."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.clicks = 0

    def press(self, what: str) -> None:
        """A button."""
        self.window.click_on(what, "PREFERENCES")
        self.clicks += 1

    def choose_first(self, what: str) -> None:
        """The leftmost of the choices that stand in a row."""
        _, y = self.window.find(what, "PREFERENCES")
        left, _, width, _ = self.window.ask("rectangle('PREFERENCES')")
        self.window.click(left + width // 6, y)
        self.clicks += 1

    def choose_last(self, what: str) -> None:
        """The rightmost of them."""
        _, y = self.window.find(what, "PREFERENCES")
        left, _, width, _ = self.window.ask("rectangle('PREFERENCES')")
        self.window.click(left + width * 4 // 5, y)
        self.clicks += 1

    def fill(self, what: str, text: str) -> None:
        """A field."""
        self.press(what)
        self.window.press("ctrl+a")
        self.window.type(text)
        self.window.press("enter")

    def top(self) -> None:
        """Scroll to where the rows are."""
        left, bottom, width, height = self.window.ask("rectangle('PREFERENCES')")
        self.window.scroll(left + width // 2, bottom + height // 2, -60)

    def rows(self, wanted: str) -> None:
        """Wait until the rows are these, a letter each: ok, warning, fault."""
        text = f"''.join(one.health[0] for one in {CHECKUP}.findings)"
        self.window.wait_until(lambda: self.window.ask(text) == wanted, READY_S)

    def picture(self, name: str) -> None:
        """What is seen, from the top."""
        self.top()
        self.window.picture(PICTURES / f"first-run-{name}.png")


def test_an_artist_is_ready_without_a_file_and_without_a_shell(
    fresh: Window, devnet: int, directory: str, tmp_path: Path
) -> None:
    rpc_url, setup = f"http://127.0.0.1:{devnet}/rpc", Setup(fresh)
    fresh.ask("watch()")
    started_s = time.monotonic()
    fresh.click_on("bpy.ops.renderchain.set_up")
    fresh.wait_until(lambda: fresh.ask("bpy.context.window.screen.areas[0].type") == "PREFERENCES")
    setup.rows(f"fffff{fresh_ipfs(fresh)}w")
    setup.picture("1-nothing")
    setup.choose_first("preferences.network")
    setup.fill("preferences.rpc_url", rpc_url)
    setup.fill("preferences.ws_url", "")
    setup.fill("preferences.directory", directory)
    setup.choose_last("preferences.ipfs_way")
    setup.rows("fooofow")
    setup.picture("2-network")
    setup.press("renderchain.account_make")
    fresh.settle(20)
    fresh.picture(PICTURES / "first-run-3-passphrase.png")
    for key in (PASSPHRASE, "\t", PASSPHRASE, "\r", "\r"):
        fresh.press({"\t": "tab", "\r": "enter"}[key]) if key in "\t\r" else fresh.type(key)
    setup.rows("oooofow")
    setup.picture("4-account")
    address = fresh.ask(f"{CHOSEN}.text('account')")
    tell(rpc_url, "mint", address=address, amount=10 * FRI_PER_STRK, unit="FRI")
    setup.press("renderchain.account_deploy")
    setup.rows("oooooow")
    setup.picture("5-ready")
    print(f"{setup.clicks + 1} clicks, {time.monotonic() - started_s:.0f} s, {fresh.stall()}")
    assert fresh.complaints() == []
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or PASSPHRASE.encode() not in file.read_bytes()


def fresh_ipfs(window: Window) -> str:
    """Whether somebody's IPFS node runs on this machine at its usual port."""
    window.wait_until(lambda: window.ask(f"len({CHECKUP}.findings)") == 7, READY_S)
    return str(window.ask(f"{CHECKUP}.findings[5].health[0]"))
