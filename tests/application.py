"""The real Blender application, as the tests start it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from devkit.network.services import REPO


@dataclass(frozen=True)
class Application:
    """The Blender application with our extension installed, in a user folder of its own."""

    root: Path
    resources: Path

    @property
    def blender(self) -> str:
        """The program."""
        return str(self.root / "blender")

    @property
    def outside(self) -> str:
        """The same program in the system that the tests run in, as one that lies beside another Blender."""
        return str(self.root / "outside")

    @property
    def environment(self) -> dict[str, str]:
        """What it is started with."""
        config, data = str(self.resources / "settings"), str(self.resources / "data")
        places = {"XDG_CONFIG_HOME": config, "XDG_DATA_HOME": data}
        return {**os.environ, "BLENDER_USER_RESOURCES": str(self.resources), **places}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run Blender to its end."""
        return self.call([self.blender, *arguments], 120, **more)

    def call(self, command: list[str], timeout_s: int, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, in the repository's folder and with our Blender's environment."""
        return subprocess.run(
            command,
            cwd=REPO,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
