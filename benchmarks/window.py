"""The extension in Blender's window: size of its zips, time to enable it, and for how long nothing moves.

    python -m benchmarks.window [--short]

Jobs are submitted by the mouse, on a network of its own: a small scene, and one with textures of 100 MB, of
which it is said what each part of the way takes. Before, the mouse moves over the panel alike, and nothing is
submitted; and a .blend with 100 MB in it is copied alone. The short form ends there, and has no network.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from devkit.network.application import LocalApplication, install_extension
from devkit.network.local import running_network
from devkit.network.services import REPO, tool_root
from devkit.window.driver import Stall, Window
from devkit.window.screen import Screen, running_screen

ADDON = "bl_ext.user_default.renderchain"
SCENES = REPO / "tests" / "scenes"
MEGABYTES = 100
STARTS = 5
SIZE = (1280, 900)
DIALOG = "len(sys.modules['bl_ext.user_default.renderchain.ui.confirm']._asked)"  # whether it is open
JOB_S, IDLE_MOVES = 600, 200
PHASE = "sys.modules['bl_ext.user_default.renderchain.ui.submitting'].submitting.phase"
TOLD = "getattr(sys.modules['bl_ext.user_default.renderchain.ui.messages'].told('SUBMIT'), 'text', '')"
FORGET = "sys.modules['bl_ext.user_default.renderchain.ui.messages'].forget('SUBMIT')"
FINDINGS = "sys.modules['bl_ext.user_default.renderchain.ui.scene_findings']"
LEAST_S = 0.05  # of a phase, to have a line
SAVING, STATE = f"{ADDON}.blender.packing.saving", f"{ADDON}.ui.state"
LARGEN = f"""
import os, importlib
for number in range({MEGABYTES}):
    image = bpy.data.images.new(f"packed {{number}}", 16, 16)
    image.pack(data=os.urandom(10**6), data_len=10**6)
    image.use_fake_user = True  # what nobody uses is not saved
