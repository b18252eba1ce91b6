"""Build the Blender extension: one zip per platform, with the wheels it needs inside.

    python -m tools.extension [--python 3.11 --python 3.13] [--platform linux-x64] [--output dist]
                              [--repository]

Blender installs the wheels of a package itself, choosing by Python version and platform, so one zip
serves several Blender versions. The wheels are those of requirements-extension.lock, checked against its
hashes, made lighter and kept in the cache. Blender's build command packs only what lies under one folder and
wants ``__init__.py`` at its root; therefore the package, the manifest and the wheels are staged first.

``--repository`` writes the index beside the zips that makes the folder a repository of Blender's: served as
it is, by any web server, it brings the extension and its updates.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Collection
from pathlib import Path

from tools.setup.cache import REPO

from .errors import AGAIN, BuildError, call
from .lock import LOCK, PLATFORMS, read_lock
from .wheels import collect

PACKAGE = REPO / "addon" / "renderchain"
MANIFEST = REPO / "blender_manifest.toml"
LONG_AGO_S = 1_577_836_800  # of every file in a zip, the start of 2020: what is built twice is the same
PYTHONS = ("3.11", "3.13", "3.14")  # Blender 4.5 to 5.0; 5.1 on; what Debian builds 5.2 with


def manifest_text(source: str, platforms: list[str], wheels: list[str]) -> str:
    """The manifest with the platforms and wheels of this build; raises BuildError if it does not fit."""
    try:
        manifest = tomllib.loads(source)
        project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    except (tomllib.TOMLDecodeError, KeyError, OSError) as error:
        raise BuildError(f"build_extension: {MANIFEST.name} or pyproject.toml: {error}; mend it.") from error
    if manifest.get("name", "").lower() != project["name"]:
        raise BuildError(f"build_extension: name in {MANIFEST.name} is not pyproject.toml's; mend it.")
    text, count = re.subn(r"^platforms = \[.*\]$", f"platforms = {_toml(platforms)}", source, flags=re.M)
    if count != 1 or {"wheels", "version"} & set(manifest):
        raise BuildError(
            f"build_extension: {MANIFEST.name} must name platforms on one line, and neither wheels nor "
            "version."
        )
    paths = [f"./wheels/{name}" for name in wheels]
    # On top, as a table of the manifest would swallow them.
    return f'version = "{project["version"]}"\nwheels = {_toml(paths)}\n{text}'


def version() -> str:
    """That of everything, which stands in pyproject.toml alone."""
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    return str(project["version"])


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


def blender_tool() -> list[str]:
    """Blender's own program for extensions; raises BuildError."""
    return [sys.executable, str(blender_scripts() / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py")]


def write_index(folder: Path) -> None:
    """Make a folder of zips a repository: index.json for Blender, index.html for people."""
    advice = f"delete other versions from {folder}, {AGAIN}"
    call(
        "writing the repository's index",
        [*blender_tool(), "server-generate", f"--repo-dir={folder}", "--html"],
        advice,
    )


def stage_package(stage: Path, files: Collection[str] | None) -> None:
    """Copy the package as it lies there; where ``files`` are named, by their paths in the repository, none
    but these.
    """
    if files is None:
        shutil.copytree(PACKAGE, stage, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        return
    for path in (REPO / name for name in files):
        if path.is_relative_to(PACKAGE):
            target = stage / path.relative_to(PACKAGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)


def build(
    pythons: list[str], platforms: list[str], output: Path, files: Collection[str] | None = None
) -> list[Path]:
    """Build and validate one zip per platform in the output folder, of ``files`` as ``stage_package`` takes
    them; raises BuildError.
    """
    scripts, tool = blender_scripts(), blender_tool()
    tags = f"--valid-tags={scripts / 'modules' / '_bpy_internal' / 'extensions' / 'tags.py'}"
    wheels = collect(read_lock(LOCK.read_text()), pythons, platforms)
    source = MANIFEST.read_text()
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        stage = Path(temporary, "stage")
        stage_package(stage, files)
        (stage / "wheels").mkdir()
        for name, path in wheels.items():
            shutil.copy2(path, stage / "wheels" / name)
        (stage / MANIFEST.name).write_text(manifest_text(source, platforms, sorted(wheels)))
        folders = [f"--source-dir={stage}", f"--output-dir={output}"]
        for path in stage.rglob("*"):
            os.utime(path, (LONG_AGO_S, LONG_AGO_S))
        advice = f"correct {MANIFEST.name} or {PACKAGE.relative_to(REPO)} as it says, {AGAIN}"
        call("packing the extension", [*tool, "build", *folders, "--split-platforms", tags], advice)
    manifest = tomllib.loads(source)
    stem = f"{manifest['id']}-{version()}"
    zips = [output / f"{stem}-{platform.replace('-', '_')}.zip" for platform in platforms]
    for path in zips:
        call(f"validating {path}", [*tool, "validate", tags, str(path)], advice)
    return zips


def main(arguments: list[str]) -> int:
    """Build what the arguments ask for; prints each zip's path and size."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.extension", description="Build the Blender extension."
    )
    parser.add_argument("--python", action="append", choices=PYTHONS, metavar="3.N")
    parser.add_argument("--platform", action="append", choices=tuple(PLATFORMS))
    parser.add_argument("--output", type=Path, default=REPO / "dist")
    parser.add_argument("--repository", action="store_true", help="make the folder one that Blender can add")
    chosen = parser.parse_args(arguments)
    platforms = sorted(set(chosen.platform or PLATFORMS))
    try:
        zips = build(sorted(set(chosen.python or PYTHONS)), platforms, chosen.output.resolve())
        if chosen.repository:
            write_index(chosen.output.resolve())
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
