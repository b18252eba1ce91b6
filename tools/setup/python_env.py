"""uv, and the Python environment in .venv."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

from .cache import REPO, is_done, recipe_dir, run

UV_VERSION = "0.13.9"
PYTHON_VERSION = "3.11"
VENV = REPO / ".venv"
STAMP = VENV / "renderchain.stamp"
LOCK = REPO / "requirements.lock"
PROJECT = REPO / "pyproject.toml"


def uv_root() -> Path:
    """The folder with the pinned uv."""
    return recipe_dir("uv", UV_VERSION)


def uv() -> None:
    """A pinned uv."""
    root = uv_root()
    if is_done(root):
        return
    shutil.rmtree(root, ignore_errors=True)
    run("uv", [sys.executable, "-m", "venv", str(root)])
    run("uv", [str(root / "bin" / "python"), "-m", "pip", "install", "-q", f"uv=={UV_VERSION}"])
    (root / ".done").touch()


def python_env() -> None:
    """.venv with exactly what the lock file names, and the package itself as a link to its source."""
    inputs = [UV_VERSION.encode(), str(REPO).encode(), LOCK.read_bytes(), PROJECT.read_bytes()]
    key = hashlib.sha256(b"\0".join(inputs)).hexdigest()
    if STAMP.exists() and STAMP.read_text() == key:
        return
    uv()
    program = str(uv_root() / "bin" / "uv")
    run("python", [program, "venv", "-q", "--clear", "--python", PYTHON_VERSION, str(VENV)])
    install = [program, "pip", "install", "-q", "--python", str(VENV)]
    run("python", [*install, "--require-hashes", "-r", str(LOCK)])
    # Built by the locked setuptools: an isolated build would fetch one that nothing pins.
    run("python", [*install, "--no-deps", "--no-build-isolation", "--editable", str(REPO)])
    STAMP.write_text(key)
