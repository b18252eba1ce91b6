"""What a render process and everything that it starts may take of the machine."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

KIB, MIB, GIB = 2**10, 2**20, 2**30
MEMORY_SHARE = 0.75  # of the machine's, unless the provider says how much
TMPFS_SHARE = 0.125
# Blender and the libraries in it each start a thread a core, some of them several times.
THREADS, THREADS_A_CORE = 1024, 32


def _machine_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # not a Unix; there is no sandbox either
        return 16 * GIB


def _memory() -> int:
    return int(MEMORY_SHARE * _machine_bytes())


def _tmpfs() -> int:
    return int(TMPFS_SHARE * _machine_bytes())


def _threads() -> int:
    return THREADS + THREADS_A_CORE * (os.cpu_count() or 1)


@dataclass(frozen=True)
class Limits:
    """Of one render process with all that it starts; sizes in bytes.

    ``memory`` is what the processes have together, files in memory aside: ``tmpfs`` is the size of each of
    /tmp and /dev/shm. ``threads`` are those of all processes. ``output`` is the whole output folder with at
    most ``output_files`` files and folders, ``file`` one file. ``log`` is what is kept of its log,
    ``logs`` what the logs of all processes take together that lie beside it.
    ``seconds`` is the longest that a process may have a scene open, and ``frame_seconds`` that it may
    take for one answer, such as a frame, whatever it says meanwhile.
    """

    memory: int = field(default_factory=_memory)
    processes: int = 64
    threads: int = field(default_factory=_threads)
    file: int = 16 * GIB
    open_files: int = 4096
    output: int = 64 * GIB
    output_files: int = 50_000
    tmpfs: int = field(default_factory=_tmpfs)
    log: int = 4 * MIB
    logs: int = 512 * MIB
    seconds: float = 24 * 3600.0
    frame_seconds: float = 6 * 3600.0


def size(count: int) -> str:
    """Bytes as people read them: "1.5 GiB"."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} bytes"
