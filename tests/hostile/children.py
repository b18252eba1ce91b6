"""Children that speak the render process's language and mean harm, run in the real sandbox.

What a scene can bring Blender to do, once it has taken it over, a Python program can do more directly. It
is started as Blender is: same sandbox, same limits, same pipes.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from renderchain.adapters.blender_process.groups import Groups, make_groups
from renderchain.adapters.blender_process.limits import KIB, MIB, Limits
from renderchain.adapters.blender_process.process import BlenderRenderer
from renderchain.adapters.blender_process.sandbox import Jailed, jail
from renderchain.adapters.blender_process.seccomp import filter_program
from renderchain.adapters.blender_process.session import Session
from renderchain.app.exchange.deadline import within
from renderchain.core.errors import RenderChainError

from devkit.fakes.package import manifest_of

SMALL = Limits(
    memory=256 * MIB,
    processes=16,
    threads=64,
    file=24 * MIB,
    open_files=128,
    output=32 * MIB,
    output_files=200,
    tmpfs=16 * MIB,
    log=64 * KIB,
    seconds=10.0,
)
# What a child can use: it says that the scene is open, and is then asked for frame 1.
PRELUDE = """
import ctypes, errno, fcntl, json, mmap, os, signal, socket, sys, threading, time
def say(kind, **more):
    line = json.dumps({"schema": "renderchain/message/1", "type": kind, **more})
    os.write(1, line.encode() + b"\\n")
def rendered(frame=1, final="0001.png", noisy="0001.noisy.exr", leaves="0001.leaves"):
    say("rendered", frame=frame, final=final, noisy=noisy, leaves=leaves, render_ms=1, write_ms=1)
def files(*names):
    for name in names or ("0001.png", "0001.noisy.exr", "0001.leaves"):
        open("/output/" + name, "wb").write(b"x")
def fail(error):
    say("failed", reason=str(error)[:900])
    sys.stdin.read()
def called(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]
def tried(attempt):
    try:
        return f"got {attempt()!r}"
    except OSError as error:
        return errno.errorcode[error.errno]
sys.stdin.readline()
say("loaded", blender_version="0", device="CPU", device_name="CPU", load_ms=1)
sys.stdin.readline()
"""


@dataclass(frozen=True)
class Hostile(BlenderRenderer):
    """Runs a script in the render process's place."""

    script: str = ""
    is_filtered: bool = True

    def _jailed(self, package: Path, output: Path) -> Jailed:
        readable = sorted({Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent})
        command = [sys.executable, "-I", "-c", self.script]
        return jail(
            command,
            readable,
            package,
            output,
            environment={},
            allow_unsandboxed=False,
            tmpfs=self.limits.tmpfs,
            filter_program=filter_program(on_cpu=True) if self.is_filtered else b"",
            on_cpu=True,
        )


@dataclass
class Attack:
    """One child's life, and what is left of it; ``use`` is what the agent asks of it."""

    folder: Path
    script: str
    limits: Limits = SMALL
    silence_s: int = 5
    deadline_s: float | None = None
    is_filtered: bool = True
    token: str = field(default_factory=lambda: f"hostile-{secrets.token_hex(8)}")

    @property
    def output(self) -> Path:
        """The child's folder."""
        return self.folder / "output"

    @property
    def log(self) -> Path:
        """The child's log."""
        return self.folder / "logs" / f"render-{self.folder.name}-output.log"

    async def _run(self, use: Callable[[Session], object]) -> str:
        package = self.folder / "package"
        for one in (package, self.output):
            one.mkdir(parents=True)
        script = f"# {self.token}\n{PRELUDE}{self.script}"
        renderer = Hostile(
            "",
            "CPU",
            self.folder / "logs",
            self.silence_s,
            limits=self.limits,
            script=script,
            is_filtered=self.is_filtered,
        )
        try:
            async with (
                within(self.deadline_s, "Lease 7"),
                renderer.open(package, manifest_of((1,)), self.output) as session,
            ):
                await use(session)  # type: ignore[misc]
        except RenderChainError as error:
            return str(error)
        return ""

    def run(self, use: Callable[[Session], object] = lambda one: one.render(1, lambda _: None)) -> str:
        """What the agent says of it; "" where it had nothing to say."""
        return asyncio.run(self._run(use))

    def is_over(self) -> bool:
        """Whether nothing is left of it."""
        return nothing_left(self.token, self.output)


def nothing_left(token: str, output: Path) -> bool:
    """No process with that word, no control group of ours, nothing but files in its folder."""
    groups = list(Path("/sys/fs/cgroup").glob(f"*/**/renderchain-{os.getpid()}-*"))
    odd = [path for path in output.iterdir() if path.is_symlink() or not path.is_file()]
    return not groups and not odd and not processes_with(token)


def processes_with(token: str) -> list[int]:
    """Processes that have a word in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if token.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def without_groups() -> Callable[[Limits], Groups]:
    """What makes control groups where none may be made."""
    return lambda limits: Groups()


def has_groups() -> bool:
    """Whether control groups may be made here."""
    made = make_groups(SMALL)
    return made.remove() and bool(made.folders)
