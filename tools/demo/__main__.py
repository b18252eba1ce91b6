"""``make demo``: devnet, Kubo, two workers, a real scene, frames on disk; fails loudly.

It ends with a table: time by phase, who rendered what, transactions, gas, money in and out.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from renderchain.core.money import format_strk

from tools.network.local import Network, running_network, running_workers
from tools.network.services import REPO, is_running, tool_root

from . import ledger, pictures

FOLDER = REPO / "build" / "demo"
WORKERS = 2
FRAMES = tuple(range(1, 9))
REWARD = "0.25"
LONGEST_LEASE = 2
FPS = 8  # slower than the scene's own 24, so that one can see something
SETTLE_S = 30


class DemoFailed(Exception):
    """The demo did not show what it has to show."""


class Phases:
    """Times what is done."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Time a phase and say that it began."""
        print(f"── {name}", flush=True)
        started = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - started


def main() -> int:
    """Run the demo; returns the exit code."""
    phases = Phases()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        with phases.of("build the scene"):
            command = [sys.executable, "-m", "tools.demo_scene.build", str(tool_root("scenes"))]
            run([*command, str(FOLDER / "scene")], "scene")
        network_started = time.monotonic()
        with running_network(FOLDER / "network", WORKERS) as network:
            phases.seconds["start devnet and Kubo, deploy, stake"] = time.monotonic() - network_started
            show(network, phases)
    except DemoFailed as error:
        print(f"The demo FAILED: {error}", file=sys.stderr)
        return 1
    return 0


def show(network: Network, phases: Phases) -> None:
    """The job on a running network, and everything that must be true of it afterwards."""
    before = asyncio.run(ledger.balances(network))
    first_block = asyncio.run(newest_block(network)) + 1
    frames, local = FOLDER / "frames", FOLDER / "local"
    blend = FOLDER / "scene" / "demo.blend"
    with running_workers(network, WORKERS, FOLDER) as pids:
        with phases.of("submit, render on the network, download"):
            config = str(network.settings_file("artist"))
            script = str(REPO / "tools" / "demo" / "artist.py")
            run(
                [sys.executable, script, str(blend), str(frames), config, REWARD, str(LONGEST_LEASE)],
                "artist",
            )
        with phases.of("settle"):
            wait_until(lambda: asyncio.run(ledger.balances(network))["board"] == 0, "the board is empty")
    if any(is_running(pid) for pid in pids):
        raise DemoFailed("a worker outlived its end")
    with phases.of("render the same frames locally"):
        render_locally(blend, local)
    ours = [frames / f"{frame:04d}.png" for frame in FRAMES]
    compare(ours, [local / path.name for path in ours])
    pictures.contact_sheet(ours, FOLDER / "contact_sheet.jpg")
    pictures.video(ours, FOLDER / "video.mp4", FPS)
    sent = asyncio.run(ledger.transactions(network, first_block))
    gains = ledger.moved(before, asyncio.run(ledger.balances(network)), sent)
    report(network, phases, sent, gains)


def run(command: list[str], name: str) -> None:
    """Run a step; its sentences are shown, everything goes into a log."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPO / "addon"), str(REPO)])}
    with (FOLDER / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=REPO,
            env=env,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for line in process.stdout or ():
            log.write(line)
            if re.match(r"\d\d:\d\d:\d\d ", line):
                print("   " + line, end="", flush=True)
    if process.wait():
        raise DemoFailed(f"{name} ended with exit code {process.returncode}; see {FOLDER / name}.log")


def render_locally(blend: Path, output: Path) -> None:
    """What the artist's own Blender makes of the scene: ``blender -b FILE -a``."""
    program = (
        f"import bpy; bpy.ops.wm.open_mainfile(filepath={str(blend)!r}); "
        f"bpy.context.scene.render.filepath = {str(output) + '/'!r}; "
        "bpy.ops.render.render(animation=True)"
    )
    run([sys.executable, "-c", program], "local")


def compare(ours: list[Path], theirs: list[Path]) -> None:
    """Raise DemoFailed unless every frame is there, shows something, and is bit-identical."""
    missing = [str(path) for path in (*ours, *theirs) if not path.is_file()]
    if missing:
        raise DemoFailed(f"frames are missing: {', '.join(missing)}")
    flat = [path.name for path in ours if not pictures.is_a_picture(path)]
    wrong = pictures.differing(ours, theirs)
    if flat or wrong:
        raise DemoFailed(f"frames show nothing: {flat}; frames differ from the local rendering: {wrong}")


def report(network: Network, phases: Phases, sent: list[ledger.Transaction], gains: dict[str, int]) -> None:
    """Print the table; raise DemoFailed if the money does not add up or one worker did everything."""
    roles = ledger.roles_of(network)
    text = (FOLDER / "artist.log").read_text()
    print("\ntime")
    for name, seconds in phases.seconds.items():
        print(f"  {seconds:7.1f} s  {name}")
    network_s = phases.seconds["submit, render on the network, download"]
    print(f"  {network_s / phases.seconds['render the same frames locally']:7.2f}    network / local")
    print("frames")
    by_role: dict[str, list[int]] = {}
    for frame, address in re.findall(r"frame (\d+) by (0x[0-9a-f]+)", text):
        by_role.setdefault(roles[int(address, 16)], []).append(int(frame))
    for role, numbers in sorted(by_role.items()):
        print(f"  {role}: {', '.join(map(str, numbers))}")
    print("transactions                                   count        L2 gas")
    rows = ledger.gas_rows(sent, roles)
    for role, calls, count, gas in rows:
        print(f"  {role:10} {calls:33} {count:5} {gas:13,}")
    total = sum(row[3] for row in rows)
    print(f"  {'together':44} {len(sent):5} {total:13,}   ({total // len(FRAMES):,} a frame)")
    print("money (STRK)")
    for role, gain in sorted(gains.items()):
        print(f"  {role:10} {'+' if gain > 0 else ''}{format_strk(gain)}")
    print(f"  {'sum':10} {format_strk(sum(gains.values()))}")
    if sum(gains.values()) != 0:
        raise DemoFailed("the money does not sum to zero")
    if len(by_role) != WORKERS or sum(map(len, by_role.values())) != len(FRAMES):
        raise DemoFailed(f"not every worker rendered: {by_role}")
    print(f"\nAll {len(FRAMES)} frames equal the local rendering bit by bit.")
    print(f"{FOLDER / 'frames'}\n{FOLDER / 'contact_sheet.jpg'}\n{FOLDER / 'video.mp4'}")


async def newest_block(network: Network) -> int:
    """The newest block's number."""
    async with network.chain("artist") as chain:
        return await chain.block_number()


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    """Raise DemoFailed if it does not become true in time."""
    deadline = time.monotonic() + SETTLE_S
    while not is_true():
        if time.monotonic() > deadline:
            raise DemoFailed(f"after {SETTLE_S} s it is still not so that {what}")
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
