"""Starting a render process and talking to it: commands on its stdin, messages on its stdout."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...core.errors import ContentError, RenderFailed
from ...core.manifest import FORMATS, Manifest
from ...core.messages import (
    MAX_LINE_BYTES,
    Command,
    Failed,
    Load,
    Loaded,
    MadeAgain,
    MakeAgain,
    Message,
    Progress,
    Render,
    Rendered,
    RenderTiles,
    TilesRendered,
    read_message,
    to_line,
)
from ...ports.renderer import OnProgress
from .logs import prune_logs
from .sandbox import Jailed, jail

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
CHILD = PACKAGE_ROOT / "blender" / "child.py"
NEEDED_MODULES = ("numpy", "OpenEXR")
LOAD_TIMEOUT_S = 600
QUIT_TIMEOUT_S = 10
LOG_TAIL_BYTES = 2000
READY = b"ready\n"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Started:
    """A render process that has opened nothing yet."""

    process: asyncio.subprocess.Process
    jailed: Jailed
    log_path: Path

    async def is_ready(self) -> bool:
        """Wait until its sandbox stands and its modules are imported; False if it ended instead."""
        if self.process.stdout is None:
            return False
        async with asyncio.timeout(LOAD_TIMEOUT_S):
            while line := await self.process.stdout.readline():
                if line == READY:
                    return self.process.returncode is None  # it may have ended since
        return False


@dataclass(frozen=True)
class BlenderRenderer:
    """``blender`` is the application to run, or "" for the bpy module in this Python.

    ``device`` is AUTO or one of Cycles' names; a frame may be silent for ``silence_s``, no longer.
    """

    blender: str
    device: str
    log_folder: Path
    silence_s: int = 900
    allow_unsandboxed: bool = False
    environment: dict[str, str] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def open(self, package: Path, manifest: Manifest, output: Path) -> AsyncIterator[_Session]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        started = await self.start(package, output, output.name)
        async with self.loaded(started, manifest) as session:
            yield session

    async def start(self, package: Path, output: Path, name: str) -> Started:
        """A process that has opened nothing; its log is called after ``name``. Raises as ``open``."""
        jailed = self._jailed(package, output)
        log_path = self.log_path(name)
        log_path.parent.mkdir(parents=True, exist_ok=True)
        prune_logs(log_path.parent)
        with log_path.open("wb") as errors:
            starting = asyncio.create_task(
                asyncio.create_subprocess_exec(
                    *jailed.command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=errors,
                    limit=MAX_LINE_BYTES,
                    env=jailed.environment,
                )
            )
            try:
                process = await asyncio.shield(starting)
            except asyncio.CancelledError:
                # Stopped halfway, asyncio waits for the end of a process that nobody ends.
                await end_process(await starting)
                raise
        return Started(process, jailed, log_path)

    @contextlib.asynccontextmanager
    async def loaded(self, started: Started, manifest: Manifest) -> AsyncIterator[_Session]:
        """The process with the scene in its package folder open; it ends with the block."""
        session = _Session(started.process, self.silence_s, started.log_path)
        try:
            await session.load(manifest, started.jailed, self.device)
            yield session
        finally:
            await session.close()

    def log_path(self, name: str) -> Path:
        """Where a process of that name says what goes wrong."""
        return self.log_folder / f"render-{name}.log"

    def _jailed(self, package: Path, output: Path) -> Jailed:
        modules = [_folder_of(name) for name in NEEDED_MODULES]
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
        )


def _folder_of(module: str) -> Path:
    """The folder that a module is imported from."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise RenderFailed(f"The Python module {module} is missing; install RenderChain again.")
    origin = Path(spec.origin)
    return origin.parent.parent if origin.name == "__init__.py" else origin.parent


