"""A node of Kubernetes with its control plane, all in one room: what is installed there runs.

Pods have addresses on a bridge, and reach on the bridge's own what runs beside them in the room.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from devkit.network.services import is_running, start, stop
from tests.deploy.cluster.archive import save_image
from tests.deploy.cluster.containerd import Containerd
from tests.deploy.cluster.control_plane import SERVICES, ControlPlane, Object, control_plane, is_ready
from tests.deploy.cluster.room import GROUP, GROUPS, Room, room
from tools.setup.kubernetes import kubelet_root

NAME, BRIDGE = "node", "pods"
ADDRESS, SUBNET = "10.244.0.1", "10.244.0.0/24"
PAUSE = "localhost/pause:1"  # what holds the namespaces of a pod
# Its runtime leaves /proc whole, as the chart's values for nodes without user namespaces want it.
SETTINGS = f"""\
version = 2
root = "{{folder}}/kept"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{PAUSE}"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "{{folder}}/cni"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
BinaryName = "{{folder}}/runtime"
"""
RUNTIME = """\
#!{python}
import json, os, sys
from pathlib import Path
if "--bundle" in sys.argv:
    file = Path(sys.argv[sys.argv.index("--bundle") + 1], "config.json")
    spec = json.loads(file.read_text())
    for name in ("maskedPaths", "readonlyPaths"):
        spec["linux"].pop(name, None)
    file.write_text(json.dumps(spec))
os.execvp("runc", ["runc", *sys.argv[1:]])
"""
LINKS: Object = {
    "cniVersion": "1.0.0",
    "name": BRIDGE,
    "plugins": [
        {
            "type": "bridge",
            "bridge": BRIDGE,
            "isGateway": True,
            "ipam": {
                "type": "host-local",
                "ranges": [[{"subnet": SUBNET, "gateway": ADDRESS}]],
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        }
    ],
}
# A service is reached from beside the pods, too: what has no way is not given its address.
BUILD_BRIDGE = f"""\
set -eu
ip link add {BRIDGE} type bridge
ip address add {SUBNET.replace(".0/", ".1/")} dev {BRIDGE}
ip link set {BRIDGE} up
ip route add {SERVICES} dev {BRIDGE}
"""
# Of the machine, whose disk and memory are many's, it takes nothing into account.
KUBELET: Object = {
    "apiVersion": "kubelet.config.k8s.io/v1beta1",
    "kind": "KubeletConfiguration",
    "address": ADDRESS,
    "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
    "authorization": {"mode": "AlwaysAllow"},
    "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
    "cgroupDriver": "cgroupfs",
    "cgroupRoot": f"/{GROUP}",
    "failCgroupV1": False,
    "failSwapOn": False,
    "enforceNodeAllocatable": [],
    "evictionHard": {"memory.available": "1Mi", "nodefs.available": "0%", "imagefs.available": "0%"},
    "imageGCHighThresholdPercent": 100,
    "makeIPTablesUtilChains": False,
    "oomScoreAdj": 0,
    "resolvConf": "",
}
# Answers of a pod on the same bridge would not come by where they are given the service's address.
PROXY: Object = {
    "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
    "kind": "KubeProxyConfiguration",
    "hostnameOverride": NAME,
    "mode": "iptables",
    "clusterCIDR": SUBNET,
    "iptables": {"masqueradeAll": True},
    "conntrack": {"maxPerCore": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    "healthzBindAddress": "127.0.0.1:10256",
    "metricsBindAddress": "127.0.0.1:10249",
}


class Node:
    """It, in ``entered``, with what it keeps below ``folder``."""

    def __init__(self, folder: Path, entered: Room, containerd: Containerd, plane: ControlPlane) -> None:
        self._folder = folder
        self._room = entered
        self.containerd = containerd
        self.plane = plane
        self._processes: dict[str, int] = {}

    @property
    def inside(self) -> list[str]:
        """What a command begins with so that it runs beside the pods."""
        return self._room.inside

    def begin(self) -> None:
        """Returns when it takes pods."""
        archive = self._folder / "pause.tar"
        save_image(archive, PAUSE, ("/usr/bin/sleep",), ("/usr/bin/sleep", "infinity"))
        self.containerd.take(archive)
        for hierarchy in GROUPS.iterdir():
            if hierarchy.is_dir() and not hierarchy.is_symlink():
                (hierarchy / GROUP).mkdir(exist_ok=True)
        named = ("--hostname-override", NAME, "--node-ip", ADDRESS, "--cert-dir", str(self._folder / "keys"))
        self._start("kubelet", KUBELET, "--kubeconfig", str(self.plane.config), *named)
        self._start("kube-proxy", PROXY | {"clientConnection": {"kubeconfig": str(self.plane.config)}})
        self.plane.wait_for(self._takes_pods)

    def end(self) -> None:
        """Its programs; what runs in containers ends with the room."""
        for number in reversed(self._processes.values()):
            stop(number)

    def _takes_pods(self) -> bool:
        for name, number in self._processes.items():
            assert is_running(number), f"{name} ended: {self._log(name).read_text()[-3000:]}"
        known = self.plane.all("nodes", "").get(NAME)
        return known is not None and not known["spec"].get("taints") and is_ready(known)

    def _start(self, name: str, settings: Object, *options: str) -> None:
        file = self._folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(settings))
        program = str(kubelet_root() / "bin" / name)
        command = [*self._room.inside, program, "--config", str(file), *options]
        self._processes[name] = start(command, self._log(name))

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"


@contextmanager
def running_node(folder: Path) -> Iterator[Node]:
    """One that begins and ends, and gives back what its pods and images took."""
    places = {name: folder / name for name in ("room", "containerd", "plane", "node")}
    for place in places.values():
        place.mkdir()
    (places["containerd"] / "cni").mkdir()
    (places["containerd"] / "cni" / "pods.conflist").write_text(json.dumps(LINKS))
    runtime = places["containerd"] / "runtime"
    runtime.write_text(RUNTIME.format(python=sys.executable))
    runtime.chmod(0o755)
    try:
        with ExitStack() as stack:
            entered = stack.enter_context(room(places["room"]))
            subprocess.run([*entered.inside, "sh", "-c", BUILD_BRIDGE], check=True)
            containerd = Containerd(places["containerd"], entered, SETTINGS)
            stack.callback(containerd.end)
            containerd.begin()
            plane = stack.enter_context(control_plane(places["plane"], entered.inside, ADDRESS))
            found = Node(places["node"], entered, containerd, plane)
            stack.callback(found.end)
            found.begin()
            yield found
    finally:
        for place in (places["room"], places["containerd"] / "kept"):
            shutil.rmtree(place, ignore_errors=True)
