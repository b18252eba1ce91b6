"""Namespaces for the programs that run a node's containers: what they mount and listen on is seen in there
alone, and all of it ends with the first process.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
GROUP = (
    "k8s.io"  # containerd's for Kubernetes, in each hierarchy; of these there is one for the whole machine
)
GONE_AFTER_S = 30
# What a kubelet sets of the machine's kernel, for all that runs on it.
TUNED = (
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
)
# What they keep in fixed places is in memory, or below the folder; what they would tune is in files.
FURNISH = """\
set -eu
folder=$1
shift
mkdir $folder/var $folder/work
mount -t overlay -o lowerdir=/var,upperdir=$folder/var,workdir=$folder/work overlay /var
mount -t tmpfs tmpfs /run
for one; do
    mkdir -p /run/tuned/${one%/*}
    cat /proc/sys/$one >/run/tuned/$one
    mount --bind /run/tuned/$one /proc/sys/$one
done
ip link set lo up
echo furnished
exec sleep infinity
"""


class Room:
    """One that is entered by a command before those of the programs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._first: subprocess.Popen[str] | None = None

    def begin(self) -> None:
        """Returns when it can be entered."""
        assert not self._groups(), f"Somebody has containers in {GROUP} on this machine already."
        namespaces = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        script = ["sh", "-c", FURNISH, "sh", str(self._folder), *TUNED]
        self._first = subprocess.Popen([*namespaces, *script], stdout=subprocess.PIPE, text=True)
        assert self._first.stdout
        with self._first.stdout as said:
            assert said.readline() == "furnished\n", "The room was not furnished."

    @property
    def inside(self) -> list[str]:
        """What a command begins with so that it runs in there."""
        assert self._first, "The room has not begun."
        number = Path(f"/proc/{self._first.pid}/task/{self._first.pid}/children").read_text().strip()
        return ["nsenter", "--target", number, "--net", "--mount", "--pid", "--"]

    def end(self) -> None:
        """Nothing runs any more, and no cgroup is left."""
        if not self._first:
            return
        self._first.kill()
        self._first.wait()
        deadline = time.monotonic() + GONE_AFTER_S
        while (left := self._groups()) and time.monotonic() < deadline:
            for group in left:
                with suppress(OSError):  # its last process is not buried yet
                    group.rmdir()
            time.sleep(0.1)
        assert not left, f"These cgroups could not be removed: {left}"

    @staticmethod
    def _groups() -> list[Path]:
        """The deepest first."""
        found = [one for group in GROUPS.glob(f"*/{GROUP}") for one in (group, *group.rglob("*"))]
        return sorted((one for one in found if one.is_dir()), reverse=True)


def machine() -> tuple[object, ...]:
    """What of it is not to change: mounts, network devices, containers' cgroups, what could be tuned."""
    devices = sorted(path.name for path in Path("/sys/class/net").iterdir())
    tuned = [Path("/proc/sys", one).read_text() for one in TUNED]
    return Path("/proc/self/mounts").read_text(), devices, list(GROUPS.glob(f"*/{GROUP}")), tuned


@contextmanager
def room(folder: Path) -> Iterator[Room]:
    """One that begins and ends."""
    found = Room(folder)
    try:
        found.begin()
        yield found
    finally:
        found.end()
