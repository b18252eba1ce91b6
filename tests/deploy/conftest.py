"""Container images, where they can be built, and a node of Kubernetes, where one can run."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator

import pytest

from tests.deploy.boxed import Containers
from tests.deploy.cluster.node import Node, running_node
from tests.deploy.cluster.room import machine
from tools.setup.cache import is_done
from tools.setup.containers import PROGRAMS, containers_root
from tools.setup.debian import is_there
from tools.setup.kubernetes import NODE, cluster_root, kubelet_root


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


@pytest.fixture(scope="module")
def node(lanes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """It, running; afterwards the machine is as it was."""
    is_built = is_done(cluster_root()) and is_done(kubelet_root())
    if not (all(map(is_there, NODE)) and is_built) or os.geteuid() != 0:
        pytest.skip(
            "A node runs as root after `make test-deploy` or `python3 -m tools.setup node cluster kubelet`."
        )
    before = machine()
    with running_node(tmp_path_factory.mktemp("node")) as found:
        yield found
    assert machine() == before
