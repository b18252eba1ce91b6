"""Starting a render process in its sandbox, within its limits."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...core.errors import RenderFailed
from ...core.manifest import Manifest
from ...core.messages import KnownRendered
from .limits import Limits
from .logs import prune_logs
from .running import LOAD_TIMEOUT_S, Started, start_process
from .sandbox import COLOURS_VARIABLE, PACKAGE, Jailed, is_sandboxed, jail
from .sandbox_start import try_sandbox
from .seccomp import filter_program
from .session import Session

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
CHILD = PACKAGE_ROOT / "blender" / "child.py"
NEEDED_MODULES = ("numpy", "OpenEXR")


@dataclass(frozen=True)
class BlenderRenderer:
    """``blender`` is the application to run, or "" for the bpy module in this Python.

    ``device`` is AUTO or one of Cycles' names; a frame may be silent for ``silence_s``, no longer.
    ``allowed`` is code of scenes' own that may run (core/scene_code.py). ``modules`` are folders with what
    NEEDED_MODULES names, for another Python than this one. ``compiled`` is a folder for compiled modules:
    processes that open scenes find there what the known tile's have left, which ``compiles`` are alone.
    """

    blender: str
    device: str
    log_folder: Path
    silence_s: int = 900
    allow_unsandboxed: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    allowed: tuple[str, ...] = ()
    modules: tuple[Path, ...] = ()
    keeps_logs: bool = True
    compiled: Path | None = None
    compiles: bool = False

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[Session]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        started = await self.coloured(package, manifest).start(package, output, name_of(output))
        async with self.loaded(started, manifest) as session:
            yield session

    def coloured(self, package: Path, manifest: Manifest) -> BlenderRenderer:
        """The same, whose processes have the package's own colour configuration, if there is one.

        Blender reads it as it starts, before there is a scene.
        """
        if not manifest.colours:
            return self
        place = f"{PACKAGE if is_sandboxed() else package}/{manifest.colours}"
        return replace(self, environment={**self.environment, COLOURS_VARIABLE: place})

    async def start(self, package: Path, output: Path, name: str) -> Started:
        """A process that has opened nothing; its log is called after ``name``. Raises as ``open``."""
        jailed = self._jailed(package, output)
        log_path = self.log_path(name)
        prune_logs(log_path.parent, self.limits.logs)
        return await start_process(jailed, output, log_path, self.limits, on_cpu=self.device == "CPU")

    @contextlib.asynccontextmanager
    async def loaded(self, started: Started, manifest: Manifest) -> AsyncIterator[Session]:
        """The process with the scene in its package folder open; it ends with the block."""
        times = (self.silence_s, self.limits.frame_seconds)
        session = Session(started, *times, self.allowed, keeps_log=self.keeps_logs)
        try:
            await session.load(manifest, started.jailed, self.device)
            yield session
        finally:
            await session.close()

    async def try_out(self) -> None:
        """Whether a process would start, and on a GPU whether it renders; raises as ``open``."""
        if is_sandboxed() or not self.allow_unsandboxed:
            await asyncio.to_thread(try_sandbox)
        if self.device != "CPU":
            await self.known_tile()

    async def known_tile(self, device: str = "") -> KnownRendered:
        """The known tile as a process without a scene makes it, on another device where one is named.

        Raises RenderFailed or SandboxMissing.
        """
        with tempfile.TemporaryDirectory(prefix="renderchain-known-") as scratch:
            package, output = Path(scratch, "package"), Path(scratch, "output")
            package.mkdir()
            output.mkdir()
            which = Path(self.blender).parent.name or "module"
            name = f"known-{which}-{(device or self.device).lower()}"
            started = await replace(self, compiles=True).start(package, output, name)
            session = Session(started, LOAD_TIMEOUT_S, LOAD_TIMEOUT_S, ())
            try:
                return await session.known_tile(device or self.device)
            finally:
                await session.close()

    def log_path(self, name: str) -> Path:
        """Where a process of that name says what goes wrong."""
        return self.log_folder / f"render-{name}.log"

    def _jailed(self, package: Path, output: Path) -> Jailed:
        modules = list(self.modules) or [folder_of(name) for name in NEEDED_MODULES]
        arguments = ["--", *(str(folder) for folder in modules)]
        readable = {PACKAGE_ROOT, *modules}
        if self.blender:
            options = ["--background", "--factory-startup", "--disable-autoexec", "--offline-mode"]
            command = [self.blender, *options, "--python-exit-code", "1", "--python", str(CHILD)]
            readable.add(Path(self.blender).resolve().parent)
        else:
            command = [sys.executable, "-I", str(CHILD)]
            readable |= {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent}
        return jail(
            [*command, *arguments],
            sorted(readable),
            package,
            output,
            environment=self.environment,
            allow_unsandboxed=self.allow_unsandboxed,
            tmpfs=self.limits.tmpfs,
            filter_program=filter_program(on_cpu=self.device == "CPU"),
            on_cpu=self.device == "CPU",
            compiled=self.compiled,
            compiles=self.compiles,
        )


def name_of(output: Path) -> str:
    """What the log of a process is called by: its output folder, and whose that is."""
    return f"{output.parent.name}-{output.name}"


def folder_of(module: str) -> Path:
    """The folder that a module is imported from."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise RenderFailed(f"The Python module {module} is missing; install RenderChain again.")
    origin = Path(spec.origin)
    return origin.parent.parent if origin.name == "__init__.py" else origin.parent
