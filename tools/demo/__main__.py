"""``make demo``: devnet, Kubo, seven workers, a real scene, frames on disk; fails loudly.

One of the workers cheats and has to be caught by a chance audit, slashed and replaced. Another renders as a
machine of another kind does, which makes other bits, and has to be paid like the rest. Beside it a second
artist has two small jobs done: a patient cheat is honest in the first and cheats in the second, where chance
spares it and the artist's own check has to find it; and of the verifiers one is killed and one is busy. It
ends with tables: time by phase, who rendered what, what became of every lease and of every vote that was
missed, transactions, gas, money in and out. With SERVICES=1 an index follows the network, and in the end an
aggregator makes pictures of the first artist's frames.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from renderchain.core.audit.state import Vote
from renderchain.core.money import format_strk
from renderchain.core.notices import Notice
from renderchain.core.notices.audits import LeavesRenderedAgain
from renderchain.core.notices.jobs import FrameKept
from renderchain.core.notices.leases import FrameRendered, LeaseAccepted
from renderchain.core.notices.process import WaitingForWork

from devkit.logs import notices_of
from devkit.network.beside import running_services
from devkit.network.local import Network, running_network
from devkit.network.services import REPO, tool_root
from devkit.network.workers import running_workers

from . import leases, ledger, pictures
from .cast import (
    BUSY,
    CHEAT,
    FOLDER,
    HOLDINGS,
    KILLED,
    LONGEST_LEASE,
    PATIENT,
    PLANS,
    REWARD,
    STRANGER,
)
from .incidents import small_jobs
from .steps import DemoFailed, Phases, end_steps, run, wait_until

FRAMES = tuple(range(1, 11))
FPS = 8  # slower than the scene's own 24, so that one can see something
START_S = 240  # each asks its Blender and renders a known tile first, all on one machine
LARGEST_DIFFERENCE = 2.0  # mean of 255 steps, between a frame by the stranger and our own


def main() -> int:
    """Run the demo; returns the exit code."""
    phases, has_services = Phases(), bool(os.environ.get("SERVICES"))
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        with phases.of("build the scene"):
            command = [sys.executable, "-m", "tools.demo_scene.build", str(tool_root("scenes"))]
            run([*command, str(FOLDER / "scene")], "scene")
        network_started = time.monotonic()
        with (
            running_network(FOLDER / "network", len(PLANS), artists=2, holdings=HOLDINGS) as network,
            running_services(network, FOLDER) as services,
        ):
            phases.seconds["start devnet and Kubo, deploy, stake"] = time.monotonic() - network_started
            if has_services:
                print(f"   the dashboard is on {services.start_index()}/")
            show(network, phases)
            if has_services:
                make_pictures(network)
    except DemoFailed as error:
        print(f"The demo FAILED: {error}", file=sys.stderr)
        return 1
    return 0


def show(network: Network, phases: Phases) -> None:
    """The jobs on a running network, and everything that must be true of them afterwards."""
    before = asyncio.run(ledger.balances(network))
    first_block = asyncio.run(newest_block(network)) + 1
    frames, local = FOLDER / "frames", FOLDER / "local"
    blend = FOLDER / "scene" / "demo.blend"
    with running_workers(network, PLANS, FOLDER) as workers:
        with phases.of("start the workers"):
            wait_until(all_ready, "all workers wait for work", START_S)
        end = threading.Event()
        with ThreadPoolExecutor(1) as beside:
            small = beside.submit(small_jobs, network, workers, end)
            try:
                have_rendered(network, phases, blend, frames)
            except BaseException:
                end_steps()
                raise
            finally:
                end.set()
            with phases.of("the second artist's jobs, until they end too"):
                small.result()
        with phases.of("settle"):
            asyncio.run(pay_out(network))
            settled = "the board holds nothing but what it burned"
            wait_until(lambda: asyncio.run(ledger.is_settled(network)), settled)
    if any(workers.is_running(number) for number in PLANS):
        raise DemoFailed("a worker outlived its end")
    with phases.of("render the same frames locally"):
        render_locally(blend, local)
    ours = [frames / f"{frame:04d}.png" for frame in FRAMES]
    by_role = rendered_by(network)
    compare(by_role, frames, local)
    pictures.contact_sheet(ours, FOLDER / "contact_sheet.jpg")
    pictures.video(ours, FOLDER / "video.mp4", FPS)
    sent = asyncio.run(ledger.transactions(network, first_block))
    gains = ledger.moved(before, asyncio.run(ledger.balances(network)), sent)
    report(network, phases, sent, gains)


def have_rendered(network: Network, phases: Phases, blend: Path, frames: Path) -> None:
    """The first artist's job, from the scene to frames on disk."""
    with phases.of("submit, render on the network, download"):
        config = str(network.settings_file("artist"))
        script = str(REPO / "tools" / "demo" / "artist.py")
        run([sys.executable, script, str(blend), str(frames), config, REWARD, str(LONGEST_LEASE)], "artist")


