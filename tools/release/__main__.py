"""Build everything of a release into one folder.

    python -m tools.release [--output dist/release] [--platform linux-x64] [--python 3.11]

The version stands in pyproject.toml alone. What is built:

    renderchain-VERSION-PLATFORM.zip   the extension; index.json and index.html make the folder a repository
    renderchain-VERSION-…whl           the Python package
    renderchain-VERSION.tar.gz         the sources, with the recipes of all images
    renderchain-contracts-VERSION.zip  the compiled contracts, for `network deploy --artefacts`
    *.cdx.json                         what each is made of
    CHANGES.md                         the changelog's section
    SHA256SUMS                         of all of these

It is made of what git tracks, as it lies in the working tree, and depends on neither time nor place.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from tools.extension.__main__ import PYTHONS, build, version, write_index
from tools.extension.errors import AGAIN, BuildError, call
from tools.extension.lock import PLATFORMS
from tools.setup.cache import REPO

from .archives import canonical_zip, write_tar, write_zip
from .sbom import locked, sbom_of, wheels_in

ARTEFACTS = "contracts/artefacts/"
LOCKS = {"worker": "requirements-worker.lock", "development": "requirements.lock"}


def tracked() -> list[str]:
    """What git tracks, as far as it is there; links too, such as those by which the chart has the alerts."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True, check=True).stdout
    return [name for name in listed.decode().split("\0") if name and _is_there(REPO / name)]


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def changes(text: str, wanted: str) -> str:
    """The changelog's section of a version, or else what is not released yet; raises BuildError."""
    for title in (wanted, "Unreleased"):
        found = re.search(rf"^## \[{re.escape(title)}\].*?(?=^## |\Z)", text, re.M | re.S)
        if found:
            return found[0].rstrip() + "\n"
    raise BuildError(f"release: CHANGELOG.md has no section of {wanted}, and none [Unreleased]; add one.")


def write_sources(output: Path, names: list[str], stem: str) -> None:
    """All that git tracks."""
    write_tar(output / f"{stem}.tar.gz", stem, {name: _source(REPO / name) for name in names})


def _source(path: Path) -> tuple[bytes, bool] | str:
    return os.readlink(path) if path.is_symlink() else (path.read_bytes(), os.access(path, os.X_OK))


def write_contracts(output: Path, names: list[str], number: str) -> None:
    """The compiled classes, each beside its like."""
    files = {
        Path(name).name: (REPO / name).read_bytes()
        for name in names
        if name.startswith(ARTEFACTS) or name.endswith("abi/classes.json")
    }
    write_zip(output / f"renderchain-contracts-{number}.zip", files)


def write_wheel(output: Path, names: list[str]) -> None:
    """The package's wheel, made of a copy: what setuptools leaves behind must be in nobody's way."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            if name.startswith("addon/") or "/" not in name:
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(REPO / name, path)
                path.chmod(0o644)
        pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-q"]
        command = [*pip, f"--wheel-dir={output}", folder]
        call("building the wheel", command, f"run `make setup`, {AGAIN}")
    (wheel,) = output.glob("*.whl")
    canonical_zip(wheel)


def write_parts_lists(output: Path, zips: list[Path], number: str) -> None:
    """What each is made of."""
    for path in zips:
        text = sbom_of("renderchain", number, wheels_in(path))
        (output / f"{path.stem}.cdx.json").write_text(text)
    for name, lock in (*LOCKS.items(), *_services_lock()):
        text = sbom_of(f"renderchain-{name}", number, locked((REPO / lock).read_text()))
        (output / f"renderchain-{name}-{number}.cdx.json").write_text(text)


def _services_lock() -> list[tuple[str, str]]:
    name = "requirements-services.lock"
    return [("services", name)] if (REPO / name).is_file() else []


def write_sums(output: Path) -> None:
    """The checksum of each file, as sha256sum reads them."""
    paths = sorted(path for path in output.iterdir() if path.name != "SHA256SUMS")
    lines = (f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths)
    (output / "SHA256SUMS").write_text("".join(lines))


def release(output: Path, pythons: list[str], platforms: list[str]) -> None:
    """Fill a folder, which must be empty or not there; raises BuildError."""
    if output.is_dir() and any(output.iterdir()):
        raise BuildError(f"release: {output} is not empty; move away what is in it, {AGAIN}")
    output.mkdir(parents=True, exist_ok=True)
    number, names = version(), tracked()
    text = changes((REPO / "CHANGELOG.md").read_text(), number)
    (output / "CHANGES.md").write_text(text)
    zips = build(pythons, platforms, output, names)
    for path in zips:
        canonical_zip(path)
    write_index(output)
    page = output / "index.html"
    page.write_text(re.sub(r"\d{4}-\d\d-\d\d, \d\d:\d\d", f"version {number}", page.read_text()))
    write_parts_lists(output, zips, number)
    write_wheel(output, names)
    write_contracts(output, names, number)
    write_sources(output, names, f"renderchain-{number}")
    write_sums(output)


def main(arguments: list[str]) -> int:
    """Build it; prints each file with its size."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description="Build a release.")
    parser.add_argument("--output", type=Path, default=REPO / "dist" / "release")
    parser.add_argument("--python", action="append", choices=PYTHONS, metavar="3.N")
    parser.add_argument("--platform", action="append", choices=tuple(PLATFORMS))
    chosen = parser.parse_args(arguments)
    output = chosen.output.resolve()
    try:
        release(output, sorted(set(chosen.python or PYTHONS)), sorted(set(chosen.platform or PLATFORMS)))
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"release: {error}; see that it is there and writable, {AGAIN}", file=sys.stderr)
        return 1
    for path in sorted(output.iterdir()):
        print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
