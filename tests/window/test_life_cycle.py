"""What happens to work under way when Blender is quitted, a file opened, or the add-on disabled."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.network.services import REPO
from devkit.window.driver import Window
from devkit.window.screen import Screen
from tests.application import Application

ADDON = "bl_ext.user_default.renderchain"
QUIT_S = 15
# What of the keys is ours.
KEYS = """[
    key.idname for keymap in bpy.context.window_manager.keyconfigs.addon.keymaps
    for key in keymap.keymap_items if key.idname.startswith("renderchain.")
]"""
# Packs and would send the open scene as the panel's button does; nobody is there to send it to.
SUBMIT = f"""
import asyncio, importlib, time
part = lambda name: importlib.import_module("{ADDON}." + name)
is_silent, sent = False, []
class Requester:
    async def submit(self, *package, **more):
        sent.append(package)
        await (asyncio.to_thread(time.sleep, 600) if is_silent else asyncio.sleep(600))
submitting = part("ui.submitting")
submission = part("blender.submission").Submission(bpy.context.scene, (1, 2), own_seed=False, proof_seconds=0)
async def send(reporter):
    return await submission.send(Requester(), None, None, reporter)
submitting.begin("Packing", send, print)
"""


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Where Blender and all that it starts put what they do not keep."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def scene(application: Application, tmp_path: Path) -> Path:
    """A small scene with a linked library, saved by the application."""
    script = str(REPO / "tests" / "scenes" / "linked.py")
    options = ["-b", "--factory-startup", "--python-exit-code", "1", "--python", script, "--", str(tmp_path)]
    # A folder of its own: starting without the extension would delete the extension's wheels.
    done = application.run(*options, BLENDER_USER_RESOURCES=str(tmp_path / "resources"))
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path / "project" / "main.blend"


@pytest.fixture
def at_work(
    screen: Screen, application: Application, scene: Path, temporary: Path, tmp_path: Path
) -> Iterator[Window]:
    """Blender with a scene that it packs and then sends."""
    environment = {**application.environment, "TMPDIR": str(temporary)}
    window = Window(screen, [application.blender], environment, tmp_path / "blender.log", str(scene))
    try:
        window.show_panel()
        window.ask(SUBMIT)
        yield window
    finally:
        window.end()


def ours(temporary: Path) -> list[str]:
    """Our folders among those that nobody keeps."""
    return sorted(path.name for path in temporary.glob("renderchain-*"))


def processes(window: Window) -> list[str]:
    """What runs of this Blender's session."""
    said = subprocess.run(
        ["ps", "-o", "args=", "--sid", str(window.process.pid)], capture_output=True, text=True
    )
    return said.stdout.splitlines()


def quit_blender(window: Window) -> float:
    """Quit by the keyboard; the seconds that it takes."""
    started_s = time.monotonic()
    window.screen.press("ctrl+q")
    window.process.wait(QUIT_S)
    return time.monotonic() - started_s


def test_quitting_while_it_packs_leaves_no_folder_and_no_process(at_work: Window, temporary: Path) -> None:
    at_work.wait_until(lambda: len(ours(temporary)) >= 2)
    assert quit_blender(at_work) < QUIT_S
    assert ours(temporary) == []
    assert processes(at_work) == []
    assert at_work.complaints() == []


def test_quitting_while_it_sends_leaves_no_folder_and_no_process(at_work: Window, temporary: Path) -> None:
    at_work.wait_until(lambda: at_work.ask("len(sent)"), 60)
    assert ours(temporary)
    assert quit_blender(at_work) < QUIT_S
    assert ours(temporary) == [] and processes(at_work) == []
    assert at_work.complaints() == []


def test_quitting_while_somebody_else_is_silent_takes_no_longer(at_work: Window, temporary: Path) -> None:
    """Such as an IPFS node that neither takes the rest of an upload nor breaks it off."""
    at_work.ask("is_silent = True")
    at_work.wait_until(lambda: at_work.ask("len(sent)"), 60)
    assert quit_blender(at_work) < QUIT_S
    assert ours(temporary) == [] and processes(at_work) == []


def test_what_a_killed_blender_left_goes_at_the_next_start(
    at_work: Window, screen: Screen, application: Application, temporary: Path, tmp_path: Path
) -> None:
    at_work.wait_until(lambda: len(ours(temporary)) >= 2)
    at_work.end()
    left = ours(temporary)
    assert len(left) >= 2
    for name in left:
        os.utime(temporary / name, (0, 0))  # what is younger than a minute may be in the making
    environment = {**application.environment, "TMPDIR": str(temporary)}
    again = Window(screen, [application.blender], environment, tmp_path / "again.log")
    try:
        again.wait_until(lambda: ours(temporary) == [])
    finally:
        again.end()


def test_opening_a_file_while_it_works_stops_nothing(at_work: Window, scene: Path) -> None:
    at_work.ask(f"bpy.ops.wm.open_mainfile(filepath={str(scene)!r})")
    at_work.wait_until(lambda: at_work.ask("len(sent)"), 60)
    assert at_work.ask("submitting.submitting.phase")


def test_disabling_ends_what_is_under_way_and_enabling_starts_afresh(
    at_work: Window, temporary: Path
) -> None:
    at_work.wait_until(lambda: len(ours(temporary)) >= 2)
    at_work.ask(f"import addon_utils; addon_utils.disable({ADDON!r})")
    assert ours(temporary) == [] and at_work.ask(KEYS) == []
    alive = "sorted(one.name for one in __import__('threading').enumerate())"
    at_work.wait_until(lambda: at_work.ask(alive) == ["MainThread", "sampler"])
    at_work.ask(f"addon_utils.enable({ADDON!r})")
    assert at_work.ask("submitting.submitting.phase") == ""
    assert at_work.ask(KEYS) == ["renderchain.close"]
    at_work.settle(20)
    at_work.show_panel()  # it is new, and closed as long as nobody looks for it
    at_work.find("bpy.ops.renderchain.submit")
    assert at_work.complaints() == []
