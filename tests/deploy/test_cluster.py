"""The chart, installed by helm on Kubernetes' own server, controllers and scheduler, with a hundred nodes
that kwok makes up: all of it is taken, and its pods go where they should and are replaced in their order.
That containers run is not seen here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.chart.rendered import CHART, LEAST, WHOLE, rendered
from tests.deploy.cluster.control_plane import ControlPlane, Object, control_plane, disk, is_ready, node
from tools.setup.cache import is_done
from tools.setup.kubernetes import cluster_root, kubernetes_root

pytestmark = [
    pytest.mark.usefixtures("lanes"),
    pytest.mark.skipif(
        not (is_done(kubernetes_root()) and is_done(cluster_root())),
        reason="Kubernetes is built by `make test-deploy` or `python3 -m tools.setup kubernetes cluster`.",
    ),
]
LIFE = Path(__file__).parent / "cluster" / "life.values.yaml"
PARTS, PODS = ("index", "worker-town", "worker-hill"), 2 + 3 + 2  # of LIFE, after scaling
GPU_NODES, OTHER_NODES = 100, 3
POOL, SCALED = {"pool": "render"}, {"pool": "scaled"}  # as the values name them
# What NVIDIA's operator brings, and a namespace that lets pods have what a sandbox needs.
BEFORE: tuple[Object, ...] = (
    {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": "nvidia"},
        "handler": "nvidia",
    },
    *(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": "privileged"}},
        }
        for name in ("render", "life", "strict")
    ),
)
WAIT = ("--wait", "--timeout", "20m")


@pytest.fixture(scope="module")
def cluster(lanes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """With the operators' kinds of objects, nodes and disks."""
    with control_plane(tmp_path_factory.mktemp("cluster")) as found:
        found.make_up_nodes()
        for file in sorted((kubernetes_root() / "schemas").glob("*.yaml")):
            found.kubectl("create", "--filename", str(file))
        found.create(*BEFORE)
        found.create(*(node(f"gpu-{number}", POOL, gpus=1) for number in range(GPU_NODES)))
        found.create(node("spare", SCALED, gpus=1), *(node(f"other-{n}", {}) for n in range(OTHER_NODES)))
        found.create(*(disk(number) for number in range(16)), disk(16, "fast"))
        found.wait_for(
            lambda: found.kubectl("get", "serviceaccount", "default", "-n", "life", check=False).stdout
        )
        yield found


@pytest.fixture(scope="module")
def installed(cluster: ControlPlane) -> ControlPlane:
    """The release rc of all that the chart has."""
    cluster.helm("install", "rc", str(CHART), "--namespace", "render", "--values", str(WHOLE), *WAIT)
    return cluster


@pytest.mark.parametrize("values", [LEAST, WHOLE], ids=["least", "whole"])
def test_kubernetes_knows_every_field_of_it(cluster: ControlPlane, values: Path, tmp_path: Path) -> None:
    text = rendered(values, tmp_path)
    command = ("create", "--dry-run=server", "--validate=strict", "--namespace", "render", "--filename", "-")
    taken = cluster.kubectl(*command, given=text).stdout.splitlines()
    assert len(taken) == sum(1 for one in yaml.safe_load_all(text) if one)
    wrong = cluster.kubectl(*command, given=text.replace("readinessProbe:", "readyProbe:"), check=False)
    assert wrong.returncode and 'unknown field "spec.template.spec.containers[0].readyProbe"' in wrong.stderr


def test_a_whole_proc_without_a_user_namespace_is_refused(cluster: ControlPlane, tmp_path: Path) -> None:
    """As the chart says when somebody wants that."""
    text = rendered(WHOLE, tmp_path).replace("hostUsers: false", "hostUsers: true")
    command = ("create", "--dry-run=server", "--namespace", "render", "--filename", "-")
    refused = cluster.kubectl(*command, given=text, check=False)
    assert refused.returncode and "procMount" in refused.stderr and "hostUsers" in refused.stderr


def test_a_worker_goes_to_each_node_of_its_pool_and_services_to_none_with_a_gpu(
    installed: ControlPlane,
) -> None:
    pods = installed.all("pods", "render")
    assert all(is_ready(one) for one in pods.values())
    nodes = {name: one["spec"]["nodeName"] for name, one in pods.items()}
    on_each = [place for name, place in nodes.items() if name.startswith("rc-nodes-")]
    wanted = installed.all("nodes", "", "--selector", "pool=render")
    assert sorted(on_each) == sorted(wanted) and len(wanted) >= GPU_NODES
    assert nodes["rc-hill-0"] == "spare"
    others = {name: place for name, place in nodes.items() if not name.startswith(("rc-nodes-", "rc-hill-"))}
    assert len(others) == 2 + 3 + 2 and all(place.startswith("other-") for place in others.values())
    claims = installed.all("persistentvolumeclaims", "render").values()
    assert len(claims) == 6 and {one["status"]["phase"] for one in claims} == {"Bound"}


