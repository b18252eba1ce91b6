"""deploy/compose.yaml, really run: a scene goes in, frames come out, and what fails comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from devkit.network.services import free_port
from tests.deploy.boxed import NO_TIMERS, PATIENCE_S, Containers
from tests.deploy.images import RECIPES, built
from tests.deploy.test_image import scene_in
from tests.unit.docs.pages import REPO

FILE = REPO / "deploy" / "compose.yaml"
PROJECT = "renderchain-test"
WELL = ("kubo", "database", "index", "scheduler", "notifier", "aggregator", "worker-1", "worker-2")
KEYS = {
    "worker-1": ["keystore.password", "worker-1.keystore.json", "worker.toml"],
    "aggregator": ["artist.keystore.json", "artist.toml", "keystore.password"],
    "scheduler": ["keystore.password", "scheduler-1.keystore.json", "scheduler.toml"],
    "index": ["index.toml", "pgpass"],
    "notifier": ["notifier.toml", "pgpass"],
    "database": ["password"],
}
LIMITS = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
events_logger = "file"
"""


class Composed:
    """The network of the file, by podman-compose, with ports of its own."""

    def __init__(self, containers: Containers, folder: Path) -> None:
        self._containers = containers
        self._podman = folder / "podman"
        self._podman.write_text(f'#!/bin/sh\nexec {" ".join(containers.engine)} "$@"\n')
        self._podman.chmod(0o755)
        (folder / "containers.conf").write_text(LIMITS)
        ports = {name: str(free_port()) for name in ("DEVNET_PORT", "IPFS_PORT", "DASHBOARD_PORT")}
        self.dashboard = f"http://127.0.0.1:{ports['DASHBOARD_PORT']}"
        self._environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(folder),
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "IMAGES": "localhost/",
            **NO_TIMERS,
            **ports,
        }

    def compose(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """podman-compose's answer."""
        program = Path(sys.executable).with_name("podman-compose")
        command = [str(program), "--podman-path", str(self._podman), "--project-name", PROJECT]
        return self._done([*command, *arguments], check)

    def podman(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """The engine's."""
        return self._done([str(self._podman), *arguments], check)

    def container(self, part: str) -> str:
        """Its name."""
        return f"{PROJECT}_{part}_1"

    def state(self, part: str) -> dict[str, Any]:
        """What the engine says of it."""
        found: dict[str, Any] = json.loads(self.podman("inspect", self.container(part)).stdout)[0]
        return found

    def ask(self, path: str) -> bytes:
        """What the index answers; b"" while it does not."""
        try:
            with urllib.request.urlopen(f"{self.dashboard}{path}", timeout=10) as answer:
                return bytes(answer.read())
        except OSError:
            return b""

    def is_well(self, part: str) -> bool:
        """As its health check says."""
        return self.podman("healthcheck", "run", self.container(part), check=False).returncode == 0

    def wait_for(self, what: Callable[[], object]) -> None:
        """Until it is so; the logs of all say why not."""
        deadline = time.monotonic() + PATIENCE_S
        while not what():
            assert time.monotonic() < deadline, self.compose("logs", "--tail", "20", check=False).stdout
            time.sleep(1)

    def _done(self, command: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=FILE.parent,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert not check or done.returncode == 0, (command, done.stdout[-3000:], done.stderr[-3000:])
        return done


@pytest.fixture(scope="module")
def composed(containers: Containers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    """It, running, and nothing left of it afterwards."""
    for kind in RECIPES:
        built(containers, kind)
    found = Composed(containers, tmp_path_factory.mktemp("composed"))
    try:
        found.compose("down", "--volumes", check=False)
        found.compose("up", "--detach", "--no-build", "devnet", "network")
        found.wait_for(lambda: found.is_well("network"))
        found.compose("up", "--detach", "--no-build")
        found.wait_for(lambda: found.ask("/readyz"))
        yield found
    finally:
        found.compose("down", "--volumes", "--timeout", "5", check=False)


def test_a_scene_goes_in_and_its_frames_come_out(composed: Composed, tmp_path: Path) -> None:
    scenes = scene_in(tmp_path)
    command = ["submit", "/scenes/cube.blend", "--frames", "1-2", "--output", "/data/frames"]
    run = ["--profile", "artist", "run", "--rm", "--no-deps", "--volume", f"{scenes}:/scenes:ro", "artist"]
    composed.compose(*run, *command)
    composed.wait_for(lambda: _is_over(composed))
    composed.podman("cp", f"{composed.container('aggregator')}:/data/frames", str(tmp_path))
    frames = sorted((tmp_path / "frames").glob("*.png"))
    assert [frame.name for frame in frames] == ["0001.png", "0002.png"]
    for frame in frames:
        with Image.open(frame) as image:
            assert image.size == (64, 64)


def _is_over(composed: Composed) -> bool:
    jobs = json.loads(composed.ask("/v1/jobs") or b'{"items": []}')["items"]
    return [one["state"] for one in jobs] == ["closed"]


def test_the_dashboard_is_served(composed: Composed) -> None:
    assert b'<script type="module"' in composed.ask("/")


def test_each_part_can_be_asked_whether_it_is_well(composed: Composed) -> None:
    for part in (*WELL, "devnet", "network"):
        composed.wait_for(partial(composed.is_well, part))


@pytest.mark.parametrize("part", ["index", "scheduler", "notifier", "aggregator"])
def test_a_part_that_hangs_is_ill_and_the_others_are_well(composed: Composed, part: str) -> None:
    others = [one for one in WELL if one != part]
    number = composed.state(part)["State"]["Pid"]
    os.kill(number, signal.SIGSTOP)
    try:
        composed.wait_for(lambda: not composed.is_well(part))
        for other in others:
            composed.wait_for(partial(composed.is_well, other))
        assert not composed.is_well(part)
    finally:
        os.kill(number, signal.SIGCONT)
    composed.wait_for(lambda: composed.is_well(part))


@pytest.mark.parametrize("part", ["index", "database"])
def test_a_part_that_is_killed_comes_back_with_what_it_had(composed: Composed, part: str) -> None:
    before = composed.state(part)["State"]["StartedAt"]
    number = composed.state(part)["State"]["Pid"]
    os.kill(number, signal.SIGKILL)
    composed.wait_for(lambda: composed.state(part)["State"]["StartedAt"] != before)
    composed.wait_for(lambda: composed.is_well(part) and composed.ask("/readyz"))


def test_no_part_can_do_more_than_it_must_and_each_is_restarted(composed: Composed) -> None:
    for part in WELL:
        found = composed.state(part)
        limits = found["HostConfig"]
        assert limits["ReadonlyRootfs"] and not limits["Privileged"], part
        assert found["EffectiveCaps"] in ([], None) and found["BoundingCaps"] in ([], None), part
        assert limits["RestartPolicy"]["Name"] == "unless-stopped", part
        assert limits["LogConfig"]["Size"].lower() in ("8m", "8mb", "8mib"), part


def test_all_volumes_belong_to_the_network_so_that_they_go_with_it(composed: Composed) -> None:
    label = f"label=io.podman.compose.project={PROJECT}"
    found = composed.podman("volume", "ls", "--filter", label, "--format", "{{.Name}}").stdout.split()
    named = yaml.safe_load(FILE.read_text())["volumes"]
    assert set(found) == {f"{PROJECT}_{name}" for name in named}


def test_no_part_has_the_secrets_of_another(composed: Composed) -> None:
    """They are in files of volumes, and nowhere in what the engine knows."""
    password = composed.podman("exec", composed.container("database"), "cat", "/etc/renderchain/password")
    keystore = composed.podman(
        "exec", composed.container("worker-1"), "cat", "/etc/renderchain/keystore.password"
    )
    told = "".join(json.dumps(composed.state(part)) for part in WELL) + FILE.read_text()
    assert len(password.stdout.strip()) == len(keystore.stdout.strip()) == 32
    assert password.stdout.strip() not in told and keystore.stdout.strip() not in told
    keys = {
        part: composed.podman("exec", composed.container(part), "ls", "/etc/renderchain") for part in KEYS
    }
    assert {part: said.stdout.split() for part, said in keys.items()} == KEYS
