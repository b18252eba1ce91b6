"""A second child: a program in a sandbox of its own that looks into what a render process left.

The agent decodes no image of others, and nor does the process that made it: libraries in C++ that read what
somebody else wrote are the next way in. The program sees one folder, can write nowhere, starts nothing, and
answers on its standard output.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ...core.errors import RenderFailed
from .limits import GIB, MIB
from .process import NEEDED_MODULES, PACKAGE_ROOT, folder_of
from .running import DEAD_S, LAUNCH, file_with
from .sandbox import COMPILED, FILTER, is_sandboxed, jail
from .seccomp import filter_program
from .tree import exists, tree_of

INSIDE = "@folder/"  # in arguments, for the folder as the program sees it


@dataclass(frozen=True)
class SecondChild:
    """``memory`` in bytes is what the program may have, ``seconds`` is all the time there is: for all that it
    does, or for an answer where it is asked. ``compiled`` is as a BlenderRenderer's.
    """

    allow_unsandboxed: bool
    memory: int = 4 * GIB
    seconds: float = 120.0
    compiled: Path | None = None

    @contextlib.contextmanager
    def running(
        self, program: Path, arguments: Sequence[str], folder: Path, readable: Sequence[Path] = ()
    ) -> Iterator[IO[bytes]]:
        """The output of a program of ours; it ends with the block, or when its time is over.

        It is started with the arguments, "--" and the folders of the modules that it needs. Raises
        SandboxMissing. It may read ``readable`` besides.
        """
        child = self.start(program, arguments, folder, readable)
        clock = threading.Timer(self.seconds, end_child, (child,))
        clock.start()
        with child:
            try:
                if child.stdout is None:
                    raise RenderFailed("The program that reads images has no output; start it again.")
                yield child.stdout
            finally:
                clock.cancel()
                end_child(child)

    def start(
        self,
        program: Path,
        arguments: Sequence[str],
        folder: Path,
        readable: Sequence[Path] = (),
        *,
        is_asked: bool = False,
    ) -> subprocess.Popen[bytes]:
        """The program, as ``running`` has it; whoever starts it ends it. ``is_asked``: it has an input."""
        modules = [folder_of(name) for name in NEEDED_MODULES]
        python = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent}
        compiled = self.compiled if self.compiled and has_compiled(self.compiled, "numpy") else None
        options = ["-X", f"pycache_prefix={COMPILED if is_sandboxed() else compiled}"] if compiled else []
        jailed = jail(
            [sys.executable, "-I", *options, str(program), *arguments, "--", *map(str, modules)],
            sorted({PACKAGE_ROOT, *modules, *python, *readable}),
            folder,
            None,
            environment={},
            allow_unsandboxed=self.allow_unsandboxed,
            tmpfs=16 * MIB,
            filter_program=filter_program(on_cpu=True),
            on_cpu=True,
            compiled=compiled,
        )
        with file_with(jailed.filter) as number:
            known = {FILTER: str(number)}
            words = [known.get(word, word) for word in jailed.command]
            return subprocess.Popen(
                [*self._launch(), *(word.replace(INSIDE, f"{jailed.package}/", 1) for word in words)],
                stdin=subprocess.PIPE if is_asked else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(number,) if number else (),
                start_new_session=True,
                env=jailed.environment,
            )

    def _launch(self) -> list[str]:
        if sys.platform != "linux":
            return []
        # It starts no other process, so that limits of one process are those of all.
        most = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": 64 * MIB, "RLIMIT_NOFILE": 256}
        most |= {"RLIMIT_DATA": self.memory + GIB, "RLIMIT_CPU": max(int(self.seconds), 1)}
        return [sys.executable, "-I", "-S", str(LAUNCH), json.dumps({"groups": [], "limits": most})]


def has_compiled(folder: Path, module: str) -> bool:
    """Whether a process of this very Python has left a module there; else what lies beside it is better."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return False
    origin = Path(spec.origin)
    name = f"{origin.stem}.{sys.implementation.cache_tag}.pyc"
    return folder.joinpath(*origin.parent.parts[1:], name).is_file()


def end_child(child: subprocess.Popen[bytes]) -> None:
    """Kill it and wait until its sandbox is gone."""
    below = tree_of(child.pid) if child.returncode is None else []
    with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.wait()
    until_s = time.monotonic() + DEAD_S
    while any(map(exists, below)) and time.monotonic() < until_s:
        time.sleep(0.01)
