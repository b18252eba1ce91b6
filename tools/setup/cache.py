"""The cache that all clones of one user share, and how a step is run and reported.

Standard library only: this runs before there is an environment.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


class SetupError(Exception):
    """A step failed; the text says what and what to do."""


def cache_dir() -> Path:
    """$RENDERCHAIN_CACHE, or renderchain in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(os.environ.get("RENDERCHAIN_CACHE") or Path(base) / "renderchain")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def recipe_dir(name: str, *inputs: str) -> Path:
    """Where a tool made from these pinned inputs lives."""
    key = hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:12]
    return cache_dir() / f"{name}-{key}"


def is_done(root: Path) -> bool:
    """Whether the recipe that fills the folder ended well."""
    return (root / ".done").exists()


def say(text: str) -> None:
    """A line for the user; standard output is kept for answers to other programs."""
    print(f"setup: {text}", file=sys.stderr, flush=True)


def run(name: str, command: list[str], env: dict[str, str] | None = None, cwd: Path = REPO) -> None:
    """Run a build step with its output in the cache's log folder; raises SetupError."""
    log = cache_dir() / "logs" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    started = time.monotonic()
    say(f"{name}: {' '.join(command[:4])} …")
    with log.open("ab") as out:
        code = subprocess.run(
            command,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    if code:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
        raise SetupError(f"{tail}\nsetup: {name} failed with exit code {code}; the whole log is {log}.")
    say(f"{name}: {time.monotonic() - started:.0f} s")


def need(program: str, advice: str) -> str:
    """The program's path; raises SetupError unless it is on the PATH."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise SetupError(f"setup: {program} is missing; {advice}, then run this again.")
    return found
