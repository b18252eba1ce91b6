"""Bring this machine what RenderChain is built and tested with; quiet when all is there.

    python3 tools/setup.py python     the Python environment in .venv
    python3 tools/setup.py cairo      the Cairo compilers and their core library
    python3 tools/setup.py cairo-path the same, and print where they are
    python3 tools/setup.py devnet     starknet-devnet; devnet-path prints where it is
    python3 tools/setup.py doctor     what is there and what is missing

Tools go, keyed by version and recipe, into $RENDERCHAIN_CACHE (or $XDG_CACHE_HOME/renderchain,
or ~/.cache/renderchain), so that a second clone builds nothing again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
UV_VERSION = "0.13.9"
PYTHON_VERSION = "3.11"
DEVNET_CRATES = ("starknet-devnet@0.10.1",)
CAIRO_CRATES = (
    "starknet-compile@2.16.1",
    "starknet-sierra-compile@2.16.1",
    "cairo-test@2.16.1",
    "cairo-format@2.16.1",
)
CORELIB_CRATE = ("cairo-native", "0.9.0-rc.4")  # carries corelib 2.16.0 among its test data
# Optimising less halves the build; neither tool is where our time goes.
CARGO_PROFILE = {
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "1",
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "64",
}


class SetupError(Exception):
    """A step failed; the text says what and what to do."""


def cache_dir() -> Path:
    """The folder that all clones of one user share."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(os.environ.get("RENDERCHAIN_CACHE") or Path(base) / "renderchain")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def recipe_dir(name: str, *inputs: str) -> Path:
    """Where a tool made from these pinned inputs lives."""
    key = hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:12]
    return cache_dir() / f"{name}-{key}"


def run(name: str, command: list[str], env: dict[str, str] | None = None, cwd: Path = REPO) -> None:
    """Run a build step with its output in the cache's log folder."""
    log = cache_dir() / "logs" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    started = time.monotonic()
    print(f"setup: {name}: {' '.join(command[:4])} …", file=sys.stderr, flush=True)
    with log.open("ab") as out:
        code = subprocess.run(
            command,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    if code:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
        raise SetupError(f"{tail}\nsetup: {name} failed with exit code {code}; the whole log is {log}.")
    print(f"setup: {name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def need(program: str, advice: str) -> None:
    """Raise SetupError unless the program is on the PATH."""
    if shutil.which(program) is None:
        raise SetupError(f"setup: {program} is missing; {advice}, then run this again.")


def uv_path() -> Path:
    """A pinned uv in the cache."""
    root = recipe_dir("uv", UV_VERSION)
    if not (root / "bin" / "uv").exists():
        shutil.rmtree(root, ignore_errors=True)
        run("uv", [sys.executable, "-m", "venv", str(root)])
        run("uv", [str(root / "bin" / "python"), "-m", "pip", "install", "-q", f"uv=={UV_VERSION}"])
    return root / "bin" / "uv"


def python_env() -> None:
    """.venv with exactly what requirements.lock names."""
    lock = REPO / "requirements.lock"
    stamp = REPO / ".venv" / "renderchain.stamp"
    key = hashlib.sha256(lock.read_bytes() + UV_VERSION.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == key:
        return
    uv = str(uv_path())
    run("python", [uv, "venv", "-q", "--clear", "--python", PYTHON_VERSION, str(REPO / ".venv")])
    run(
        "python",
        [uv, "pip", "install", "--require-hashes", "-r", str(lock)],
        {"VIRTUAL_ENV": str(REPO / ".venv")},
    )
    stamp.write_text(key)


def cargo_tools(name: str, crates: tuple[str, ...]) -> Path:
    """Build crates into the cache; the target folder stays until the build is done, so it resumes."""
    root = recipe_dir(name, *crates, *CARGO_PROFILE)
    if not (root / ".done").exists():
        need("cargo", "install Rust with rustup")
        env = {**CARGO_PROFILE, "CARGO_TARGET_DIR": str(cache_dir() / "build" / "cargo")}
        run(name, ["cargo", "install", "--locked", "--root", str(root), *crates], env)
        if name == "cairo":
            corelib(root)
        (root / ".done").touch()
    return root


def corelib(root: Path) -> None:
    """Put Cairo's core library beside the compilers' bin folder, where they look for it."""
    crate, version = CORELIB_CRATE
    project = cache_dir() / "build" / "corelib"
    (project / "src").mkdir(parents=True, exist_ok=True)
    (project / "src" / "lib.rs").touch()
    (project / "Cargo.toml").write_text(
        '[package]\nname = "corelib-fetch"\nversion = "0.0.0"\nedition = "2021"\n'
        f'[dependencies]\n{crate} = "={version}"\n'
    )
    run("corelib", ["cargo", "fetch"], cwd=project)
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    pattern = f"{crate}-{version}/test_data/programs/corelib"
    found = sorted((home / "registry" / "src").glob(f"*/{pattern}"))
    if not found:
        raise SetupError(f"setup: the crate {crate} {version} no longer holds corelib; pin another version.")
    shutil.rmtree(root / "corelib", ignore_errors=True)
    shutil.copytree(found[0], root / "corelib")


def doctor() -> None:
    """Print each tool with its place, or that it is missing."""
    rows = {
        "python": REPO / ".venv" / "renderchain.stamp",
        "devnet": recipe_dir("devnet", *DEVNET_CRATES, *CARGO_PROFILE) / ".done",
        "cairo": recipe_dir("cairo", *CAIRO_CRATES, *CARGO_PROFILE) / ".done",
    }
    for name, mark in rows.items():
        print(f"{name:8} {mark.parent if mark.exists() else 'missing: run make ' + target_of(name)}")


def target_of(name: str) -> str:
    """The make target that brings a tool."""
    return "setup" if name == "python" else "toolchain"


def main(targets: list[str]) -> int:
    """Run the named targets under a lock, so that two clones do not build at once."""
    steps = {
        "python": python_env,
        "cairo": lambda: cargo_tools("cairo", CAIRO_CRATES),
        "cairo-path": lambda: print(cargo_tools("cairo", CAIRO_CRATES)),
        "devnet-path": lambda: print(cargo_tools("devnet", DEVNET_CRATES)),
        "devnet": lambda: cargo_tools("devnet", DEVNET_CRATES),
        "doctor": doctor,
    }
    unknown = [target for target in targets if target not in steps]
    if unknown or not targets:
        print(__doc__, file=sys.stderr)
        return 2
    with (cache_dir() / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            for target in targets:
                steps[target]()
        except SetupError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
