"""The extension in Blender's window: size of its zips, time to enable it, and for how long nothing moves.

    python -m benchmarks.window

A job is submitted by the mouse, on a network of its own. Beside it stands the same Blender without us:
the mouse moves over the panel alike, and nothing is submitted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

from renderchain.adapters.journal_sqlite import SqliteJournal

from devkit.network.application import LocalApplication, install_extension
from devkit.network.local import Network, running_network
from devkit.network.services import REPO, tool_root
from devkit.window.driver import Stall, Window
from devkit.window.screen import Screen, running_screen

ADDON = "bl_ext.user_default.renderchain"
SCENE = REPO / "tests" / "scenes" / "linked.py"
STARTS = 5
SIZE = (1280, 900)
DIALOG = "len(sys.modules['bl_ext.user_default.renderchain.ui.confirm']._asked)"  # whether it is open
JOB_S, IDLE_MOVES = 300, 200
# The wheels are there and the extension is off, as in the moment in which an artist turns it on.
ENABLE = f"""
import addon_utils, time
addon_utils.disable({ADDON!r})
import sys
for name in [name for name in sys.modules if name.startswith({ADDON!r})]:
    del sys.modules[name]
started_s = time.perf_counter()
addon_utils.enable({ADDON!r})
print("SECONDS", time.perf_counter() - started_s)
"""


def zip_sizes(output: Path) -> list[str]:
    """What building prints, without the folders."""
    command = [sys.executable, "-m", "tools.extension", "--output", str(output)]
    said = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=True).stdout
    return [Path(line.split("  ")[0]).name + "  " + line.split("  ")[1] for line in said.splitlines()]


def enabling(application: LocalApplication) -> str:
    """Of several Blenders, each enabling it once."""
    seconds = [enabled_s(application) for _ in range(STARTS)]
    return f"enabled: {median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})"


def enabled_s(application: LocalApplication) -> float:
    """What a Blender measures."""
    env = {**os.environ, "BLENDER_USER_RESOURCES": str(application.resources)}
    command = [application.program, "-b", "--python-expr", ENABLE]
    said = subprocess.run(command, cwd=REPO, env=env, capture_output=True, text=True, check=True).stdout
    (line,) = (line for line in said.splitlines() if line.startswith("SECONDS"))
    return float(line.split()[1])


def scene(application: LocalApplication, folder: Path) -> str:
    """A small scene with a linked library."""
    command = [application.program, "-b", "--factory-startup", "--python", str(SCENE), "--", str(folder)]
    env = {**os.environ, "BLENDER_USER_RESOURCES": str(folder / "resources")}
    subprocess.run(command, cwd=REPO, env=env, capture_output=True, check=True)
    return str(folder / "project" / "main.blend")


def idle(window: Window) -> Stall:
    """The mouse goes over the panel, and nothing else happens."""
    left, bottom, width, height = window.ask("rectangle('PROPERTIES')")
    window.ask("watch()")
    for step in range(IDLE_MOVES):
        window.move(left + width // 2, bottom + 5 + step * 7 % (height - 10))
        window.settle(2)
    return window.stall()


def submitted(window: Window, network: Network) -> tuple[float, Stall]:
    """From the click to the job on the chain: seconds, and what stood still meanwhile."""
    window.ask("setattr(bpy.context.scene.renderchain, 'what', 'STILL')")
    x, y = window.find("bpy.ops.renderchain.submit")
    window.ask("watch()")
    started_s = time.monotonic()
    window.click(x, y)
    window.wait_until(lambda: window.ask(DIALOG))
    window.settle(20)
    window.press("enter")
    journal = network.folder / "artist" / "journal.sqlite"

    def is_there() -> bool:
        return journal.exists() and any(one.state == "active" for one in SqliteJournal(journal).jobs())

    window.wait_until(is_there, JOB_S)
    return time.monotonic() - started_s, window.stall()


def in_window(screen: Screen, application: LocalApplication, folder: Path) -> list[str]:
    """The rows of what stood still."""
    file = scene(application, folder)
    with running_network(folder / "network", workers=1) as network:
        more = {"RENDERCHAIN_CONFIG": str(network.settings_file("artist"))}
        more |= {"BLENDER_USER_RESOURCES": str(application.resources)}
        window = Window(screen, [application.program], more, folder / "blender.log", file)
        try:
            window.show_panel()
            still = idle(window)
            seconds, busy = submitted(window, network)
        finally:
            window.end()
    rows = [("mouse over the panel", still), (f"a still submitted in {seconds:.1f} s", busy)]
    return [
        f"{what:<32} {1000 * one.longest_s:>8.0f} {1000 * one.ours_s:>8.0f}  {one.where}"
        for what, one in rows
    ]


def main() -> None:
    """Measure, print."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        print(f"{date.today()}  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for line in zip_sizes(folder / "zips"):
            print(line)
        application = install_extension(tool_root("blender"), folder / "resources")
        print(enabling(application))
        print(f"{'longest standstill, ms':<32} {'of all':>8} {'of ours':>8}")
        with running_screen(*SIZE, folder / "screen.log") as screen:
            for line in in_window(screen, application, folder):
                print(line)


if __name__ == "__main__":
    main()
