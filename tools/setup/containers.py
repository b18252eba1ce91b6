"""What builds and runs container images, and a Debian 12 to begin one with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .cache import SetupError, is_done, need, recipe_dir, run
from .debian import install, mirror

PROGRAMS = {
    "aardvark-dns": "aardvark-dns",
    "buildah": "buildah",
    "debootstrap": "debootstrap",
    "iptables": "iptables",
    "netavark": "netavark",
    "podman": "podman",
    "runc": "runc",
}
RELEASE = "bookworm"


def containers_root() -> Path:
    """The folder with base.tar; tests keep their images there too."""
    return recipe_dir("containers", RELEASE)


def containers() -> None:
    """buildah and podman, and a minimal Debian 12 as an archive."""
    root = containers_root()
    install("containers", PROGRAMS)
    if is_done(root):
        return
    if os.geteuid() != 0:
        raise SetupError("setup: containers are set up as root; run `sudo make test-deploy`.")
    shutil.rmtree(root, ignore_errors=True)
    base = root / "base"
    base.mkdir(parents=True)
    program = need("debootstrap", "install it")
    run("containers", [program, "--variant=minbase", RELEASE, str(base), mirror()])
    run("containers", ["tar", "-C", str(base), "-cf", str(root / "base.tar"), "."])
    shutil.rmtree(base)
    (root / ".done").touch()