class _Session:
    """A running process; one command at a time."""

    loaded: Loaded

    def __init__(self, process: asyncio.subprocess.Process, silence_s: int, log_path: Path) -> None:
        self._process = process
        self._silence_s = silence_s
        self._log_path = log_path
        self._begun: int | None = None  # a frame that was asked for before its turn

    async def load(self, manifest: Manifest, jailed: Jailed, device: str) -> None:
        blend = f"{jailed.package}/{manifest.main_blend}"
        self._send(
            Load(
                blend,
                manifest.scene,
                jailed.output,
                manifest.file_format,
                FORMATS[manifest.file_format],
                device,
                manifest.samples,
                manifest.view_layers,
                manifest.frames,
                manifest.own_seed,
            )
        )
        message = await self._next(LOAD_TIMEOUT_S)
        if isinstance(message, Failed):
            raise RenderFailed(message.reason)
        if not isinstance(message, Loaded):
            raise self._failure(f"did not open the scene ({message})")
        self.loaded = message

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        """Render a frame into the output folder, and begin the next; raises RenderFailed."""
        if frame != self._begun:
            self._send(Render(frame))
        if then is not None:
            self._send(Render(then))
        self._begun = then
        message = await self._answer(frame, on_progress)
        if not isinstance(message, Rendered):
            raise self._failure(f"answered something else than frame {frame}")
        return message

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        """Render only these leaves of a frame and write their prints; raises RenderFailed."""
        self._send(RenderTiles(frame, tuple(tiles), shared))
        message = await self._answer(frame, on_progress)
        if not isinstance(message, TilesRendered):
            raise self._failure(f"answered something else than tiles of frame {frame}")
        return message

    async def make_again(self, frame: int, noisy: str, final: str) -> MadeAgain:
        """Make a final image out of a noisy pass and compare it with another; raises RenderFailed."""
        self._send(MakeAgain(frame, noisy, final))
        message = await self._answer(frame, lambda _: None)
        if not isinstance(message, MadeAgain):
            raise self._failure(f"answered something else than the final image of frame {frame}")
        return message

    async def ask(self, command: Command) -> Message:
        """Send a command of a probe; returns what is no progress. Raises RenderFailed."""
        self._send(command)
        while isinstance(message := await self._next(self._silence_s), Progress):
            pass
        if isinstance(message, Failed):
            raise self._failure(f"could not do what the probe asked: {message.reason}")
        return message

    async def _answer(self, frame: int, on_progress: OnProgress) -> Rendered | TilesRendered | MadeAgain:
        while True:
            message = await self._next(self._silence_s)
            if isinstance(message, Progress):
                on_progress(message)
            elif isinstance(message, Rendered | TilesRendered | MadeAgain) and message.frame == frame:
                return message
            elif isinstance(message, Failed):
                raise self._failure(f"could not render frame {frame}: {message.reason}")
            else:
                raise self._failure(f"answered something else than frame {frame}")

    async def close(self) -> None:
        """End the process."""
        await end_process(self._process)

    def _send(self, command: Command) -> None:
        if self._process.stdin is None:
            raise self._failure("has no input")
        self._process.stdin.write(to_line(command))

    async def _next(self, timeout_s: int) -> Message:
        """The next message; lines before the first one are Blender's own and are skipped."""
        if self._process.stdout is None:
            raise self._failure("has no output")
        while True:
            try:
                async with asyncio.timeout(timeout_s):  # wait_for may swallow a cancellation in Python 3.11
                    line = await self._process.stdout.readline()
            except TimeoutError:
                raise self._failure(f"said nothing for {timeout_s} s") from None
            except ValueError:
                raise self._failure(f"sent a line of over {MAX_LINE_BYTES} bytes") from None
            if not line:
                code = await self._process.wait()
                raise self._failure(f"ended by itself (exit code {code})")
            if line.startswith(b"{"):
                try:
                    return read_message(line)
                except ContentError as error:
                    raise self._failure(f"sent nonsense: {error}") from error

    def _failure(self, what: str) -> RenderFailed:
        tail = self._log_path.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
        log.error("render process %s; the end of its log:\n%s", what, tail)
        return RenderFailed(f"The render process {what}. Its log is {self._log_path}.")


async def end_process(process: asyncio.subprocess.Process) -> None:
    """End a render process, by force if it does not go by itself when there is nothing more to do."""
    if process.stdin:
        process.stdin.close()
    ending = asyncio.create_task(process.wait())
    try:
        await asyncio.wait([ending], timeout=QUIT_TIMEOUT_S if not _cancelled() else 0.1)
    finally:
        if not ending.done():
            with contextlib.suppress(ProcessLookupError):  # it ended in this very moment
                process.kill()
        await ending


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
