"""The sandbox around a render process: bubblewrap without network, the system read-only.

The process sees its package at /package, its output folder at /output, Blender, Python and the
graphics devices. It gets no environment, no home, no keys, no other user's files.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import SandboxMissing

SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives", "/etc/OpenCL", "/sys")
DEVICES = ("nvidia*", "dri", "kfd")
DEFAULT_TMPFS = 2**30
FILTER = "@filter"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}
ISOLATION = ("--unshare-all", "--unshare-user", "--disable-userns", "--new-session", "--die-with-parent")


@dataclass(frozen=True)
class Jailed:
    """A command as it is started, and what the two folders are called inside.

    ``environment`` is for the command as it is started: None for the one that we have. Where the command has
    the word FILTER, it stands for the number of a file with the ``filter`` in it.
    """

    command: list[str]
    package: str
    output: str
    environment: dict[str, str] | None = None
    filter: bytes = b""


def require_sandbox(allow_unsandboxed: bool) -> None:
    """Raise SandboxMissing unless there is bubblewrap, or the user decided to do without."""
    if shutil.which("bwrap") is None and not allow_unsandboxed:
        raise SandboxMissing(
            f"There is no sandbox on this machine ({sys.platform}): bubblewrap is missing. Install it, or "
            "set allow_unsandboxed if you trust every scene that anybody may send you."
        )


def jail(
    command: Sequence[str],
    readable: Sequence[Path],
    package: Path,
    output: Path,
    *,
    environment: Mapping[str, str],
    allow_unsandboxed: bool,
    tmpfs: int = DEFAULT_TMPFS,
    filter_program: bytes = b"",
) -> Jailed:
    """The command inside the sandbox; ``readable`` are folders that it needs besides the system.

    It gets the ``environment`` that the provider chose and nothing of ours. Files in its /tmp and in its
    /dev/shm may each take ``tmpfs`` bytes of memory; nothing else can be written but the output folder.
    System calls pass the ``filter_program``, where there is one.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        require_sandbox(allow_unsandboxed)
        return Jailed(list(command), str(package), str(output), {**os.environ, **environment})
    arguments = [bwrap, *ISOLATION, "--cap-drop", "ALL", "--clearenv"]
    for variable, value in (*ENVIRONMENT.items(), *environment.items()):
        arguments += ["--setenv", variable, value]
    arguments += _system()
    arguments += _devices(tmpfs)
    for folder in readable:
        if not folder.is_relative_to("/usr"):
            arguments += ["--ro-bind", str(folder), str(folder)]
    arguments += ["--ro-bind", str(package), "/package", "--bind", str(output), "/output"]
    for name in ("/dev", "/"):  # they are files in memory too, of any size
        arguments += ["--remount-ro", name]
    if filter_program:
        arguments += ["--seccomp", FILTER]
    whole = [*arguments, "--chdir", "/output", "--", *command]
    return Jailed(whole, "/package", "/output", filter=filter_program)


def _system() -> list[str]:
    arguments = []
    for name in SYSTEM_FOLDERS:
        arguments += _system_folder(Path(name))
    for name in SYSTEM_FILES:
        arguments += ["--ro-bind-try", name, name]
    return arguments


def _devices(tmpfs: int) -> list[str]:
    arguments = ["--proc", "/proc", "--dev", "/dev"]
    for name in ("/tmp", "/dev/shm"):
        arguments += ["--size", str(tmpfs), "--tmpfs", name]
    for pattern in DEVICES:
        for device in sorted(Path("/dev").glob(pattern)):
            arguments += ["--dev-bind", str(device), str(device)]
    return arguments


def _system_folder(folder: Path) -> list[str]:
    if folder.is_symlink():
        return ["--symlink", str(folder.readlink()), str(folder)]
    return ["--ro-bind", str(folder), str(folder)] if folder.exists() else []
