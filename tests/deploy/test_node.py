"""A node of Kubernetes, on which containers run."""

from __future__ import annotations

from pathlib import Path

from tests.deploy.cluster.archive import save_image
from tests.deploy.cluster.control_plane import Object, is_ready
from tests.deploy.cluster.node import Node

IMAGE = "localhost/still:1"
SLEEP, CAT, CURL = "/usr/bin/sleep", "/usr/bin/cat", "/usr/bin/curl"
# The first address of services is that of Kubernetes' server.
ASK = (CURL, "--silent", "--fail", "--insecure", "https://10.96.0.1/readyz")


def pod(name: str, *probe: str) -> Object:
    """Ready once that command succeeds in its container."""
    container = {
        "name": "still",
        "image": IMAGE,
        "imagePullPolicy": "Never",
        "command": [SLEEP, "infinity"],
        "readinessProbe": {"exec": {"command": list(probe)}, "periodSeconds": 1, "timeoutSeconds": 10},
    }
    spec = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def test_pods_run_there_reach_services_and_are_ready_once_their_probes_say_so(
    node: Node, tmp_path: Path
) -> None:
    save_image(tmp_path / "image.tar", IMAGE, (SLEEP, CAT, CURL))
    node.containerd.take(tmp_path / "image.tar")
    plane = node.plane
    plane.wait_for(lambda: plane.kubectl("get", "serviceaccount", "default", check=False).stdout)
    plane.create(pod("well", CAT, "/proc/self/comm"), pod("asks", *ASK), pod("ill", CAT, "/nowhere"))
    plane.wait_for(lambda: all(is_ready(plane.all("pods", "default")[name]) for name in ("well", "asks")))
    plane.wait_for(lambda: plane.all("pods", "default")["ill"]["status"].get("podIP"))
    pods = plane.all("pods", "default")
    addresses = {one["status"]["podIP"] for one in pods.values()}
    assert len(addresses) == 3 and all(one.startswith("10.244.0.") for one in addresses)
    assert not is_ready(pods["ill"])
    assert plane.kubectl("exec", "well", "--", CAT, "/proc/1/comm").stdout == "sleep\n"
    plane.kubectl("delete", "pods", *pods)
    assert not plane.all("pods", "default")
