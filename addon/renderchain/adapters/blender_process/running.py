"""A render process within its limits: how it starts, and that nothing of it is left when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import ContentError
from ...core.messages import MAX_LINE_BYTES
from .beneath import NamedFile, check_file
from .groups import Groups, make_groups
from .limits import Limits
from .log_file import CappedLog
from .output import FOLDER, keep_files_only
from .sandbox import FILTER, Jailed
from .tree import exists, tree_of
from .watch import Watch

LAUNCH = Path(__file__).with_name("launch.py")
LOAD_TIMEOUT_S = 600
QUIT_TIMEOUT_S = 10
DEAD_S = 5.0  # what is killed is gone after this long, or stuck in the kernel
NO_GROUPS = Groups()
READY = b"ready\n"
log = logging.getLogger(__name__)


class Keeper:
    """Holds a process to its limits, and has nothing of it left when it ends.

    ``folder`` is a descriptor of its output folder, None where that can't be had; it is closed at the end.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        folder: int | None,
        lines: CappedLog,
        groups: Groups,
        limits: Limits,
    ) -> None:
        self.log = lines
        self._process = process
        self._groups = groups
        self._folder = folder
        self._below: list[int] = []  # processes that were killed
        self.watch = Watch(process.pid, self._folder, groups, limits, self._kill)
        self._ending: asyncio.Task[None] | None = None
        self._has_failed = False
        self._files: list[NamedFile] = []
        self.ended_for = ""  # the limit that it was ended for, as what it did

    def _kill(self) -> None:
        self._below += kill_tree(self._process, self._groups)

    def check(self, files: Sequence[NamedFile]) -> None:
        """Raise ContentError where a file in its folder is not as it must be."""
        if self._folder is None:
            return
        for file in files:
            check_file(self._folder, file)
            self._files.append(file)

    def note_failure(self) -> None:
        """Whoever has done or said what it must not is not waited for at the end."""
        self._has_failed = True

    async def end(self) -> None:
        """End it with all that it started; only files are left in its folder."""
        if self._ending is None:
            wait_s = 0.1 if self._has_failed or _cancelled() else QUIT_TIMEOUT_S
            self._ending = asyncio.create_task(self._end(wait_s))
        try:
            await asyncio.shield(self._ending)
        except asyncio.CancelledError:
            self._kill()  # whoever stops does not wait for it to go by itself
            await asyncio.shield(self._ending)
            raise

    async def _end(self, wait_s: float) -> None:
        try:
            self._below += await end_process(self._process, self._groups, wait_s)
        finally:
            await self.watch.end()
            # A sandbox's first process goes last; who closed its output is known by nothing else.
            await _until(lambda: not any(map(exists, self._below)))
            self.ended_for = self.watch.reason
            await asyncio.to_thread(self.log.close)
            await _remove(self._groups)
            if self._folder is not None:
                await asyncio.to_thread(self._tidy, self._folder)

    def _tidy(self, folder: int) -> None:
        try:
            keep_files_only(folder)
            for file in self._files:
                self._keep_as_expected(folder, file)
        except OSError as error:
            log.warning("what a render process left can't be removed: %s", error)
        finally:
            os.close(folder)

    def _keep_as_expected(self, folder: int, file: NamedFile) -> None:
        """Remove a file that became another one after it was looked at, too large or a second name.

        It may have been taken away meanwhile.
        """
        try:
            os.stat(file.name, dir_fd=folder, follow_symlinks=False)
            check_file(folder, file)
        except FileNotFoundError:
            return
        except ContentError as error:
            log.warning("a render process changed what it had said was done: %s", error)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(file.name, dir_fd=folder)


@dataclass(frozen=True)
class Started:
    """A render process that has opened nothing yet; ``end`` it."""

    process: asyncio.subprocess.Process
    jailed: Jailed
    log_path: Path
    keeper: Keeper

    async def is_ready(self) -> bool:
        """Wait until its sandbox stands and its modules are imported; False if it ended instead."""
        if self.process.stdout is None:
            return False
        async with asyncio.timeout(LOAD_TIMEOUT_S):
            while line := await self.process.stdout.readline():
                if line == READY:
                    return self.process.returncode is None  # it may have ended since
        return False

    async def end(self) -> None:
        """End it with all that it started; only files are left in its folder."""
        await self.keeper.end()


