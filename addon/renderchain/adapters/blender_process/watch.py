"""Watching a render process: whoever goes over a limit that the kernel does not hold is ended.

The kernel holds size and number of open files, and where control groups may be made also memory and threads.
The rest is looked at each half second: what all processes have together, what lies in the output folder, how
long the scene has been open.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from .groups import Groups
from .limits import Limits, size
from .output import what_lies_in
from .tree import is_machine_full, taken_by

EVERY_S = 0.5


def _until_next_s() -> float:
    """All watches look at the same times, so that the machine's processes are read once for all of them."""
    return EVERY_S - time.monotonic() % EVERY_S


class Watch:
    """Of one process; ``folder`` is an open descriptor of its output folder, None where that can't be had.

    ``reason`` is why it was ended, "" while it was not.
    """

    def __init__(
        self, root: int, folder: int | None, groups: Groups, limits: Limits, kill: Callable[[], None]
    ) -> None:
        self.reason = ""
        self._root = root
        self._folder = folder
        self._groups = groups
        self._limits = limits
        self._kill = kill
        self._until_s = float("inf")
        self._seconds = limits.seconds
        self._is_over = threading.Event()
        # A thread of its own: the agent may be busy, and with it all that asyncio runs.
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def begin(self, most_output: int) -> None:
        """It gets a scene: from now on its time counts, and what its job's output may take in bytes."""
        self._limits = replace(self._limits, output=min(self._limits.output, most_output))
        self._until_s = time.monotonic() + self._seconds

    async def end(self) -> None:
        """Watch no more."""
        self._is_over.set()
        await asyncio.to_thread(self._thread.join)
        if not self.reason and self._groups.out_of_memory():
            self.reason = self._over_memory

    def _run(self) -> None:
        while not self.reason and not self._is_over.wait(_until_next_s()):
            try:
                self.reason = self._over()
            except Exception as error:  # noqa: BLE001 - whatever it is, unwatched it does not go on
                why = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
                self.reason = f"could not be watched ({why})"
        if self.reason:
            self._kill()

    @property
    def _over_memory(self) -> str:
        return f"took over {size(self._limits.memory)} of memory"

    def _over(self) -> str:
        limits = self._limits
        if time.monotonic() > self._until_s:
            return f"took over {self._seconds:g} s in all"
        taken = taken_by(self._root)
        if taken.processes > limits.processes:
            return f"started over {limits.processes} processes"
        if taken.memory > limits.memory or self._groups.out_of_memory():
            return self._over_memory
        if not self._groups.folders and is_machine_full():
            return "was there when the machine's memory was full"
        return self._over_output(self._folder) if self._folder is not None else ""

    def _over_output(self, folder: int) -> str:
        limits = self._limits
        lies = what_lies_in(folder, limits.output_files)
        if lies.entries > limits.output_files:
            return f"wrote over {limits.output_files} files and folders"
        if lies.size > limits.output:
            return f"wrote over {size(limits.output)} in all"
        return lies.fault
