"""Container images, where they can be built."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator

import pytest

from tests.deploy.boxed import Containers
from tools.setup.cache import is_done
from tools.setup.containers import PROGRAMS, containers_root
from tools.setup.debian import is_there


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lanes", action="store_true", help="build images and plan fleets: an hour or more")


@pytest.fixture(scope="session")
def lanes(request: pytest.FixtureRequest) -> None:
    """Skips unless asked for: that the programs are there does not mean that somebody has the hour."""
    if not request.config.getoption("--lanes"):
        pytest.skip("`make test-deploy` runs it.")


@pytest.fixture(scope="module")
def containers(lanes: None) -> Iterator[Containers]:
    """With the image that all begin with; layers of an earlier run are used again.

    The folder that runs them, their volumes and what is removed at the end are one for all: another process
    waits until these tests have ended.
    """
    root = containers_root()
    if not (all(map(is_there, PROGRAMS)) and is_done(root)) or os.geteuid() != 0:
        pytest.skip(
            "Images are built as root after `make test-deploy` or `python3 -m tools.setup containers`."
        )
    with root.with_name(f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = Containers(root)
        try:
            found.bring_base(root / "base.tar")
            yield found
        finally:
            found.end()
