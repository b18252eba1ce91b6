"""The wheels of the lock file's packages, fetched by their hashes and kept in the cache."""

from __future__ import annotations

import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from tools.setup.cache import cache_dir

from .errors import AGAIN, BuildError, call
from .lighter import LEFT_OUT, lighter, stand_in
from .lock import PLATFORMS, Requirement

# Published without any wheel; both are pure Python.
SOURCE_ONLY = ("starknet-py", "varint")


def wheels_of(folder_name: str, requirements: list[Requirement], pip: list[str], advice: str) -> list[Path]:
    """The wheels that a pip command fetches or builds for the requirements, from the cache if they are there.

    A cache folder is filled under another name and renamed, so that one with this name is whole.
    """
    pins = "\n".join(requirement.pin for requirement in requirements) + "\n"
    root = cache_dir() / "wheels"
    root.mkdir(exist_ok=True)
    folder = root / f"{folder_name}-{sha256(repr((pins, pip)).encode()).hexdigest()[:12]}"
    if not folder.exists():
        print(f"{folder_name}: {len(requirements)} packages …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(dir=root) as temporary:
            pinned, filled = Path(temporary, "pinned.txt"), Path(temporary, "wheels")
            pinned.write_text(pins)
            options = ["--no-deps", "--require-hashes", "-r", str(pinned)]
            command = [sys.executable, "-m", "pip", *pip, *options, str(filled)]
            command[-1:-1] = ["--wheel-dir" if pip[0] == "wheel" else "--dest"]
            call(f"fetching wheels for {folder_name}", command, advice)
            if not folder.exists():  # else another run was faster
                filled.rename(folder)
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != len(requirements):
        found = f"{len(wheels)} wheels for {len(requirements)} packages"
        raise BuildError(f"build_extension: {folder} has {found}; delete it, {AGAIN}")
    return wheels


def collect(requirements: list[Requirement], pythons: list[str], platforms: list[str]) -> dict[str, Path]:
    """File name to path of every wheel for the targets, as light as it can be.

    One that fits several is there once. Raises BuildError.
    """
    wheels = fetch([one for one in requirements if one.name not in LEFT_OUT], pythons, platforms)
    return {wheel.name: wheel for wheel in [*map(lighter, wheels), stand_in()]}


def fetch(requirements: list[Requirement], pythons: list[str], platforms: list[str]) -> list[Path]:
    """The wheels for the targets as they are published, or built of what is published; raises BuildError."""
    built = [requirement for requirement in requirements if requirement.name in SOURCE_ONLY]
    advice = f"see that pip and the package index can be reached, {AGAIN}"
    wheels = wheels_of("source-only", built, ["wheel"], advice)
    for wheel in wheels:
        if not wheel.name.endswith("-none-any.whl"):
            raise BuildError(f"build_extension: {wheel} fits this machine only; take it out of SOURCE_ONLY.")
    for name in platforms:
        for python in pythons:
            needed = [
                requirement
                for requirement in requirements
                if requirement not in built and requirement.is_needed(python, PLATFORMS[name])
            ]
            pip = ["download", "--only-binary=:all:", "--implementation=cp", f"--python-version={python}"]
            pip += [f"--platform={tag}" for tag in PLATFORMS[name].pip_tags]
            missing = "if a package has no wheel and is pure Python, name it in SOURCE_ONLY; else "
            wheels += wheels_of(f"{name}-{python}", needed, pip, missing + advice)
    return list({wheel.name: wheel for wheel in wheels}.values())
