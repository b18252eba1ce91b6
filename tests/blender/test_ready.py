"""A render process that was started before there was a scene: it renders the same, sees no more, and ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.adapters.blender_process.ready import ReadyRenderer
from renderchain.adapters.blender_process.running import Started
from renderchain.adapters.blender_process.sandbox import Jailed, jail
from renderchain.core.manifest import Manifest

from devkit.fakes.package import manifest_of
from devkit.network.services import REPO
from tests.blender.test_order import digests, package_of, tile_digests

LOOK = """
import json, os, sys
print("ready", flush=True)
sys.stdin.readline()
found = {"package": sorted(os.listdir("/package")), "text": open("/package/textures/a.txt").read()}
for path in ("/package/main.blend", "/package/new", "/usr/new"):
    try:
        open(path, "a").close()
        found[path] = "written"
    except OSError as error:
        found[path] = error.strerror
try:
    os.link("/package/main.blend", "/output/linked")
except OSError as error:
    found["link"] = error.strerror
open("/output/found.json", "w").write(json.dumps(found))
"""
WAIT = "import sys; print('ready', flush=True); sys.stdin.read()"
AGENT = """
import asyncio, sys
from pathlib import Path
from tests.blender.test_ready import WAIT, Looking, ready_in

async def agent():
    ready = ready_in(Path(sys.argv[1]), Looking, WAIT)
    async with ready.running():
        await ready._waiting.started.is_ready()
        print(ready._waiting.started.process.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(agent())
"""


class Looking(BlenderRenderer):
    """Runs a script instead of Blender; ``blender`` is the script."""

    def _jailed(self, package: Path, output: Path) -> Jailed:
        readable = sorted({Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent})
        command = [sys.executable, "-I", "-c", self.blender]
        return jail(command, readable, package, output, environment={}, allow_unsandboxed=False)

    @contextlib.asynccontextmanager
    async def loaded(self, started: Started, manifest: Manifest) -> AsyncIterator[Any]:
        yield started
        await started.process.communicate(b"go\n")
        await started.end()


def ready_in(folder: Path, kind: type[BlenderRenderer] = BlenderRenderer, blender: str = "") -> ReadyRenderer:
    return ReadyRenderer(kind(blender, "CPU", folder / "logs"), folder / "ready")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "packages" / "bafy"
    (folder / "textures").mkdir(parents=True)
    (folder / "main.blend").write_text("scene")
    (folder / "textures" / "a.txt").write_text("wood")
    return folder


async def looked(ready: ReadyRenderer, package: Path, output: Path) -> tuple[dict[str, Any], int]:
    """What a process sees, and its number."""
    output.mkdir(parents=True)
    async with ready.open(package, manifest_of((1,)), output) as started:
        assert isinstance(started, Started)
    found: dict[str, Any] = json.loads((output / "found.json").read_text())
    return found, started.process.pid


def waiting_in(ready: ReadyRenderer) -> int:
    """The number of the process that stands ready."""
    assert ready._waiting
    return ready._waiting.started.process.pid


def test_it_sees_its_package_read_only_and_nothing_more(tmp_path: Path, package: Path) -> None:
    async def life() -> None:
        ready = ready_in(tmp_path, Looking, LOOK)
        async with ready.running():
            first = waiting_in(ready)
            found, number = await looked(ready, package, tmp_path / "leases" / "1")
            assert number == first and waiting_in(ready) != first, "the next one stands ready"
        fresh, _ = await looked(ready, package, tmp_path / "leases" / "2")
        assert found == fresh, "it must not see or do more than one that is started when it is needed"

    asyncio.run(life())
    found = json.loads((tmp_path / "leases" / "1" / "found.json").read_text())
    assert (found["package"], found["text"]) == (["main.blend", "textures"], "wood")
    refused = [found[path] for path in ("/package/main.blend", "/package/new", "/usr/new", "link")]
    assert "written" not in refused and refused[3] == os.strerror(18)
    assert sorted(path.name for path in package.rglob("*")) == ["a.txt", "main.blend", "textures"]
    assert list((tmp_path / "ready").iterdir()) == []
    logs = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert logs[:2] == ["render-leases-1.log", "render-leases-2.log"]


def test_each_lane_has_its_own_process_ready(tmp_path: Path, package: Path) -> None:
    """Their logs had one name in one folder, so that only one of them could be used."""

    async def life() -> None:
        lanes = [
            ReadyRenderer(Looking(LOOK, "CPU", tmp_path / "logs"), tmp_path / "ready" / str(lane))
            for lane in (1, 2)
        ]
        async with lanes[0].running(), lanes[1].running():
            for lane, ready in enumerate(lanes):
                standing = waiting_in(ready)
                _, number = await looked(ready, package, tmp_path / "leases" / str(lane))
                assert number == standing

    asyncio.run(life())


def test_a_folder_of_the_agents_that_a_package_links_to_stays_out(tmp_path: Path, package: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "secret").write_text("key")
    (package / "keys").symlink_to(tmp_path / "keys")

    async def life() -> None:
        ready = ready_in(
            tmp_path, Looking, LOOK.replace('"/package/textures/a.txt"', '"/package/keys/secret"')
        )
        async with ready.running():
            with pytest.raises(FileNotFoundError):
                await looked(ready, package, tmp_path / "leases" / "1")

    asyncio.run(life())
    assert "No such file" in (tmp_path / "logs" / "render-leases-1.log").read_text()


def test_one_that_died_or_can_not_have_its_folders_is_replaced(tmp_path: Path, package: Path) -> None:
    async def life() -> None:
        ready = ready_in(tmp_path, Looking, LOOK)
        async with ready.running():
            assert ready._waiting
            await ready._waiting.started.end()
            dead = waiting_in(ready)
            _, number = await looked(ready, package, tmp_path / "leases" / "1")
            assert number != dead
            next_one, other = waiting_in(ready), tmp_path / "leases" / "2"
            other.mkdir()
            (other / "noisy.exr").touch()  # an output folder that has something in it already
            async with ready.open(package, manifest_of((1,)), other) as started:
                assert isinstance(started, Started) and started.process.pid != next_one
            assert (other / "noisy.exr").exists() and (other / "found.json").exists()
            assert waiting_in(ready) != next_one

    asyncio.run(life())


def test_two_that_are_needed_at_once_are_had(tmp_path: Path, package: Path) -> None:
    async def life() -> None:
        ready = ready_in(tmp_path, Looking, LOOK)
        async with ready.running():
            outputs = [tmp_path / "leases" / str(number) for number in range(3)]
            seen = await asyncio.gather(*(looked(ready, package, output) for output in outputs))
            assert len({number for _, number in seen} | {waiting_in(ready)}) == 4

    asyncio.run(life())
    assert list((tmp_path / "ready").iterdir()) == []


def is_alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(number: int) -> bool:
    """Whether the process ends within some seconds."""
    for _ in range(100):
        if not is_alive(number):
            return True
        time.sleep(0.1)
    return False


def test_it_ends_with_the_block(tmp_path: Path) -> None:
    async def life() -> int:
        ready = ready_in(tmp_path, Looking, WAIT)
        async with ready.running():
            assert is_alive(waiting_in(ready))
            return waiting_in(ready)

    assert not is_alive(asyncio.run(life()))


def test_it_ends_with_an_agent_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", AGENT, str(tmp_path)]
    with subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, text=True) as agent:
        assert agent.stdout
        number = int(agent.stdout.readline())
        assert is_alive(number)
        agent.send_signal(signal.SIGKILL)
    assert ends(number)


def test_it_renders_what_others_render(tmp_path: Path) -> None:
    manifest = package_of(tmp_path / "package", "switched lights")

    async def life() -> None:
        ready = ready_in(tmp_path)
        async with ready.running():
            first = waiting_in(ready)
            output = tmp_path / "leases" / "1"
            output.mkdir(parents=True)
            async with ready.open(tmp_path / "package", manifest, output) as session:
                assert is_alive(first)
                frames = [await session.render(1, lambda _: None, then=4)]
                frames.append(await session.render(4, lambda _: None))
        assert all((output / name).is_file() for one in frames for name in (one.final, one.noisy, one.leaves))

    asyncio.run(life())
    mine = (tmp_path / "leases" / "1" / "0004.leaves").read_bytes()[:32]
    assert [mine] == asyncio.run(digests(tmp_path / "package", manifest, tmp_path / "fresh", (4,)))
    assert [mine] == asyncio.run(tile_digests(tmp_path / "package", manifest, tmp_path / "tiles", 4))
