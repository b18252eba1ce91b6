"""A whole job on a whole network: scene, package, Kubo, devnet, sandboxed workers, frames."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from renderchain.adapters.ipfs.kubo import KuboStore
from renderchain.core.board_events import JobClosed, ResultSubmitted
from renderchain.core.job import JobTerms, family_of
from renderchain.core.lifecycle import JobState
from renderchain.core.notices.jobs import (
    EscrowDue,
    FalseFinals,
    FinalsUnchecked,
    FrameKept,
    JobEnded,
    JobQuoted,
)
from renderchain.core.notices.leases import FrameRendered, SelfTestPassed
from renderchain.core.notices.process import Failed

from devkit.logs import notices_in, notices_of
from devkit.network.local import Network, running_network
from devkit.network.services import REPO
from devkit.network.workers import HONEST, running_workers

SCENE = REPO / "tests" / "scenes" / "linked.py"
TIMEOUT_S = 300  # a busy machine takes its time


def python(*arguments: str, config: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = {**os.environ}
    if config:
        env["RENDERCHAIN_CONFIG"] = str(config)
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("network") / "net"
    plans = {number: HONEST for number in (1, 2)}
    with running_network(folder, workers=2) as started, running_workers(started, plans, folder):
        yield started


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small scene with a linked library and an image outside its folder."""
    folder = tmp_path_factory.mktemp("scene")
    python(str(SCENE), str(folder))
    return folder / "project" / "main.blend"


def pixels(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Image.open(path))


def objects(config: Path, *command: str) -> list[dict[str, Any]]:
    """What such a command prints with ``--json``: an object a line, and nothing else."""
    done = python("-m", "renderchain", *command, "--json", config=config)
    return [json.loads(line) for line in done.stdout.splitlines()]


def listed(config: Path) -> dict[str, Any]:
    """The artist's newest job, as ``jobs --json`` says it."""
    done = python("-m", "renderchain", "jobs", "--json", config=config)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[0])
    return found


async def fetch_results(network: Network, folder: Path) -> list[Path]:
    """The results of the first job as anyone gets them from IPFS, a folder each lease."""
    store, folders = KuboStore(network.ipfs_api), []
    async with network.chain("artist") as chain, aclosing(chain.events(0)) as events:
        async for event in events:
            if isinstance(event, ResultSubmitted):
                target, cid = folder / str(event.lease_id), event.result.results_cid
                await store.fetch_folder(cid, target, max_bytes=2**28, max_files=100, on_bytes=lambda _: None)
                folders.append(target)
            elif isinstance(event, JobClosed):
                break
    return folders


def test_frames_from_the_network_equal_a_local_rendering_and_everyone_is_paid(
    network: Network, scene: Path, tmp_path: Path
) -> None:
    async def money() -> tuple[int, int, int]:
        async with network.chain("artist") as chain:
            owners = [await chain.tokens_fri(network.accounts[f"owner-{one}"].address) for one in (1, 2)]
            artist_fri = await chain.tokens_fri(chain.address)
            return sum(owners), await chain.tokens_fri(network.contracts.board), artist_fri

    earned_before, _, held_before = asyncio.run(money())
    frames = ["--frames", "1-3", "--lease", "2", "--reward", "0.5"]
    output = ["--wait", "--output", str(tmp_path / "frames"), "--log", "json"]
    done = python(
        "-m", "renderchain", "submit", str(scene), *frames, *output, config=network.settings_file("artist")
    )
    told = notices_in(done.stderr)
    kept = {one.frame: one.path for one in told if isinstance(one, FrameKept)}
    assert kept == {frame: tmp_path / "frames" / f"{frame:04d}.png" for frame in (1, 2, 3)}
    suspicious = [one for one in told if isinstance(one, FalseFinals | FinalsUnchecked)]
    assert suspicious == [], "the client makes some of them again and finds nothing"
    _, _, held_after = asyncio.run(money())
    (quoted,) = [one for one in told if isinstance(one, JobQuoted)]
    spent_fri = held_before - held_after
    assert quoted.pay_fri < spent_fri <= quoted.most_fri, "the artist was told all that it would spend"
    assert spent_fri < quoted.most_fri - quoted.back_fri, "and what comes back"
    (ended,) = [one for one in told if isinstance(one, JobEnded)]
    assert (ended.state, ended.frame_count, ended.paid_fri) == (JobState.COMPLETED, 3, 3 * 5 * 10**17)

    local = f"import bpy; bpy.ops.wm.open_mainfile(filepath={str(scene)!r}); s = bpy.context.scene; "
    local += f"s.frame_end = 3; s.render.filepath = {str(tmp_path)!r} + '/local/'; "
    local += "bpy.ops.render.render(animation=True)"
    python("-c", local)
    for number in ("0001", "0002", "0003"):
        mine, theirs = tmp_path / "local" / f"{number}.png", tmp_path / "frames" / f"{number}.png"
        assert np.array_equal(pixels(mine), pixels(theirs)), number
        assert pixels(mine).std() > 5, "a black frame proves nothing"

    images = [path.read_bytes()[64:96] for path in (tmp_path / "frames").glob("*.png")]
    folders = asyncio.run(fetch_results(network, tmp_path / "ipfs"))
    assert len(folders) == 2
    for folder in folders:
        names = {path.name for path in folder.iterdir()}
        assert names == {"sealed.json", *(str(number) for number in range(len(names) - 1))}
        pinned = b"".join(path.read_bytes() for path in folder.iterdir())
        for shown in (b'"secret"', b"\x89PNG\r\n", b"\x76\x2f\x31\x01\x02\x00", *images):
            assert shown not in pinned, "an outsider sees salts, an image or a noisy pass"

    for _ in range(50):  # the workers withdraw in their own time
        earned_after, in_escrow, _ = asyncio.run(money())
        if in_escrow == 0:
            break
        asyncio.run(asyncio.sleep(0.2))
    assert in_escrow == 0
    assert earned_after - earned_before == 3 * 5 * 10**17
    logs = [network.folder / f"worker-{number}.log" for number in (1, 2)]
    rendered = [one.frame for log in logs for one in notices_of(log) if isinstance(one, FrameRendered)]
    assert sorted(rendered) == [1, 2, 3]
    tested = [one for log in logs for one in notices_of(log) if isinstance(one, SelfTestPassed)]
    assert sorted(one.leaf_count for one in tested) == [1, 2], "a lease of one frame, and one of two"


