"""The lock file, and which of its packages a platform with a Python needs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.markers import InvalidMarker, Marker

from tools.setup.cache import REPO

from .errors import AGAIN, BuildError

LOCK = REPO / "requirements-extension.lock"
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*\\?$")


@dataclass(frozen=True)
class Platform:
    """How Blender's name for a platform reads to pip and in environment markers."""

    pip_tags: tuple[str, ...]
    sys_platform: str
    platform_system: str
    os_name: str
    platform_machine: str


# glibc 2.28 and macOS 12 are the oldest systems for which every package has a wheel.
PLATFORMS = {
    "linux-x64": Platform(
        (*(f"manylinux_2_{minor}_x86_64" for minor in range(28, 16, -1)), "manylinux2014_x86_64"),
        "linux",
        "Linux",
        "posix",
        "x86_64",
    ),
    "windows-x64": Platform(("win_amd64",), "win32", "Windows", "nt", "AMD64"),
    "macos-arm64": Platform(("macosx_12_0_arm64",), "darwin", "Darwin", "posix", "arm64"),
}


@dataclass(frozen=True)
class Requirement:
    """One package of the lock file: its pin with hashes, and where it is needed."""

    name: str
    pin: str
    marker: Marker | None

    def is_needed(self, python: str, platform: Platform) -> bool:
        """Whether the target needs it; the machine that builds plays no part."""
        return self.marker is None or self.marker.evaluate(
            {
                "python_version": python,
                "python_full_version": f"{python}.0",
                "implementation_version": f"{python}.0",
                "implementation_name": "cpython",
                "platform_python_implementation": "CPython",
                "platform_release": "",
                "platform_version": "",
                "sys_platform": platform.sys_platform,
                "platform_system": platform.platform_system,
                "os_name": platform.os_name,
                "platform_machine": platform.platform_machine,
            }
        )


def read_lock(text: str) -> list[Requirement]:
    """The packages of a lock file as uv writes it; raises BuildError at a line it cannot read."""
    requirements: list[Requirement] = []
    for block in re.split(r"\n(?=\S)", text):
        lines = [line for line in block.splitlines() if line and not line.lstrip().startswith("#")]
        if not lines:
            continue
        found = REQUIREMENT.match(lines[0])
        hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}", block)
        if found is None or not hashes:
            raise BuildError(f"{LOCK.name}: no pinned package with hashes in {lines[0]!r}; {_lock_advice()}")
        try:
            marker = Marker(found["marker"]) if found["marker"] else None
        except InvalidMarker as error:
            raise BuildError(f"{LOCK.name}: bad marker of {found['name']}; {_lock_advice()}") from error
        pin = " ".join([f"{found['name']}=={found['version']}", *hashes])
        requirements.append(Requirement(found["name"], pin, marker))
    return requirements


def _lock_advice() -> str:
    return f"write it anew with `make lock`, {AGAIN}"
