"""Talking to a render process: commands on its stdin, messages on its stdout."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from ...core.errors import ContentError, ProcessKilled, RenderFailed
from ...core.manifest import FORMATS, Manifest
from ...core.messages import (
    MAX_LINE_BYTES,
    Command,
    Failed,
    FinalRead,
    KnownRendered,
    Load,
    Loaded,
    MadeAgain,
    MakeAgain,
    Message,
    Progress,
    ReadFinal,
    Render,
    Rendered,
    RenderKnown,
    RenderTiles,
    TilesRendered,
    read_message,
    to_line,
)
from ...core.plain_text import plain_lines
from ...core.prints import RECORD_BYTES
from ...ports.renderer import OnProgress
from .beneath import PIXELS, NamedFile, files_of_frame, final_made, final_read, most_output
from .running import LOAD_TIMEOUT_S, Started
from .sandbox import Jailed

LOG_TAIL_BYTES = 2000
LAST_WORDS = 400  # characters
# The render program sends two a second at most, and what Blender prints goes to the log.
MOST_LINES, MOST_LINES_A_SECOND = 1000, 50
KILLED = (-9, 128 + 9)  # by SIGKILL: the sandbox itself, or what is in it
log = logging.getLogger(__name__)


class Session:
    """A running process; one command at a time."""

    loaded: Loaded
    _manifest: Manifest
    _device: str

    def __init__(
        self,
        started: Started,
        silence_s: int,
        frame_s: float,
        allowed: tuple[str, ...],
        *,
        keeps_log: bool = True,
    ) -> None:
        self._keeps_log = keeps_log
        self._started = started
        self._process = started.process
        self._silence_s = silence_s
        self._frame_s = frame_s
        self._allowed = allowed
        self._lines = 0
        self._since_s = time.monotonic()
        self._begun: int | None = None  # a frame that was asked for before its turn

    async def load(self, manifest: Manifest, jailed: Jailed, device: str) -> None:
        self._manifest, self._device = manifest, device
        self._started.keeper.watch.begin(most_output(manifest))
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
                self._allowed,
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
        self.check(files_of_frame(self._manifest, message))
        return message

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        """Render only these leaves of a frame and write their prints; raises RenderFailed."""
        self._send(RenderTiles(frame, tuple(tiles), shared))
        message = await self._answer(frame, on_progress)
        if not isinstance(message, TilesRendered):
            raise self._failure(f"answered something else than tiles of frame {frame}")
        self.check([NamedFile(message.leaves, f"{frame:04d}.tiles", RECORD_BYTES * len(tiles))])
        return message

    async def make_again(self, frame: int, noisy: str, final: str) -> MadeAgain:
        """Make a final image out of a noisy pass and compare it with another; raises RenderFailed."""
        self._send(MakeAgain(frame, noisy, final))
        message = await self._answer(frame, lambda _: None)
        if not isinstance(message, MadeAgain):
            raise self._failure(f"answered something else than the final image of frame {frame}")
        if not message.why_not:
            self.check([final_made(self._manifest, message)])
        return message

    async def read_final(self, jailed: Jailed, final: str, manifest: Manifest) -> None:
        """Without a scene: write the pixels of a final image beside the package; raises RenderFailed."""
        paths = (f"{jailed.package}/{final}", manifest.file_format, f"{jailed.output}/{PIXELS}")
        self._started.keeper.watch.begin(most_output(manifest))
        message = await self.ask(ReadFinal(*paths))
        if not isinstance(message, FinalRead):
            raise self._failure("answered something else than a final image's pixels")
        self.check([final_read(manifest, message)])

    async def known_tile(self, device: str = "") -> KnownRendered:
        """Render the known tile, on the scene's device where no other is named; raises RenderFailed."""
        message = await self.ask(RenderKnown(device or self._device))
        if not isinstance(message, KnownRendered):
            raise self._failure("answered something else than the known tile")
        return message

    async def ask(self, command: Command) -> Message:
        """Send a command; returns what is no progress. Raises RenderFailed."""
        self._send(command)
        message = await self._result(lambda _: None)
        if isinstance(message, Failed):
            raise self._failure(f"could not do what it was asked: {message.reason}")
        return message

    async def _answer(self, frame: int, on_progress: OnProgress) -> Rendered | TilesRendered | MadeAgain:
        message = await self._result(on_progress)
        if isinstance(message, Rendered | TilesRendered | MadeAgain) and message.frame == frame:
            return message
        if isinstance(message, Failed):
            raise self._failure(f"could not render frame {frame}: {message.reason}")
        raise self._failure(f"answered something else than frame {frame}")

    async def _result(self, on_progress: OnProgress) -> Message:
        """The next message that is no progress, however much of that there is."""
        try:
            async with asyncio.timeout(self._frame_s) as timeout:
                while isinstance(message := await self._next(self._silence_s), Progress):
                    on_progress(message)
                return message
        except TimeoutError:
            if not timeout.expired():
                raise
            raise self._failure(f"took over {self._frame_s:g} s for one answer") from None

    def check(self, files: Sequence[NamedFile]) -> None:
        """Raise RenderFailed where a file is not there as it must be."""
        try:
            self._started.keeper.check(files)
        except ContentError as error:
            raise self._failure(f"left something else than it said: {error}") from error

    async def close(self) -> None:
        """End the process."""
        await self._started.end()

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
                raise await self._ended()
            self._lines += 1
            if self._lines > MOST_LINES + MOST_LINES_A_SECOND * (time.monotonic() - self._since_s):
                raise self._failure(f"sends more than {MOST_LINES_A_SECOND} lines a second")
            if line.startswith(b"{"):
                try:
                    return read_message(line)
                except ContentError as error:
                    raise self._failure(f"sent nonsense: {error}") from error

    async def _ended(self) -> RenderFailed:
        await self._started.end()
        if reason := self._started.keeper.ended_for:
            return self._failure(f"{reason} and was ended; its limits are the provider's settings")
        code = self._process.returncode
        failure = self._failure(f"ended by itself (exit code {code})")
        return ProcessKilled(str(failure)) if code in KILLED else failure

    def _failure(self, what: str) -> RenderFailed:
        self._started.keeper.note_failure()
        tail = plain_lines(self._started.keeper.log.tail()[-LOG_TAIL_BYTES:].decode(errors="replace"))
        log.error("render process %s; the end of its log:\n%s", what, tail)
        if self._keeps_log:
            return RenderFailed(f"The render process {what}. Its log is {self._started.log_path}.")
        words = " ".join(tail.split())[-LAST_WORDS:]
        return RenderFailed(f"The render process {what}. The last that it said: {words or 'nothing'}")