def make_pictures(network: Network) -> None:
    """What the aggregator makes of the first artist's job."""
    command = [sys.executable, "-m", "services.aggregator", "--once", "--port", "0"]
    run([*command, "--config", str(network.settings_file("artist"))], "aggregator")
    previews = FOLDER / "frames" / "previews"
    missing = [one for one in ("sheet.jpg", "video.mp4", "flags.json") if not (previews / one).is_file()]
    if missing:
        raise DemoFailed(f"the aggregator did not make {', '.join(missing)}")
    print(f"The aggregator's pictures: {previews}")


def render_locally(blend: Path, output: Path) -> None:
    """What the artist's own Blender makes of the scene, with the settings that the network renders with."""
    program = (
        "import bpy; from renderchain.blender.cycles.tile_render import prepare_frames; "
        f"bpy.ops.wm.open_mainfile(filepath={str(blend)!r}); "
        "prepare_frames(bpy.context.scene); "
        f"bpy.context.scene.render.filepath = {str(output) + '/'!r}; "
        "bpy.ops.render.render(animation=True)"
    )
    run([sys.executable, "-c", program], "local")


def told_by_workers() -> dict[int, list[Notice]]:
    """What each worker has told so far."""
    return {number: notices_of(FOLDER / f"worker-{number}.log") for number in PLANS}


def all_ready() -> bool:
    """Whether every worker waits for work."""
    return all(any(isinstance(one, WaitingForWork) for one in told) for told in told_by_workers().values())


async def pay_out(network: Network) -> None:
    """Send everybody what the board owes, also to whose worker was caught; anyone may."""
    async with network.chain("artist") as chain:
        everybody = [account.address for account in network.accounts.values()]
        owed = [one for one in everybody if await chain.balance_fri(one)]
        if owed:
            await chain.withdraw(owed)


def rendered_by(network: Network) -> dict[str, list[int]]:
    """Frames by the role that rendered what the artist has in the end."""
    roles = ledger.roles_of(network)
    told = notices_of(FOLDER / "artist.log")
    last = {one.frame: roles[one.operator] for one in told if isinstance(one, FrameKept)}
    found: dict[str, list[int]] = {}
    for frame, role in sorted(last.items()):
        found.setdefault(role, []).append(frame)
    return found


def compare(by_role: dict[str, list[int]], ours: Path, theirs: Path) -> None:
    """Raise DemoFailed unless every frame is there, shows something, and is what we render ourselves.

    Bit by bit, but for the stranger's frames: these look the same, and some of their bits differ.
    """
    pairs = {frame: (ours / f"{frame:04d}.png", theirs / f"{frame:04d}.png") for frame in FRAMES}
    missing = [str(path) for pair in pairs.values() for path in pair if not path.is_file()]
    if missing:
        raise DemoFailed(f"frames are missing: {', '.join(missing)}")
    flat = [frame for frame, (mine, _) in pairs.items() if not pictures.is_a_picture(mine)]
    strange = by_role.get(f"worker-{STRANGER}", [])
    off = {frame: pictures.mean_difference(*pairs[frame]) for frame in FRAMES}
    wrong = [frame for frame in FRAMES if off[frame] > (LARGEST_DIFFERENCE if frame in strange else 0)]
    if flat or wrong:
        raise DemoFailed(f"frames show nothing: {flat}; frames differ from the local rendering: {wrong}")
    for frame in strange:
        print(f"   frame {frame} by the stranger differs from ours by {off[frame]:.3f} of 255 on average")


