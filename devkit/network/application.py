"""The Blender application beside a running network: its extension, and workers that render with it too."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .services import REPO, ServiceError

PYTHON = "3.14"  # of Debian's Blender
MISSING = "missing:"


@dataclass(frozen=True)
class LocalApplication:
    """The program, and the folder that its extension is installed in."""

    folder: Path
    resources: Path

    @property
    def environment(self) -> dict[str, str]:
        """With which a worker renders with the bpy module and with the application."""
        blenders = os.pathsep.join(["", str(self.folder / "outside")])
        return {"BLENDER_USER_RESOURCES": str(self.resources), "RENDERCHAIN_BLENDERS": blenders}

    @property
    def program(self) -> str:
        """What starts it."""
        return str(self.folder / "blender")


def application_there() -> Path | None:
    """Where the set-up put the application; None if it did not, and nothing is brought."""
    said = _run([sys.executable, "-m", "tools.setup", "doctor"])
    rows = [line.split(maxsplit=1) for line in said.splitlines()]
    (place,) = (row[1] for row in rows if row[0] == "blender")
    return None if place.startswith(MISSING) else Path(place)


def install_extension(folder: Path, resources: Path) -> LocalApplication:
    """Build the extension and install it, enabled, in a folder of its own; raises ServiceError."""
    zips = resources / "zips"
    build = ["--python", PYTHON, "--platform", "linux-x64", "--output", str(zips)]
    _run([sys.executable, "-m", "tools.extension", *build])
    (built,) = zips.glob("*.zip")
    found = LocalApplication(folder, resources)
    install = ["--command", "extension", "install-file", "-r", "user_default", "--enable", str(built)]
    _run([found.program, *install], BLENDER_USER_RESOURCES=str(resources))
    return found


def _run(command: list[str], **more: str) -> str:
    env = {**os.environ, **more}
    done = subprocess.run(command, cwd=REPO, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServiceError(f"{' '.join(command[:4])} failed: {(done.stdout + done.stderr)[-1000:]}")
    return done.stdout