def test_another_machine_lists_the_job_and_its_frames_come_there_by_one_command(
    network: Network, tmp_path: Path
) -> None:
    elsewhere = network.folder / "elsewhere.toml"
    settings = network.settings_file("artist").read_text()
    elsewhere.write_text(settings.replace('folder = "artist"', 'folder = "elsewhere"'))
    one = listed(elsewhere)
    assert (one["number"], one["state"], one["delivered_count"]) == (1, "completed", 3)
    assert (one["kept_count"], one["output"], one["paid_fri"]) == (0, "", str(3 * 5 * 10**17))
    fetch = ["download", str(one["job_id"]), "--output", str(tmp_path / "again"), "--json"]
    report = json.loads(python("-m", "renderchain", *fetch, config=elsewhere).stdout)
    assert sorted(report["frames"]) == ["1", "2", "3"] and report["state"] == "completed"
    receipt = f"receipt-{one['job_id']}.json"
    names = sorted(path.name for path in (tmp_path / "again").iterdir())
    assert names == ["0001.png", "0002.png", "0003.png", receipt]
    assert listed(elsewhere)["kept_count"] == 3
    verify = [
        "verify-receipt",
        str(tmp_path / "again" / receipt),
        "--frames",
        str(tmp_path / "again"),
        "--json",
    ]
    found = json.loads(python("-m", "renderchain", *verify).stdout)
    assert found["code"] == 0 and {"results", "frames", "files", "seal"} <= {
        line["what"] for line in found["found"] if line["health"] == "ok"
    }, found


def test_the_aggregator_shows_a_job_that_was_submitted_and_looks_at_its_frames(
    network: Network, scene: Path, tmp_path: Path
) -> None:
    output, config = tmp_path / "frames", network.settings_file("artist")
    frames = ["--frames", "1-3", "--reward", "0.5", "--output", str(output), "--log", "json"]
    done = python("-m", "renderchain", "submit", str(scene), *frames, config=config)
    number = int(done.stdout.split()[-1])
    python("-m", "services.aggregator", "--once", "--port", "0", "--jobs", str(number), config=config)
    made = {path.name for path in (output / "previews").iterdir() if path.is_file()}
    assert made == {"0001.png", "0002.png", "0003.png", "flags.json", "sheet.jpg", "video.mp4"}
    told = json.loads((output / "previews" / "flags.json").read_text())
    assert (told["frames"], told["here"], told["unread"]) == (3, 3, {})
    colours = pixels(output / "0002.png")[..., :3]  # a picture has no alpha
    assert np.array_equal(colours, pixels(output / "previews" / "0002.png"))
    assert (output / f"receipt-{number}.json").is_file()