def report_leases(network: Network, sent: list[ledger.Transaction]) -> None:
    """Print what became of every lease and every missed vote; raise DemoFailed unless all was seen."""
    roles = ledger.roles_of(network)
    workers = {number: f"worker-{number}" for number in PLANS}
    found = leases.stories(sent)
    checked = leases.checks_of(
        notice for artist in ("artist", "artist-2") for notice in notices_of(FOLDER / f"{artist}.log")
    )
    print(leases.HEADING)
    for lease_id, story in found.items():
        print(story.row(roles[story.claim.operator], checked.get(lease_id, "-")))
    missed = leases.misses(sent, workers)
    print("votes missed, and what each took of seat stake (STRK)")
    for miss in missed:
        print(miss.row)
    rejected = [story for story in found.values() if story.is_rejected]
    caught = {(roles[story.claim.operator], story.was_spared) for story in rejected}
    if not caught >= {(workers[CHEAT], False), (workers[PATIENT], True)}:
        raise DemoFailed(f"caught (who, and whether chance had spared it): {caught}")
    if {role for role, _ in caught} != {workers[CHEAT], workers[PATIENT]}:
        raise DemoFailed(f"an honest worker was punished: {caught}")
    lost = {(miss.role, miss.vote) for miss in missed if miss.taken_fri}
    of_killed = {(workers[KILLED], vote) for vote in (Vote.ABSENT, Vote.SILENT)}
    if (workers[BUSY], Vote.BUSY) not in lost or not of_killed & lost:
        raise DemoFailed(f"a killed and a busy verifier have to lose something; these lost: {lost}")


def report_audits(network: Network, by_role: dict[str, list[int]]) -> None:
    """Print what the audits did and cost; raise DemoFailed if the stranger was not paid, or the cheat was."""
    told = told_by_workers()
    if f"worker-{CHEAT}" in by_role:
        raise DemoFailed(f"frames of the cheat were kept: {by_role}")
    has_accepted = any(isinstance(one, LeaseAccepted) for one in told[STRANGER])
    if f"worker-{STRANGER}" not in by_role or not has_accepted:
        raise DemoFailed("the honest worker on another kind of machine rendered nothing that was accepted")
    together = [one for notices in told.values() for one in notices]
    rendered = sum(one.render_s for one in together if isinstance(one, FrameRendered))
    again = sum(one.render_s for one in together if isinstance(one, LeavesRenderedAgain))
    burned_fri = asyncio.run(ledger.burned_fri(network))
    print("audits")
    print(f"  worker-{CHEAT} cheated: caught by chance")
    print(f"  worker-{PATIENT} cheated once chance might spare it: caught by the artist's own check")
    print(f"  worker-{STRANGER} makes other bits: accepted by its prints")
    print(f"  {format_strk(burned_fri)} STRK burned")
    print(f"  {again:.1f} s of rendering again, {rendered:.1f} s of rendering: {again / rendered:.1%}")


def report(network: Network, phases: Phases, sent: list[ledger.Transaction], gains: dict[str, int]) -> None:
    """Print the table; raise DemoFailed if the money does not add up or one worker did everything."""
    roles = ledger.roles_of(network)
    by_role = rendered_by(network)
    print("\ntime")
    for name, seconds in phases.seconds.items():
        print(f"  {seconds:7.1f} s  {name}")
    network_s = phases.seconds["submit, render on the network, download"]
    print(f"  {network_s / phases.seconds['render the same frames locally']:7.2f}    network / local")
    print("frames")
    for role, numbers in sorted(by_role.items()):
        print(f"  {role}: {', '.join(map(str, numbers))}")
    report_leases(network, sent)
    report_audits(network, by_role)
    print("transactions                                   count        L2 gas")
    rows = ledger.gas_rows(sent, roles)
    for role, calls, count, gas in rows:
        print(f"  {role:10} {calls:33} {count:5} {gas:13,}")
    total = sum(row[3] for row in rows)
    print(f"  {'together':44} {len(sent):5} {total:13,}")
    print("money (STRK)")
    for role, gain in sorted(gains.items()):
        print(f"  {role:10} {'+' if gain > 0 else ''}{format_strk(gain)}")
    print(f"  {'sum':10} {format_strk(sum(gains.values()))}")
    if sum(gains.values()) != 0:
        raise DemoFailed("the money does not sum to zero")
    if sum(map(len, by_role.values())) != len(FRAMES):
        raise DemoFailed(f"not every frame was rendered: {by_role}")
    print(f"\nAll {len(FRAMES)} frames are what a local rendering gives.")
    print(f"{FOLDER / 'frames'}\n{FOLDER / 'contact_sheet.jpg'}\n{FOLDER / 'video.mp4'}")


async def newest_block(network: Network) -> int:
    """The newest block's number."""
    async with network.chain("artist") as chain:
        return await chain.block_number()


if __name__ == "__main__":
    sys.exit(main())
