"""The sandbox in containers of containerd, as a node of Kubernetes runs them; nothing is left of these."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from renderchain.adapters.blender_process.sandbox import ISOLATION, NOBODY

from tests.deploy.cluster.archive import save_image
from tests.deploy.cluster.containerd import Containerd, running_containerd
from tests.deploy.cluster.room import machine
from tools.setup.debian import is_there
from tools.setup.kubernetes import NODE

pytestmark = [
    pytest.mark.usefixtures("lanes"),
    pytest.mark.skipif(
        not all(map(is_there, (*NODE, "bwrap"))) or os.geteuid() != 0,
        reason="containerd runs as root after `make test-deploy` or `python3 -m tools.setup system node`.",
    ),
]
IMAGE = "localhost/sandbox:1"
SANDBOX = (
    "/usr/bin/bwrap",
    *ISOLATION,
    *NOBODY,
    "--cap-drop",
    "ALL",
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
)
SHOWS = ("/usr/bin/cat", "/proc/self/comm")


@pytest.fixture(scope="module")
def containerd(lanes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containerd]:
    """It, with an image of bubblewrap; afterwards the machine is as it was."""
    folder = tmp_path_factory.mktemp("containerd")
    save_image(folder / "image.tar", IMAGE, (SANDBOX[0], SHOWS[0]))
    before = machine()
    with running_containerd(folder) as found:
        found.take(folder / "image.tar")
        yield found
    assert machine() == before


def test_it_runs_without_a_user_namespace_where_proc_is_whole(containerd: Containerd) -> None:
    """As user 10001, without a capability and on a root that it can't write."""
    done = containerd.run(IMAGE, "whole", *SANDBOX, *SHOWS, has_whole_proc=True)
    assert (done.returncode, done.stdout) == (0, "cat\n"), done.stderr


def test_it_is_refused_where_parts_of_proc_are_hidden(containerd: Containerd) -> None:
    done = containerd.run(IMAGE, "masked", *SANDBOX, *SHOWS, has_whole_proc=False)
    assert done.returncode == 1
    assert done.stderr == "bwrap: Can't mount proc on /newroot/proc: Operation not permitted\n"
