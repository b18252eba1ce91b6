"""`make lint` sees imports that point the wrong way: planted in a copy, each must be named."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
PACKAGES = ("addon/renderchain", "services", "devkit", "tools", "benchmarks", "research")
PLANTED = [
    ("addon/renderchain/app/exchange/package.py", "from renderchain.adapters import poseidon"),
    ("addon/renderchain/adapters/poseidon.py", "from renderchain.app.exchange import package"),
    ("addon/renderchain/adapters/ipfs/kubo.py", "from renderchain.adapters import poseidon"),
    ("addon/renderchain/settings.py", "from renderchain.app.exchange import package"),
    ("addon/renderchain/core/frames.py", "from renderchain.ports import journal"),
    ("addon/renderchain/core/frames.py", "import socket"),
    ("addon/renderchain/app/exchange/package.py", "import bpy"),
    ("addon/renderchain/composition/worker.py", "from devkit import renderings"),
    ("services/aggregator/keeper.py", "from renderchain.adapters import poseidon"),
    ("benchmarks/gas.py", "from research import attacks"),
    ("research/trust/page.py", "from benchmarks import gas"),
    ("services/common/logs.py", "from services.index import store"),
    ("services/index/follow.py", "from renderchain.adapters import poseidon"),
    ("devkit/renderings.py", "from tools import contracts"),
]


@pytest.fixture
def copy(folder: Path) -> Path:
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "*.json", "*.jpg")
        shutil.copytree(REPO / package, folder / package, ignore=ignored)
    shutil.copy(REPO / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder / 'addon'}{os.pathsep}{folder}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_folder_of_code_is_a_package_that_lint_sees(copy: Path) -> None:
    folders = {path.parent for package in PACKAGES for path in (copy / package).rglob("*.py")}
    assert {folder for folder in folders if not (folder / "__init__.py").exists()} == set()


def test_the_tree_as_it_is_passes(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout + done.stderr


def plant(file: Path, line: str) -> int:
    """Add a line to a file; its number."""
    text = f"{file.read_text()}{line}\n"
    file.write_text(text)
    return text.count("\n")


def test_imports_that_point_the_wrong_way_are_named(copy: Path) -> None:
    """All planted at once, for lint takes its time: each by its module and its line."""
    planted = [(path, plant(copy / path, line)) for path, line in PLANTED]
    done = lint(copy)
    assert done.returncode == 1
    for path, number in planted:
        importer = path.removeprefix("addon/").removesuffix(".py").replace("/", ".")
        named = re.compile(rf"\b{re.escape(importer)} .*\(l\.{number}\)")
        assert named.search(done.stdout), (path, number, done.stdout + done.stderr)
