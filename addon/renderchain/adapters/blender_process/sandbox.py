"""The sandbox around a render process: bubblewrap without network, the system read-only.

The process sees its package at /package, its output folder at /output, Blender, Python, libraries and fonts,
and the graphics devices where it is to use them. It gets no environment, no home, no keys, no other user's
files, and of the machine what libraries ask for: processors and memory.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import SandboxMissing

SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")  # links into /usr nearly everywhere
# Neither /usr/local nor /usr/src: what a provider put there is nobody's business.
USR_FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives")
CPU_FOLDERS = ("/sys/devices/system/cpu", "/sys/devices/system/node")
GRAPHICS_FOLDERS = (
    "/etc/OpenCL",
    "/etc/vulkan",
    "/sys/bus/pci",
    "/sys/class/drm",
    "/sys/class/kfd",
    "/sys/dev/char",
    "/sys/devices/virtual/kfd",
    "/sys/module/amdgpu",
    "/sys/module/nvidia",
    "/sys/module/nvidia_uvm",
)
# /proc is its own but for these: the machine's start, keys, disks, modules, addresses in the kernel.
HIDDEN = tuple(
    f"/proc/{name}"
    for name in (
        *("cmdline", "config.gz", "diskstats", "interrupts", "kallsyms", "key-users", "keys"),
        *("partitions", "schedstat", "slabinfo", "softirqs", "swaps", "timer_list", "version", "vmallocinfo"),
    )
)
# What root may write without any capability, as a worker that runs as root does; bubblewrap covers a part.
READ_ONLY = tuple(
    f"/proc/{name}"
    for name in (
        *("acpi", "asound", "bus", "driver", "fs", "irq", "mtrr", "pressure", "scsi", "sys", "sysrq-trigger"),
        "tty",
    )
)
# Those that compute; neither those that set screens (dri/card*, nvidia-modeset) nor nvidia-uvm-tools, which
# watches others.
DEVICES = (
    *("nvidia[0-9]*", "nvidiactl", "nvidia-uvm", "nvidia-caps"),
    *("dri/renderD*", "dri/by-path", "kfd"),
)
DEVICE_ROOT = Path("/dev")
DEFAULT_TMPFS = 2**30
FILTER = "@filter"
PACKAGE, COMPILED = "/package", "/compiled"  # inside
COLOURS_VARIABLE = "OCIO"  # which names a colour configuration
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}
COMPILED_VARIABLE = "PYTHONPYCACHEPREFIX"  # which names the folder of compiled modules
ISOLATION = ("--unshare-all", "--unshare-user", "--disable-userns", "--new-session", "--die-with-parent")
NOBODY = ("--uid", "1000", "--gid", "1000")
HOST = ("--hostname", "render")
TRY_S = 20


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


def is_sandboxed() -> bool:
    """Whether render processes are in a sandbox on this machine."""
    return shutil.which("bwrap") is not None


def require_sandbox(allow_unsandboxed: bool) -> None:
    """Raise SandboxMissing unless there is bubblewrap, or the user decided to do without."""
    if not is_sandboxed() and not allow_unsandboxed:
        raise SandboxMissing(
            f"There is no sandbox on this machine ({sys.platform}): bubblewrap is missing. Install it, or "
            "set allow_unsandboxed if you trust every scene that anybody may send you."
        )


def jail(
    command: Sequence[str],
    readable: Sequence[Path],
    package: Path,
    output: Path | None,
    *,
    environment: Mapping[str, str],
    allow_unsandboxed: bool,
    tmpfs: int = DEFAULT_TMPFS,
    filter_program: bytes = b"",
    on_cpu: bool = False,
    compiled: Path | None = None,
    compiles: bool = False,
) -> Jailed:
    """The command inside the sandbox; ``readable`` are folders that it needs besides the system.

    It gets the ``environment`` that the provider chose and nothing of ours. Files in its /tmp and in its
    /dev/shm may each take ``tmpfs`` bytes of memory; else it writes nowhere but in ``output``, if any.
    System calls pass the ``filter_program``, where there is one. ``on_cpu``: there are no graphics devices.
    In the folder ``compiled`` are modules as Python compiles them, for whoever ``compiles`` to write.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        require_sandbox(allow_unsandboxed)
        ours = {name: value for name, value in os.environ.items() if name != COLOURS_VARIABLE}
        if compiled:
            ours[COMPILED_VARIABLE] = str(compiled)
        return Jailed(list(command), str(package), str(output or ""), {**ours, **environment})
    host = HOST if _may_name_host(bwrap) else ()
    arguments = [bwrap, *ISOLATION, *NOBODY, *host, "--cap-drop", "ALL", "--clearenv"]
    for variable, value in (*ENVIRONMENT.items(), *environment.items()):
        arguments += ["--setenv", variable, value]
    arguments += _system(on_cpu)
    arguments += _devices(tmpfs, on_cpu)
    for folder in readable:
        if not any(folder.is_relative_to(name) for name in USR_FOLDERS):
            arguments += ["--ro-bind", str(folder), str(folder)]
    arguments += ["--ro-bind", str(package), PACKAGE]
    if output:
        arguments += ["--bind", str(output), "/output"]
    if compiled:  # it may be deleted at any time
        arguments += ["--bind-try" if compiles else "--ro-bind-try", str(compiled), COMPILED]
        arguments += ["--setenv", COMPILED_VARIABLE, COMPILED]
    for name in ("/dev", "/"):  # they are files in memory too, of any size
        arguments += ["--remount-ro", name]
    if filter_program:
        arguments += ["--seccomp", FILTER]
    whole = [*arguments, "--chdir", "/output" if output else "/", "--", *command]
    return Jailed(whole, PACKAGE, "/output", filter=filter_program)


