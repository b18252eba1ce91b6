"""Reading noisy passes of others: a second child in a sandbox of its own decodes them, never the agent.

What comes back are numbers, which can do nothing. They lie in a file without a name, so that an image that
claims to be huge takes no memory of the agent before its size was looked at.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from ...core.errors import ContentError, RenderFailed
from ...core.plain_text import plain
from ...core.prints import Pixels
from .limits import GIB, MIB
from .process import NEEDED_MODULES, PACKAGE_ROOT, folder_of
from .running import DEAD_S, LAUNCH, file_with
from .sandbox import FILTER, jail
from .seccomp import filter_program
from .tree import exists, tree_of

PROGRAM = Path(__file__).with_name("exr_program.py")
MOST_SIDE, MOST_CHANNELS = 65536, 256
MOST_LINE = 1024
PIECE = MIB


@dataclass(frozen=True)
class SandboxedReader:
    """Called with a path it reads a noisy pass, as adapters/exr.py does.

    ``memory``, in bytes, is what the child may have and what an image may have unpacked; ``seconds`` is all
    the time there is.
    """

    allow_unsandboxed: bool
    memory: int = 4 * GIB
    seconds: float = 120.0

    def __call__(self, path: Path) -> Pixels:
        """Pixels of shape (height, width, 4 for each layer), float32, row 0 at the top.

        They can't be changed. Raises ContentError where it is no such file or takes too much, SandboxMissing.
        """
        with tempfile.TemporaryFile(dir=path.parent) as pixels, self._decoding(path) as output:
            shape = _shape(output.readline(MOST_LINE), path.name)
            size = 4 * shape[0] * shape[1] * shape[2]
            if size > self.memory:
                raise ContentError(f"{path.name} unpacks to {size} bytes, over {self.memory}: refused.")
            left = size
            while left and (piece := output.read(min(PIECE, left))):
                pixels.write(piece)
                left -= len(piece)
            pixels.flush()
            if left or output.read(1):
                raise ContentError(f"{path.name} could not be unpacked in its sandbox: refused.")
            return np.memmap(pixels, np.dtype("<f4"), "r", shape=shape)

    @contextlib.contextmanager
    def _decoding(self, path: Path) -> Iterator[IO[bytes]]:
        """The child's output; the child ends with the block, or when its time is over."""
        jailed_path, command, environment, program = self._command(path)
        with file_with(program) as number:
            words = [str(number) if word == FILTER else word for word in command]
            child = subprocess.Popen(
                [word if word != "@path" else jailed_path for word in words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(number,) if number else (),
                start_new_session=True,
                env=environment,
            )
        clock = threading.Timer(self.seconds, _end, (child,))
        clock.start()
        with child:
            try:
                if child.stdout is None:
                    raise RenderFailed("The program that reads images has no output; start it again.")
                yield child.stdout
            finally:
                clock.cancel()
                _end(child)

    def _command(self, path: Path) -> tuple[str, list[str], dict[str, str] | None, bytes]:
        modules = [folder_of(name) for name in NEEDED_MODULES]
        python = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent}
        command = [sys.executable, "-I", str(PROGRAM), "@path", "--", *map(str, modules)]
        jailed = jail(
            command,
            sorted({PACKAGE_ROOT, *modules, *python}),
            path.parent,
            None,
            environment={},
            allow_unsandboxed=self.allow_unsandboxed,
            tmpfs=16 * MIB,
            filter_program=filter_program(on_cpu=True),
            on_cpu=True,
        )
        return (
            f"{jailed.package}/{path.name}",
            [*self._launch(), *jailed.command],
            jailed.environment,
            jailed.filter,
        )

    def _launch(self) -> list[str]:
        if sys.platform != "linux":
            return []
        # It starts no other process, so that limits of one process are those of all.
        most = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": 64 * MIB, "RLIMIT_NOFILE": 256}
        most |= {"RLIMIT_DATA": self.memory + GIB, "RLIMIT_CPU": int(self.seconds)}
        return [sys.executable, "-I", "-S", str(LAUNCH), json.dumps({"groups": [], "limits": most})]


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill it and wait until its sandbox is gone."""
    below = tree_of(child.pid) if child.returncode is None else []
    with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.wait()
    until_s = time.monotonic() + DEAD_S
    while any(map(exists, below)) and time.monotonic() < until_s:
        time.sleep(0.01)


def _shape(line: bytes, name: str) -> tuple[int, int, int]:
    """Height, width and channels; raises ContentError."""
    try:
        answer = json.loads(line)
        error, sides = answer.get("error"), answer.get("shape")
    except (ValueError, AttributeError, RecursionError):
        error = sides = None
    if isinstance(error, str):
        raise ContentError(plain(error))
    most = (MOST_SIDE, MOST_SIDE, MOST_CHANNELS)
    if not isinstance(sides, list) or len(sides) != 3:
        raise ContentError(f"{name} could not be read within the limits of its sandbox: refused.")
    if not all(type(side) is int and 0 < side <= top for side, top in zip(sides, most, strict=True)):
        raise ContentError(f"{name} claims to be an image of {sides!r:.60}: refused.")
    height, width, channels = sides
    return height, width, channels
