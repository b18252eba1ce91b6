"""Real services for the tests: one devnet, one Kubo and one Blender application for a whole run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from renderchain.core.money import FRI_PER_STRK

import tests.draws  # noqa: F401
from devkit.network.services import REPO, start_devnet, start_kubo, stop, tool_root
from tests.application import Application

MEMORY = Path("/dev/shm")
AMPLE_FRI = 10**6 * FRI_PER_STRK

# No deadline: on a busy machine it fails for nothing. The same examples every time: a failure comes again.
settings.register_profile("everywhere", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("everywhere")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes name no test: an archive's hold the time, and workers that collect must agree on all names."""
    return f"{argname}-{len(val)}-bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a devnet with 8 funded accounts: each test's network takes a stake of one of them."""
    pid, port = start_devnet(tmp_path_factory.mktemp("devnet"), 8, balance_fri=AMPLE_FRI)
    yield port
    stop(pid)


@pytest.fixture(scope="session")
def kubo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API address of a Kubo node."""
    pid, port = start_kubo(tmp_path_factory.mktemp("kubo"))
    yield f"/ip4/127.0.0.1/tcp/{port}"
    stop(pid)


@pytest.fixture(scope="session")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension's zip for this system."""
    output = tmp_path_factory.mktemp("extension")
    command = [sys.executable, "-m", "tools.extension", "--platform", "linux-x64"]
    done = subprocess.run(
        [*command, "--output", str(output)], cwd=REPO, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (path,) = output.glob("*.zip")
    return path


@pytest.fixture(scope="session")
def application(extension: Path, tmp_path_factory: pytest.TempPathFactory) -> Application:
    """The Blender 5.2 application with the extension installed and enabled."""
    app = Application(tool_root("blender"), tmp_path_factory.mktemp("blender"))
    install = ["--command", "extension", "install-file", "-r", "user_default", "--enable"]
    done = app.run(*install, str(extension))
    assert done.returncode == 0 and 'Installed "renderchain"' in done.stdout, done.stdout + done.stderr
    return app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder."""
    return tmp_path


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, in memory where the system has that: a disk would be most of the time."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="renderchain-", dir=MEMORY) as folder:
        yield Path(folder)
