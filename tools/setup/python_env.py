"""uv, and the Python environment in .venv."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

from .cache import REPO, recipe_dir, run

UV_VERSION = "0.13.9"
PYTHON_VERSION = "3.11"
STAMP = REPO / ".venv" / "renderchain.stamp"
LOCK = REPO / "requirements.lock"


def uv_path() -> Path:
    """A pinned uv in the cache."""
    root = recipe_dir("uv", UV_VERSION)
    if not (root / "bin" / "uv").exists():
        shutil.rmtree(root, ignore_errors=True)
        run("uv", [sys.executable, "-m", "venv", str(root)])
        run("uv", [str(root / "bin" / "python"), "-m", "pip", "install", "-q", f"uv=={UV_VERSION}"])
    return root / "bin" / "uv"


def python_env() -> None:
    """.venv with exactly what the lock file names."""
    key = hashlib.sha256(LOCK.read_bytes() + UV_VERSION.encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == key:
        return
    uv, venv = str(uv_path()), REPO / ".venv"
    run("python", [uv, "venv", "-q", "--clear", "--python", PYTHON_VERSION, str(venv)])
    install = [uv, "pip", "install", "-q", "--require-hashes", "-r", str(LOCK)]
    run("python", install, {"VIRTUAL_ENV": str(venv)})
    STAMP.write_text(key)