def test_a_node_that_comes_gets_its_worker(installed: ControlPlane) -> None:
    def where_ready() -> set[str]:
        pods = installed.all("pods", "render")
        return {one["spec"].get("nodeName", "") for one in pods.values() if is_ready(one)}

    assert "new" not in where_ready()
    installed.create(node("new", POOL, gpus=1))
    installed.wait_for(lambda: "new" in where_ready())


def test_a_namespace_that_is_restricted_takes_services_and_nothing_that_makes_a_sandbox(
    cluster: ControlPlane, tmp_path: Path
) -> None:
    cluster.kubectl(
        "label", "--overwrite", "namespace", "strict", "pod-security.kubernetes.io/enforce=restricted"
    )
    told: dict[str, str] = {}
    for one in yaml.safe_load_all(rendered(WHOLE, tmp_path)):
        if one and one["kind"] in ("Deployment", "StatefulSet", "DaemonSet"):
            name = one["metadata"]["name"]
            pod = {**one["spec"]["template"], "apiVersion": "v1", "kind": "Pod"}
            pod["metadata"] = {**pod["metadata"], "name": name}
            if "volumeClaimTemplates" in one["spec"]:
                pod["spec"] = {**pod["spec"], "volumes": [*pod["spec"]["volumes"], {"name": "data"}]}
            command = ("create", "--dry-run=server", "--namespace", "strict", "--filename", "-")
            said = cluster.kubectl(*command, given=json.dumps(pod), check=False).stderr
            told[name] = said.partition(": ")[0] if 'violates PodSecurity "restricted' in said else said
    assert told == {
        **dict.fromkeys(("rc-index", "rc-scheduler", "rc-notifier"), ""),
        **dict.fromkeys(("rc-aggregator", "rc-town", "rc-hill", "rc-nodes"), "Error from server (Forbidden)"),
    }


def test_from_the_first_install_to_the_last_removal(cluster: ControlPlane) -> None:
    """An upgrade leaves two indexes answering and all workers but one; what it was comes back; disks stay."""
    release = ("rc", "--namespace", "life")
    given = (str(CHART), "--values", str(LIFE))
    cluster.helm("install", *release, *given, *WAIT)
    cluster.kubectl("scale", "statefulset/rc-hill", "--replicas", "2", "--namespace", "life")  # as KEDA does
    cluster.wait_for(lambda: sum(map(is_ready, cluster.all("pods", "life").values())) == PODS)
    first, disks = cluster.tags("life"), volumes(cluster)
    assert set(first.values()) == {"1.0"} and len(disks) == 5

    with cluster.watching("pods", "life") as seen:
        cluster.helm("upgrade", *release, *given, "--set", "images.tag=1.1", *WAIT)
    assert fewest_ready(seen) == {"index": 2, "worker-town": 2, "worker-hill": 1}
    assert set(cluster.tags("life").values()) == {"1.1"} and len(cluster.tags("life")) == PODS
    assert volumes(cluster) == disks

    with cluster.watching("pods", "life") as seen:
        cluster.helm("rollback", "rc", "1", "--namespace", "life", *WAIT)
    assert fewest_ready(seen) == {"index": 2, "worker-town": 2, "worker-hill": 1}
    assert sorted(cluster.tags("life").values()) == sorted(first.values())
    assert volumes(cluster) == disks

    cluster.helm("uninstall", *release, *WAIT)
    cluster.wait_for(lambda: not cluster.all("pods", "life"))
    assert volumes(cluster) == disks


def volumes(cluster: ControlPlane) -> dict[str, str]:
    claims = cluster.all("persistentvolumeclaims", "life").items()
    return {name: one["spec"]["volumeName"] for name, one in claims}


def fewest_ready(seen: list[Any]) -> dict[str, int]:
    """Of each part, how many were ready when the fewest were; from when all that were there are known."""
    ready, fewest = dict[str, str](), dict[str, int]()
    for count, event in enumerate(seen, start=1):
        pod = event["object"]
        name = pod["metadata"]["name"]
        if event["type"] != "DELETED" and is_ready(pod):
            ready[name] = pod["metadata"]["labels"]["app.kubernetes.io/component"]
        else:
            ready.pop(name, None)
        if count >= PODS:
            parts = list(ready.values())
            fewest |= {part: min(fewest.get(part, PODS), parts.count(part)) for part in PARTS}
    return fewest