def test_a_still_that_two_workers_shared_is_merged_into_what_one_would_have_made(
    network: Network, scene: Path, tmp_path: Path
) -> None:
    config, numbers = network.settings_file("artist"), []
    for part in (1, 2):
        wanted = ["--frames", "2", "--part", f"{part}/2", "--reward", "0.5", "--proof-seconds", "0"]
        output = ["--output", str(tmp_path / f"part-{part}"), "--log", "json"]
        done = python("-m", "renderchain", "submit", str(scene), *wanted, *output, config=config)
        numbers.append(done.stdout.split()[-1])
    told = ["--jobs", *numbers, "--merge", *numbers]
    python("-m", "services.aggregator", "--once", "--port", "0", *told, config=config)
    merged = tmp_path / "part-1" / "merged"
    note = json.loads((merged / "merge.json").read_text())
    assert (note["frames"], note["not_merged"], note["missing_samples"]) == ("2", {}, {})
    assert (merged / "previews" / "0002.png").is_file()

    local = f"import bpy; bpy.ops.wm.open_mainfile(filepath={str(scene)!r}); s = bpy.context.scene; "
    local += "s.cycles.use_adaptive_sampling = False; s.cycles.use_animated_seed = True; s.frame_set(2); "
    local += f"s.render.filepath = {str(tmp_path / 'whole.png')!r}; bpy.ops.render.render(write_still=True)"
    python("-c", local)
    whole, parts = (pixels(path).astype(int) for path in (tmp_path / "whole.png", merged / "0002.png"))
    half = pixels(tmp_path / "part-1" / "0002.png").astype(int)
    assert np.abs(whole - parts).max() <= 1 < np.abs(whole - half).max()


def test_a_canceled_job_gives_its_money_back(network: Network, scene: Path) -> None:
    async def run() -> None:
        async with network.chain("artist") as chain:
            before_fri = await chain.tokens_fri(network.contracts.board)
            # A family that no worker here has: nobody claims it.
            terms = JobTerms(1, 2, 3, 4, 5, 10**17, 3, family_of((9, 9), "CYCLES", "CPU"))
            job_id = await chain.create_job(terms)
            config = network.settings_file("artist")
            waiting = await asyncio.to_thread(listed, config)
            assert (waiting["job_id"], waiting["state"], waiting["frame_count"]) == (job_id, "active", 5)
            assert waiting["waits"].startswith("0 of 2 workers fit: 2 have Blender 4.5"), waiting
            watched = await asyncio.to_thread(objects, config, "watch", str(job_id), "--once")
            assert watched == [waiting]
            asked = await asyncio.to_thread(objects, config, "cancel", str(job_id), "--ask")
            assert (asked[0]["canceled"], await asyncio.to_thread(listed, config)) == (False, waiting)
            assert (
                int(asked[0]["back_fri"]) + int(asked[0]["held_fri"]) + int(asked[0]["pool_fri"])
                <= terms.escrow_fri
            )
            done = await asyncio.to_thread(objects, config, "cancel", str(job_id))
            assert done == [{**asked[0], "canceled": True}]
            canceled = await asyncio.to_thread(listed, config)
            assert (canceled["job_id"], canceled["state"], canceled["waits"]) == (job_id, "canceled", "")
            assert canceled["refunded_fri"] == str(terms.escrow_fri)
            assert await chain.tokens_fri(network.contracts.board) == before_fri
            assert await chain.balance_fri(chain.address) == 0

    asyncio.run(run())


def test_a_scene_that_shows_a_missing_texture_is_refused_before_anything_is_paid(
    network: Network, scene: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.blend"
    python(
        "-c",
        f"import bpy; bpy.ops.wm.open_mainfile(filepath={str(scene)!r}); "
        "i = bpy.data.images.new('x', 4, 4); i.source = 'FILE'; i.filepath = '/nowhere/gone.png'; "
        "w = bpy.context.scene.world = bpy.data.worlds.new('sky'); w.use_nodes = True; t = w.node_tree; "
        "n = t.nodes.new('ShaderNodeTexEnvironment'); n.image = i; "
        "t.links.new(n.outputs[0], t.nodes['Background'].inputs[0]); "
        f"bpy.ops.wm.save_as_mainfile(filepath={str(broken)!r})",
    )
    env = {**os.environ, "RENDERCHAIN_CONFIG": str(network.settings_file("artist"))}
    command = [sys.executable, "-m", "renderchain", "submit", str(broken), "--frames", "1", "--log", "json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 1
    *before, failed = notices_in(done.stderr)
    assert isinstance(failed, Failed) and "/nowhere/gone.png, which is missing" in failed.reason
    assert not [one for one in before if isinstance(one, EscrowDue)]
