"""containerd, in a room, with containers as the chart has Kubernetes run them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devkit.network.services import is_running, start, stop
from tests.deploy.cluster.room import GROUP, Room, room

SOCKET = "/run/containerd/containerd.sock"
SETTINGS = """\
version = 2
root = "{folder}/kept"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
"""
# Whoever starts containers for containerd; what the settings of a pod change is changed here.
RUNTIME = """\
#!{python}
import json, os, sys
from pathlib import Path
if "--bundle" in sys.argv:
    file = Path(sys.argv[sys.argv.index("--bundle") + 1], "config.json")
    spec = json.loads(file.read_text())
    user = {{"uid": 10001, "gid": 10001}}
    spec["process"] |= {{"user": user, "capabilities": {{}}, "noNewPrivileges": True}}
    if {has_whole_proc}:
        del spec["linux"]["maskedPaths"], spec["linux"]["readonlyPaths"]
    file.write_text(json.dumps(spec))
os.execvp("runc", ["runc", *sys.argv[1:]])
"""
PATIENCE_S = 1800  # after which something hangs, also on a busy machine


class Containerd:
    """It, with what it keeps below ``folder``; ``settings`` are all of its own."""

    def __init__(self, folder: Path, entered: Room, settings: str = SETTINGS) -> None:
        self._folder = folder
        self._room = entered
        self._settings = settings
        self._number = 0

    def begin(self) -> None:
        """Returns when it answers."""
        settings, log = self._folder / "containerd.toml", self._folder / "containerd.log"
        settings.write_text(self._settings.format(folder=self._folder))
        self._number = start([*self._room.inside, "containerd", "--config", str(settings)], log)
        deadline = time.monotonic() + PATIENCE_S
        while self._ctr("version").returncode:
            assert is_running(self._number) and time.monotonic() < deadline, log.read_text()[-2000:]
            time.sleep(0.5)

    def take(self, archive: Path) -> None:
        """An image that containers begin with."""
        done = self._ctr("images", "import", str(archive))
        assert done.returncode == 0, done.stderr

    def name(self, image: str, also: str) -> None:
        """An image that was taken has another name besides."""
        done = self._ctr("images", "tag", image, also)
        assert done.returncode == 0, done.stderr

    def run(
        self, image: str, name: str, *command: str, has_whole_proc: bool
    ) -> subprocess.CompletedProcess[str]:
        """In a container that ends with it, without a user namespace of its own."""
        runtime = self._folder / f"runtime-of-{name}"
        runtime.write_text(RUNTIME.format(python=sys.executable, has_whole_proc=has_whole_proc))
        runtime.chmod(0o755)
        return self._ctr("run", "--rm", "--read-only", "--runc-binary", str(runtime), image, name, *command)

    def end(self) -> None:
        """What runs in containers ends with the room."""
        if self._number:
            stop(self._number)

    def _ctr(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self._room.inside, "ctr", "--address", SOCKET, "--namespace", GROUP, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@contextmanager
def running_containerd(folder: Path) -> Iterator[Containerd]:
    """One in a room of its own; both end, and what images took is given back."""
    places = [folder / name for name in ("room", "containerd")]
    for place in places:
        place.mkdir()
    try:
        with room(places[0]) as entered:
            found = Containerd(places[1], entered)
            try:
                found.begin()
                yield found
            finally:
                found.end()
    finally:
        shutil.rmtree(places[1] / "kept", ignore_errors=True)
