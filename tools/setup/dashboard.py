"""The dashboard, built by npm into its dist; its lock file has the hash of every package."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from .cache import REPO, SetupError, is_done, need, recipe_dir, run

PROJECT = REPO / "services" / "dashboard"
DIST = PROJECT / "dist"
STAMP = DIST / ".built"
PACKAGES = ("package.json", "package-lock.json", ".npmrc")
NODE = (20, 19)


def dashboard_root() -> Path:
    """The folder whose node_modules has what the dashboard is built and tested with."""
    return recipe_dir("dashboard", *((PROJECT / name).read_text() for name in PACKAGES))


def dashboard() -> None:
    """Build it, unless what is built is of the same sources."""
    root = dashboard_root()
    modules = PROJECT / "node_modules"
    if not is_done(root):
        _need_node()
        root.mkdir(parents=True, exist_ok=True)
        for name in PACKAGES:
            shutil.copyfile(PROJECT / name, root / name)
        run("dashboard", ["npm", "ci"], cwd=root)
        (root / ".done").touch()
    if not (modules.is_symlink() and modules.resolve() == (root / "node_modules").resolve()):
        if modules.is_dir() and not modules.is_symlink():
            shutil.rmtree(modules)
        modules.unlink(missing_ok=True)
        modules.symlink_to(root / "node_modules")
    if not is_built():
        _need_node()
        run("dashboard", ["npm", "run", "build"], cwd=PROJECT)
        STAMP.write_text(_sources())


def is_built() -> bool:
    """Whether what is built is of the sources as they are."""
    return STAMP.is_file() and STAMP.read_text() == _sources()


def _sources() -> str:
    digest = hashlib.sha256()
    files = [one for one in PROJECT.iterdir() if one.is_file()]
    files += [one for name in ("src", "public") for one in (PROJECT / name).rglob("*") if one.is_file()]
    for path in sorted(files):
        digest.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _need_node() -> None:
    advice = f"install Node.js {NODE[0]}.{NODE[1]} or newer with npm"
    need("npm", advice)
    said = subprocess.run(
        [need("node", advice), "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    if not found or (int(found[1]), int(found[2])) < NODE:
        raise SetupError(f"setup: Node.js is {said.strip() or 'broken'}; {advice}, then run this again.")