async def start_process(
    jailed: Jailed, output: Path, log_path: Path, limits: Limits, *, on_cpu: bool
) -> Started:
    """Start a process; raises OSError. ``on_cpu``: no graphics driver is in it, to take what it likes."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    # Held open: it may be renamed.
    folder = os.open(output, FOLDER) if os.open in os.supports_dir_fd else None
    lines, groups = CappedLog(log_path, limits.log), make_groups(limits)
    try:
        command = [*_launch(groups, limits, on_cpu), *jailed.command]
        with file_with(jailed.filter) as number:
            command = [str(number) if word == FILTER else word for word in command]
            process = await _spawn(command, jailed.environment, lines.sink, (number,) if number else ())
    except BaseException:
        groups.remove()
        if folder is not None:
            os.close(folder)
        raise
    finally:
        lines.handed_over()
    return Started(process, jailed, log_path, Keeper(process, folder, lines, groups, limits))


def _launch(groups: Groups, limits: Limits, on_cpu: bool) -> list[str]:
    """What starts the process within its limits; nothing where Python has no such limits."""
    if sys.platform != "linux" or not sys.executable:
        return []
    most = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": limits.file, "RLIMIT_NOFILE": limits.open_files}
    if on_cpu:  # of each process alone, for what is faster than the watch, which says what happened
        most["RLIMIT_DATA"] = 2 * limits.memory
    wanted = {"groups": [str(folder) for folder in groups.folders], "limits": most}
    return [*groups.front, sys.executable, "-I", "-S", str(LAUNCH), json.dumps(wanted)]


@contextlib.contextmanager
def file_with(content: bytes) -> Iterator[int]:
    """The number of an open file with this in it, to be read from its start; 0 where there is nothing."""
    if not content:
        yield 0
        return
    number = os.memfd_create("filter")
    try:
        os.write(number, content)
        os.lseek(number, 0, os.SEEK_SET)
        yield number
    finally:
        os.close(number)


async def _spawn(
    command: list[str], environment: dict[str, str] | None, errors: int, kept: tuple[int, ...]
) -> asyncio.subprocess.Process:
    starting = asyncio.create_task(
        asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=MAX_LINE_BYTES,
            env=environment,
            pass_fds=kept,
            start_new_session=True,  # so that all of it can be killed where there is no sandbox
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # Stopped halfway, asyncio waits for the end of a process that nobody ends.
        await end_process(await starting, wait_s=0.1)
        raise


def kill_tree(process: asyncio.subprocess.Process, groups: Groups) -> list[int]:
    """Kill a process and all that it started, and say which; some of them may still be about to end.

    With the sandbox its first process goes, and with that all that are in it.
    """
    below = tree_of(process.pid) if process.returncode is None else []
    groups.kill()
    with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):  # it has ended; no Unix
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    return below


async def end_process(
    process: asyncio.subprocess.Process, groups: Groups = NO_GROUPS, wait_s: float = QUIT_TIMEOUT_S
) -> list[int]:
    """End a render process, by force if it does not go by itself when there is nothing more to do.

    Returns the processes that were killed. What it still says is read and thrown away: asyncio knows of no
    end before its output's.
    """
    if process.stdin:
        process.stdin.close()
    ending = asyncio.create_task(_ended(process))
    try:
        await asyncio.wait([ending], timeout=wait_s)
    finally:
        below = [] if ending.done() else kill_tree(process, groups)
        await asyncio.wait([ending], timeout=DEAD_S)
        if not ending.done():  # somebody who is not below it has its output
            process._transport.close()  # type: ignore[attr-defined]
        await ending
    return below


async def _until(is_so: Callable[[], bool]) -> bool:
    """Wait until something is so, a few seconds at most; whether it is."""
    until_s = asyncio.get_running_loop().time() + DEAD_S
    while not (found := is_so()) and asyncio.get_running_loop().time() < until_s:
        await asyncio.sleep(0.01)
    return found


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.stdout:
        while await process.stdout.read(MAX_LINE_BYTES):
            pass
    await process.wait()


async def _remove(groups: Groups) -> None:
    def is_removed() -> bool:
        groups.kill()
        return groups.remove()

    if not await _until(is_removed):
        log.warning("a control group can't be removed: %s", groups.folders)


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