saving, state = importlib.import_module({SAVING!r}), importlib.import_module({STATE!r})
"""
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


@dataclass(frozen=True)
class Submitted:
    """How long the network took to say its price, what it took from the click that pays to the job on the
    chain, by what the panel said meanwhile, and what stood still.
    """

    price_s: float
    phases: tuple[tuple[str, float], ...]
    stall: Stall

    @property
    def seconds(self) -> float:
        """From the click that pays."""
        return sum(seconds for _, seconds in self.phases)


def scenes(application: LocalApplication, folder: Path) -> tuple[str, str]:
    """A small scene with a linked library, and one of many megabytes."""
    env = {**os.environ, "BLENDER_USER_RESOURCES": str(folder / "resources")}
    for script, arguments in (("linked.py", [folder]), ("textured.py", [folder / "textured", MEGABYTES])):
        command = [application.program, "-b", "--factory-startup", "--python", str(SCENES / script), "--"]
        subprocess.run([*command, *map(str, arguments)], cwd=REPO, env=env, capture_output=True, check=True)
    return str(folder / "project" / "main.blend"), str(folder / "textured" / "textured.blend")


def idle(window: Window) -> Stall:
    """The mouse goes over the panel, and nothing else happens."""
    left, bottom, width, height = window.ask("rectangle('PROPERTIES')")
    window.ask("watch()")
    for step in range(IDLE_MOVES):
        window.move(left + width // 2, bottom + 5 + step * 7 % (height - 10))
        window.settle(2)
    return window.stall()


def copied(window: Window, target: Path) -> Stall:
    """An open file with many megabytes in it is saved as a copy, as when it is to be packed."""
    window.ask(LARGEN)
    window.ask("watch()")
    save = f"saving.save({str(target)!r}, copy=True, relative_remap=True)"
    window.ask(f"state.background().later(lambda: {save})")
    window.wait_until(target.exists, JOB_S)
    window.settle(20)
    assert target.stat().st_size >= MEGABYTES * 10**6, "Blender has saved less than was to be copied."
    return window.stall()


def submitted(window: Window, file: str = "") -> Submitted:
    """A still of the open file, or of another one that is opened."""
    if file:
        window.ask(f"bpy.ops.wm.open_mainfile(filepath={file!r})")
        window.show_panel()
    window.ask("setattr(bpy.context.scene.renderchain, 'what', 'STILL')")
    # As long as a scene is not seen to be mended the button is grey.
    window.wait_until(lambda: not window.ask(f"{FINDINGS}.stops(bpy.context.scene)"))
    x, y = window.find("bpy.ops.renderchain.submit")
    window.ask(FORGET)  # what was said of the job before
    started_s = time.monotonic()
    window.click(x, y)
    window.wait_until(lambda: window.ask(f"{DIALOG} or {TOLD}"), JOB_S)
    price_s = time.monotonic() - started_s
    assert window.ask(DIALOG), window.ask(TOLD)
    window.settle(20)
    window.ask("watch()")
    window.press("enter")
    window.wait_until(lambda: window.ask(PHASE))
    return Submitted(price_s, phases_of(window), window.stall())


def phases_of(window: Window) -> tuple[tuple[str, float], ...]:
    """What the panel says until the job is on the network, each with its seconds."""
    found, since_s = list[tuple[str, float]](), time.monotonic()
    phase = window.ask(PHASE)
    while phase:
        said, now_s = window.ask(PHASE), time.monotonic()
        if said != phase:
            found.append((phase, now_s - since_s))
            phase, since_s = said, now_s
        assert sum(seconds for _, seconds in found) + now_s - since_s < JOB_S, found
    said = window.ask(TOLD)
    assert "is on the network" in said, said
    return tuple(found)


def environment(application: LocalApplication, folder: Path) -> dict[str, str]:
    """What a Blender has of its own."""
    home = {name: str(folder / "home") for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    return {"BLENDER_USER_RESOURCES": str(application.resources), **home}


def without_network(screen: Screen, application: LocalApplication, folder: Path) -> list[str]:
    """The rows of what stands still where nothing is submitted."""
    more = environment(application, folder)
    window = Window(screen, [application.program], more, folder / "alone.log")
    try:
        window.show_panel()
        still, copy = idle(window), copied(window, folder / "copy.blend")
    finally:
        window.end()
    return [row("mouse over the panel", still), row(f"{MEGABYTES} MB in the .blend copied", copy)]


def row(what: str, stall: Stall) -> str:
    """A line of the table."""
    return f"{what:<40} {1000 * stall.longest_s:>8.0f} {1000 * stall.ours_s:>8.0f}  {stall.where}"


def with_network(screen: Screen, application: LocalApplication, folder: Path) -> list[str]:
    """The rows of what stands still while jobs are sent, and those of what sending a large scene takes."""
    small, large = scenes(application, folder)
    with running_network(folder / "network", workers=1) as network:
        more = {
            "RENDERCHAIN_CONFIG": str(network.settings_file("artist")),
            **environment(application, folder),
        }
        window = Window(screen, [application.program], more, folder / "blender.log", small)
        try:
            window.show_panel()
            one, other = submitted(window), submitted(window, large)
        finally:
            window.end()
    rows = [
        row(f"{what} submitted in {at.seconds:.1f} s", at.stall)
        for what, at in (("a small still", one), (f"{MEGABYTES} MB of textures", other))
    ]
    rows += [f"of {MEGABYTES} MB, seconds; the price before: {other.price_s:.1f}"]
    return rows + [f"{seconds:>8.1f}  {phase}" for phase, seconds in other.phases if seconds > LEAST_S]


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--short", action="store_true", help="without a network")
    is_short = parser.parse_args().short
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        print(f"{date.today()}  {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for line in () if is_short else zip_sizes(folder / "zips"):
            print(line)
        application = install_extension(tool_root("blender"), folder / "resources")
        print(enabling(application))
        print(f"{'longest standstill, ms':<40} {'of all':>8} {'of ours':>8}")
        with running_screen(*SIZE, folder / "screen.log") as screen:
            for line in without_network(screen, application, folder):
                print(line, flush=True)
            for line in () if is_short else with_network(screen, application, folder):
                print(line)


if __name__ == "__main__":
    main()
