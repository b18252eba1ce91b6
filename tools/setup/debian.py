"""What comes from Debian: system packages, the demo's scenes, the real Blender 5.2 application.

On another system the same programs are taken from the PATH, and what is missing is named.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path

from .cache import SetupError, is_done, need, recipe_dir, run, say

# Program or library to look for, and the package that brings it.
SYSTEM = {
    "dbus-daemon": "dbus-daemon",
    "bwrap": "bubblewrap",
    "strip": "binutils",
    "libXrender.so.1": "libxrender1",
    "libXi.so.6": "libxi6",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libXfixes.so.3": "libxfixes3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
}
# Other machines for benchmarks and long tests only.
EMULATION = {"qemu-x86_64": "qemu-user"}
POSTGRES = {"psql": "postgresql"}
BROWSER = {"chromium": "chromium"}
SCENES_PACKAGE = ("morse-simulator-data", "1.4-8")
SCENES_SHA256 = "a247b7c8f5cd5c0128d58e2d07884aa0338e4d60adb9d8408edf032c6c851202"
BLENDER_VERSION = "5.2.2+dfsg-1"
# What builds the application's own system and starts it there.
BLENDER = {"debootstrap": "debootstrap", "bwrap": "bubblewrap"}
CHROOT_PACKAGES = (
    "bubblewrap",
    "libgl1-mesa-dri",
    "python3-cattr",  # Blender needs it, and its package does not say so
    "python3-numpy",  # the official application carries its own
    "python3-pytest",
    "python3-requests",
    "xvfb",
)
# /proc is the machine's own, else the workers' sandbox could not mount one inside.
INSIDE = """\
#!/bin/sh
# Runs a program in the application's own system; the caller's folders and /tmp are shared.
exec bwrap --bind {root} / --dev-bind /dev /dev --bind /proc /proc --bind /tmp /tmp \\
  --bind "$HOME" "$HOME" --bind "$PWD" "$PWD" --chdir "$PWD" "$@"
"""
# Blender without that system around it, by its own loader: as one that lies beside another on a machine.
OUTSIDE = """\
#!/bin/sh
# Runs the application in the caller's own system, with its own libraries and Python.
export BLENDER_SYSTEM_PYTHON={root}/usr BLENDER_SYSTEM_RESOURCES={root}/usr/share/blender
libraries={root}/usr/lib/x86_64-linux-gnu
exec $libraries/ld-linux-x86-64.so.2 \\
  --library-path "$libraries:{root}/usr/lib:$libraries/blas:$libraries/lapack:$libraries/pulseaudio" \\
  {root}/usr/bin/blender "$@"
"""
LIBRARY_FOLDERS = (
    "/lib",
    "/usr/lib",
    "/lib64",
    "/usr/lib64",
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
)


def system() -> None:
    """Install missing system packages where we may, else say which ones to install."""
    install("system", SYSTEM)


def emulation() -> None:
    """What runs programs as if on another CPU."""
    install("emulation", EMULATION)


def postgres() -> None:
    """PostgreSQL, of which tests and benchmarks start servers of their own."""
    install("postgres", POSTGRES)


def browser() -> None:
    """A browser, in which tests use the dashboard."""
    install("browser", BROWSER)


def install(step: str, wanted: dict[str, str]) -> None:
    """Install the packages of what is missing; ``wanted`` as SYSTEM. Raises SetupError where we may not."""
    missing = sorted({package for name, package in wanted.items() if not is_there(name)})
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupError(f"setup: install these first (Debian's names): {' '.join(missing)}")
    _update()
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    run(step, command, {"DEBIAN_FRONTEND": "noninteractive"})


def is_there(name: str) -> bool:
    """Whether this machine has the program or library; helpers of podman and containerd lie by themselves."""
    if ".so" in name:
        return any((Path(folder) / name).exists() for folder in LIBRARY_FOLDERS)
    helpers = "/usr/lib/podman:/usr/lib/cni"
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:{helpers}") is not None


def _update() -> None:
    if not list(Path("/var/lib/apt/lists").glob("*_Packages*")):
        run("system", ["apt-get", "update"])


def scenes_root() -> Path:
    """The folder with the demo's source scenes."""
    return recipe_dir("scenes", *SCENES_PACKAGE, SCENES_SHA256)


def scenes() -> None:
    """Freely licensed real scenes (BSD-3-Clause) out of a Debian package."""
    root = scenes_root()
    if not is_done(root):
        unpack("scenes", SCENES_PACKAGE, SCENES_SHA256, root)


def unpack(step: str, version: tuple[str, str], sha256: str, root: Path) -> None:
    """What is in a Debian package of that name and version; raises SetupError if it is another file."""
    need("apt-get", "run this on Debian or Ubuntu")
    _update()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        run(step, ["apt-get", "download", "=".join(version)], cwd=Path(folder))
        (package,) = Path(folder).glob("*.deb")
        if hashlib.sha256(package.read_bytes()).hexdigest() != sha256:
            raise SetupError(f"setup: {package.name} has another sha-256 than {sha256}: refused.")
        shutil.rmtree(root, ignore_errors=True)
        run(step, ["dpkg-deb", "-x", str(package), str(root)])
    (root / ".done").touch()


def blender_root() -> Path:
    """The folder with the Blender application: root is its system; blender starts it there, outside here."""
    return recipe_dir("blender", BLENDER_VERSION, *CHROOT_PACKAGES, INSIDE)


def blender_app() -> None:
    """Debian's build of Blender 5.2 LTS in a folder of its own, and a script that starts it."""
    folder = blender_root()
    if is_done(folder):
        _starters(folder)  # they may have changed; nothing else has
        return
    if os.geteuid() != 0:
        raise SetupError("setup: the Blender 5.2 application is set up as root; run `sudo make blender-app`.")
    install("blender", BLENDER)
    shutil.rmtree(folder, ignore_errors=True)
    root = folder / "root"
    root.mkdir(parents=True)
    run("blender", [need("debootstrap", "install it"), "--variant=minbase", "sid", str(root), mirror()])
    env = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    inside = ["chroot", str(root), "apt-get", "install", "-y", "--no-install-recommends"]
    try:
        run("blender", [*inside, f"blender={BLENDER_VERSION}", *CHROOT_PACKAGES], env)
    except SetupError as error:
        say(f"blender: repairing its packages ({str(error).splitlines()[-1]})")
        run("blender", ["chroot", str(root), "dpkg", "--configure", "-a"], env)
        run("blender", [*inside, "-f"], env)
        run("blender", [*inside, f"blender={BLENDER_VERSION}", *CHROOT_PACKAGES], env)
    _starters(folder)
    (folder / ".done").touch()


def mirror() -> str:
    """The address of this machine's own Debian mirror."""
    lists = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    for file in lists:
        text = file.read_text() if file.is_file() else ""
        found = re.search(r"^(?:URIs:|deb(?: \[.*\])?)\s+(\S+/debian/?)(?:\s|$)", text, re.MULTILINE)
        if found:
            return found[1]
    raise SetupError("setup: no Debian mirror in this machine's apt sources; the application needs one.")


def _starters(folder: Path) -> None:
    root = folder / "root"
    scripts = {
        "inside": INSIDE.format(root=root),
        "blender": f'#!/bin/sh\nexec {folder / "inside"} blender "$@"\n',
        "outside": OUTSIDE.format(root=root),
    }
    for name, text in scripts.items():
        script = folder / name
        if not script.exists() or script.read_text() != text:  # the folder may be nobody's to write
            script.write_text(text)
            script.chmod(0o755)