@functools.cache
def _may_name_host(bwrap: str) -> bool:
    """Whether the sandbox may have a name of its own; a container's filter of system calls may forbid it.

    It then has the container's name, which is a number as a rule.
    """
    command = [bwrap, "--unshare-user", "--unshare-uts", *HOST, "--ro-bind", "/", "/", "true"]
    tried = subprocess.run(command, capture_output=True, text=True, timeout=TRY_S, check=False)
    return "hostname" not in tried.stderr


def _system(on_cpu: bool) -> list[str]:
    arguments = ["--proc", "/proc"]
    # Drivers of graphics devices look whether their module is loaded.
    for name in (*HIDDEN, *(("/proc/modules",) if on_cpu else ())):
        if Path(name).exists():
            arguments += ["--ro-bind", "/dev/null", name]
    for name in READ_ONLY:
        if Path(name).exists():
            arguments += ["--ro-bind", name, name]
    for name in SYSTEM_FOLDERS:
        arguments += _system_folder(Path(name))
    buses = [] if on_cpu else sorted(str(path) for path in Path("/sys/devices").glob("pci*"))
    for name in (*USR_FOLDERS, *SYSTEM_FILES, *CPU_FOLDERS, *(() if on_cpu else GRAPHICS_FOLDERS), *buses):
        arguments += ["--ro-bind-try", name, name]
    return arguments


def _devices(tmpfs: int, on_cpu: bool) -> list[str]:
    arguments = ["--dev", "/dev"]
    for name in ("/tmp", "/dev/shm"):
        arguments += ["--size", str(tmpfs), "--tmpfs", name]
    for device in () if on_cpu else graphics_devices():
        arguments += ["--dev-bind", str(device), str(device)]
    return arguments


def graphics_devices(root: Path = DEVICE_ROOT) -> list[Path]:
    """What a scene that is rendered on a GPU reaches of this machine's graphics devices."""
    return [device for pattern in DEVICES for device in sorted(root.glob(pattern))]


def _system_folder(folder: Path) -> list[str]:
    if folder.is_symlink():
        return ["--symlink", str(folder.readlink()), str(folder)]
    return ["--ro-bind", str(folder), str(folder)] if folder.exists() else []
