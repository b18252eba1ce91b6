"""Build the Blender extension: one zip per platform, with the wheels it needs inside.

    python -m tools.build_extension [--python 3.11 --python 3.13] [--platform linux-x64] [--output dist]

Blender installs the wheels of a package itself, choosing by Python version and platform, so one zip
serves several Blender versions. The wheels are those of requirements-extension.lock, checked against its
hashes and kept in the cache. Blender's build command packs only what lies under one folder and wants
``__init__.py`` at its root; therefore the package, the manifest and the wheels are staged first.

Windows: the zip is built, but starknet-py does not import in Blender there. Its crypto-cpp-py needs
pywin32, which Blender cannot load from a wheel, and MinGW libraries that no wheel carries. It needs a
stand-in for crypto-cpp-py, which does not exist yet.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from packaging.markers import InvalidMarker, Marker

if not __package__:  # started as a file: the repository is not on the path then
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.setup.cache import REPO, cache_dir

PACKAGE = REPO / "addon" / "renderchain"
MANIFEST = REPO / "blender_manifest.toml"
LOCK = REPO / "requirements-extension.lock"
PYTHONS = ("3.11", "3.13")  # Blender 4.5 to 5.0, and 5.1 on
# Published without any wheel; both are pure Python.
SOURCE_ONLY = ("starknet-py", "varint")
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*\\?$")
AGAIN = "then run this again."


class BuildError(Exception):
    """The extension was not built; the text says what failed and what to do now."""


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


def call(what: str, command: list[str], advice: str) -> None:
    """Run a step; raises BuildError with the end of its output and the advice."""
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1577836800"}  # wheels built twice are the same
    result = subprocess.run(command, env=env, capture_output=True, text=True, errors="replace", check=False)
    if result.returncode:
        tail = "\n".join((result.stdout + result.stderr).splitlines()[-15:])
        raise BuildError(f"{tail}\nbuild_extension: {what} failed with {result.returncode}; {advice}")


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
    """File name to path of every wheel for the targets; one that fits several is there once."""
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
    return {wheel.name: wheel for wheel in wheels}


def manifest_text(source: str, platforms: list[str], wheels: list[str]) -> str:
    """The manifest with the platforms and wheels of this build; raises BuildError if it does not fit."""
    try:
        manifest = tomllib.loads(source)
        project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    except (tomllib.TOMLDecodeError, KeyError, OSError) as error:
        raise BuildError(f"build_extension: {MANIFEST.name} or pyproject.toml: {error}; mend it.") from error
    for key in ("version", "name"):
        if manifest.get(key, "").lower() != project[key]:
            raise BuildError(f"build_extension: {key} in {MANIFEST.name} is not pyproject.toml's; mend it.")
    text, count = re.subn(r"^platforms = \[.*\]$", f"platforms = {_toml(platforms)}", source, flags=re.M)
    if count != 1 or "wheels" in manifest:
        raise BuildError(f"build_extension: {MANIFEST.name} must name platforms on one line, and no wheels.")
    paths = [f"./wheels/{name}" for name in wheels]
    return f"wheels = {_toml(paths)}\n{text}"  # on top, as a table of the manifest would swallow it


def _toml(values: list[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


def blender_scripts() -> Path:
    """The scripts folder of the bpy module, where Blender's own build tool is."""
    spec = importlib.util.find_spec("bpy")
    roots = spec.submodule_search_locations if spec else None
    for root in roots or ():
        for tool in Path(root).glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"):
            return tool.parents[3]
    raise BuildError(f"build_extension: no bpy with Blender's build tool here; run `make setup`, {AGAIN}")


def build(pythons: list[str], platforms: list[str], output: Path) -> list[Path]:
    """Build and validate one zip per platform in the output folder; raises BuildError."""
    scripts = blender_scripts()
    tool = [sys.executable, str(scripts / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py")]
    tags = f"--valid-tags={scripts / 'modules' / '_bpy_internal' / 'extensions' / 'tags.py'}"
    wheels = collect(read_lock(LOCK.read_text()), pythons, platforms)
    source = MANIFEST.read_text()
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        stage = Path(temporary, "stage")
        shutil.copytree(PACKAGE, stage, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        (stage / "wheels").mkdir()
        for name, path in wheels.items():
            shutil.copy2(path, stage / "wheels" / name)
        (stage / MANIFEST.name).write_text(manifest_text(source, platforms, sorted(wheels)))
        folders = [f"--source-dir={stage}", f"--output-dir={output}"]
        advice = f"correct {MANIFEST.name} or {PACKAGE.relative_to(REPO)} as it says, {AGAIN}"
        call("packing the extension", [*tool, "build", *folders, "--split-platforms", tags], advice)
    manifest = tomllib.loads(source)
    stem = f"{manifest['id']}-{manifest['version']}"
    zips = [output / f"{stem}-{platform.replace('-', '_')}.zip" for platform in platforms]
    for path in zips:
        call(f"validating {path}", [*tool, "validate", tags, str(path)], advice)
    return zips


def main(arguments: list[str]) -> int:
    """Build what the arguments ask for; prints each zip's path and size."""
    parser = argparse.ArgumentParser(prog="build_extension", description="Build the Blender extension.")
    parser.add_argument("--python", action="append", choices=("3.11", "3.12", "3.13", "3.14"), metavar="3.N")
    parser.add_argument("--platform", action="append", choices=tuple(PLATFORMS))
    parser.add_argument("--output", type=Path, default=REPO / "dist")
    chosen = parser.parse_args(arguments)
    platforms = sorted(set(chosen.platform or PLATFORMS))
    try:
        zips = build(sorted(set(chosen.python or PYTHONS)), platforms, chosen.output.resolve())
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"build_extension: {error}; see that it is there and writable, {AGAIN}", file=sys.stderr)
        return 1
    for path in zips:
        print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
