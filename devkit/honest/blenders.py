"""Where a Blender is, how a script is started in it, and the renderer that workers would have with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from renderchain.adapters.blender_process.process import PACKAGE_ROOT, BlenderRenderer
from renderchain.adapters.blender_process.sandbox import Jailed
from renderchain.core.errors import RenderFailed

from devkit.network.services import REPO

OPTIONS = ("--background", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1", "--python")
MODULES = REPO / "build" / "honest"  # OpenEXR for other Pythons than ours


@dataclass(frozen=True)
class Blender:
    """The bpy module in this Python (``program`` is ""), or an application.

    The application of tools/setup lives in a system of its own, which the script ``inside`` beside it
    enters; it sees the repository, the home folder and /tmp, and nothing else of the machine.
    """

    program: str = ""

    @property
    def _inside(self) -> list[str]:
        entrance = Path(self.program).parent / "inside"
        is_apart = bool(self.program) and entrance.is_file()
        return [str(entrance), "--bind", str(REPO), str(REPO)] if is_apart else []

    @property
    def _command(self) -> str:
        return "/usr/bin/blender" if self._inside else self.program

    def script(self, script: Path, arguments: Sequence[str]) -> list[str]:
        """The command that runs a script in it; the arguments follow "--"."""
        if not self.program:
            return [sys.executable, str(script), "--", *arguments]
        return [*self._inside, self._command, *OPTIONS, str(script), "--", *arguments]

    def renderer(
        self,
        log_folder: Path,
        python: str,
        environment: Mapping[str, str],
        device: str = "CPU",
        allow_unsandboxed: bool = False,
    ) -> BlenderRenderer:
        """The sandboxed renderer of a worker; ``python`` is this Blender's, such as "3.11".

        Raises RenderFailed if OpenEXR is not to be had for it.
        """
        is_ours = python == f"{sys.version_info.major}.{sys.version_info.minor}"
        modules = None if is_ours else modules_for(python)
        return _Renderer(
            blender=self._command,
            device=device,
            log_folder=log_folder,
            allow_unsandboxed=allow_unsandboxed,
            environment=dict(environment),
            entrance=tuple(self._inside),
            more_modules=modules,
        )


@dataclass(frozen=True)
class _Renderer(BlenderRenderer):
    entrance: tuple[str, ...] = ()
    more_modules: Path | None = None

    def _jailed(self, package: Path, output: Path) -> Jailed:
        jailed = super()._jailed(package, output)
        command = jailed.command
        if self.more_modules:
            start = command.index(str(PACKAGE_ROOT))  # its "--ro-bind"
            bound = ["--ro-bind", str(self.more_modules), str(self.more_modules)]
            command = [*command[: start - 1], *bound, *command[start - 1 :], str(self.more_modules)]
        return replace(jailed, command=[*self.entrance, *command])


def modules_for(python: str) -> Path:
    """A folder with OpenEXR for another Python than ours; raises RenderFailed if pip can't bring it."""
    folder = MODULES / f"modules-{python}"
    if not list(folder.glob("OpenEXR*")):
        wanted = [f"OpenEXR=={version('OpenEXR')}", "--target", str(folder)]
        options = ["--no-deps", "--only-binary=:all:", f"--python-version={python}", "--quiet"]
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", *options, *wanted],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RenderFailed(f"pip could not bring OpenEXR for Python {python}: {done.stderr[-500:]}")
    return folder
