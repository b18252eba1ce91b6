"""buildah and podman with images of our own, apart from those that the machine has."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.unit.docs.pages import REPO

# As docs/operations.md tells providers to run it.
FLAGS = (
    "--read-only",
    "--cap-drop all",
    "--security-opt no-new-privileges",
    "--security-opt unmask=ALL",
    "--tmpfs /tmp",
)
# Where we are no whole root: no other limits than ours may be asked for, and only runc starts.
HERE = ("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096", "--network", "none")
# Nor is there a systemd, which asks for podman whether a container is well: tests ask themselves.
NO_TIMERS = {"DISABLE_HC_SYSTEMD": "true"}
GROUP = "libpod_parent"
PATIENCE_S = 3600  # after which a program hangs, also on a busy machine


class Containers:
    """Images and containers below ``root``."""

    def __init__(self, root: Path) -> None:
        # podman takes no path of over 50 characters for it, and remembers it with the images.
        self._run = f"/tmp/renderchain-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}"
        self._storage = ["--root", str(root / "images"), "--runroot", self._run]
        self._volumes: list[str] = []
        self._groups = {path for path in Path("/sys/fs/cgroup").glob(f"*/{GROUP}")}

    @property
    def engine(self) -> list[str]:
        """podman, as it runs here."""
        return ["podman", *self._storage, "--runtime", "runc", "--cgroup-manager", "cgroupfs"]

    def bring_base(self, archive: Path) -> None:
        """localhost/base out of an archive, if it is not there yet."""
        self.bring("base", "scratch", {archive: ""})

    def bring(self, name: str, base: str, files: Mapping[Path, str], *links: tuple[str, str]) -> None:
        """localhost/NAME, if it is not there yet: another image with files of this machine in it."""
        known = self._buildah("images", "--quiet", f"localhost/{name}", check=False)
        if known.returncode == 0 and known.stdout.strip():
            return
        container = self._buildah("from", base).stdout.strip()
        for source, place in files.items():
            self._buildah("add", "--quiet", container, str(source), *([place] if place else []))
        for place, target in links:
            self._buildah("run", "--isolation", "chroot", container, "ln", "-s", target, place)
        self._buildah("commit", "--quiet", "--rm", container, f"localhost/{name}")

    def build(self, file: Path, image: str, *more: str, target: str = "", **arguments: str) -> None:
        """Build it; what pip and npm need on this machine to reach packages is handed on.

        All files have one date, so that what is built of the same is the same.
        """
        for name in ("PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "GOPROXY"):
            if value := os.environ.get(name):
                arguments[name] = value
        options = ["--format", "docker", "--isolation", "chroot", "--network", "host", "--timestamp", "0"]
        options += ["--layers", "--file", str(file), *more]
        if target:
            options += ["--target", target]
        if certificates := os.environ.get("PIP_CERT"):
            options += ["--volume", f"{certificates}:/run/certificates.crt:ro"]
            arguments |= dict.fromkeys(("PIP_CERT", "NPM_CONFIG_CAFILE"), "/run/certificates.crt")
        options += [part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")]
        self._buildah("build", *options, "--tag", image, str(REPO))

    def save(self, image: str, archive: Path, name: str) -> None:
        """Into an archive, under that name."""
        self._buildah("push", "--quiet", image, f"docker-archive:{archive}:{name}")

    def made_of(self, image: str) -> dict[str, Any]:
        """Its layers, by their digests, and its settings; an id has random parts of buildah's besides."""
        said = json.loads(self._podman("image", "inspect", image).stdout)[0]
        return {name: said[name] for name in ("Architecture", "Config", "Created", "Os", "RootFS")}

    def inspect(self, image: str) -> dict[str, Any]:
        """The image's settings: Env, Entrypoint, Cmd, User, Labels, Healthcheck."""
        said = json.loads(self._podman("image", "inspect", image).stdout)[0]
        found: dict[str, Any] = said["Config"] | {"Healthcheck": said.get("Healthcheck")}
        return found

    @contextmanager
    def mounted(self, image: str) -> Iterator[Path]:
        """Its files."""
        try:
            yield Path(self._podman("image", "mount", image).stdout.strip())
        finally:
            self._podman("image", "unmount", image)

    def run(
        self, image: str, *arguments: str, scene: Path | None = None, entrypoint: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run it once as the docs say."""
        flags = [part for flag in FLAGS for part in flag.split()]
        flags += ["--volume", "renderchain-test:/data"]
        flags += ["--volume", f"{scene}:/scene:ro"] if scene else []
        flags += ["--entrypoint", entrypoint] if entrypoint else []
        return self._podman("run", "--rm", *flags, *HERE, image, *arguments, check=False)

    def end(self) -> None:
        """Only images stay, for the next run."""
        self._podman("volume", "rm", "--force", "renderchain-test", check=False)
        for group in set(Path("/sys/fs/cgroup").glob(f"*/{GROUP}")) - self._groups:
            for path in (*sorted(group.rglob("*"), reverse=True), group):
                with suppress(OSError):
                    path.rmdir()
        shutil.rmtree(self._run, ignore_errors=True)

    def _buildah(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._done(["buildah", *self._storage, *arguments], check)

    def _podman(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._done([*self.engine, *arguments], check)

    @staticmethod
    def _done(command: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            env={**os.environ, **NO_TIMERS},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert not check or done.returncode == 0, (command, done.stdout[-3000:], done.stderr[-3000:])
        return done
