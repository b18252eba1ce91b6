"""Kubernetes' own server, scheduler and controllers: what is installed there is taken or refused, placed,
replaced and rolled back as in any cluster. Nodes are made up by kwok, so that no container runs, or real.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from devkit.network.services import free_port, is_running, start, stop
from tools.setup.kubernetes import cluster_root, kubernetes_root

Object = dict[str, Any]
PATIENCE_S = 1800  # after which something hangs, also on a busy machine
LOOK_S = 0.5
READY = "/readyz"
SERVICES = "10.96.0.0/16"  # their addresses
LOOPBACK = "127.0.0.1"


class ControlPlane:
    """All of it, in ``folder``; helm and kubectl speak to it by a file that is there.

    ``inside`` is what commands begin with so that they run where nodes are, and ``address`` where these
    and their pods reach it.
    """

    def __init__(self, folder: Path, inside: Sequence[str] = (), address: str = LOOPBACK) -> None:
        self.folder = folder
        self._inside, self._address = inside, address
        self.config = folder / "kubeconfig"
        self._processes: dict[str, int] = {}
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "KUBECONFIG": str(self.config),
            **{f"HELM_{one}_HOME": str(folder / one.lower()) for one in ("CACHE", "CONFIG", "DATA")},
        }

    def begin(self) -> None:
        """Returns when the server is ready."""
        token, port = secrets.token_hex(16), free_port()
        (self.folder / "tokens").touch(mode=0o600)
        (self.folder / "tokens").write_text(f"{token},admin,admin,system:masters\n")
        key = self.folder / "service-accounts.key"
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        key.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self._start("kube-apiserver", *self._server_options(port, key, self._store()))
        self._write_config(f"https://{self._address}:{port}", token)
        self.wait_for(lambda: self.kubectl("get", "--raw", READY, check=False).stdout == "ok")
        # A busy machine's silence says nothing of a node.
        self._start("kube-controller-manager", *self._shared_options(), "--node-monitor-grace-period=24h")
        self._start("kube-scheduler", *self._shared_options())

    def make_up_nodes(self) -> None:
        """Have all that are created be ready, and what should run there seem to."""
        self._start("kwok", "--kubeconfig", str(self.config), "--manage-all-nodes")

    def end(self) -> None:
        """The last begun first, so that none loses what it speaks to."""
        for number in reversed(self._processes.values()):
            stop(number)

    def kubectl(
        self, *arguments: str, given: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Its answer."""
        return self._done([str(cluster_root() / "bin" / "kubectl"), *arguments], given, check)

    def helm(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Its answer."""
        return self._done([str(kubernetes_root() / "bin" / "helm"), *arguments], None, check)

    def create(self, *objects: Object) -> None:
        """All of these."""
        self.kubectl("create", "--filename", "-", given=yaml.safe_dump_all(objects))

    def all(self, kind: str, namespace: str, *more: str) -> dict[str, Object]:
        """What there is of a kind in a namespace, by name."""
        said = self.kubectl("get", kind, "--namespace", namespace, *more, "--output", "json").stdout
        return {one["metadata"]["name"]: one for one in json.loads(said)["items"]}

    def tags(self, namespace: str) -> dict[str, str]:
        """Of each ready pod the tag of what it runs."""
        pods = self.all("pods", namespace).items()
        ready = {name: one["spec"]["containers"][0]["image"] for name, one in pods if is_ready(one)}
        return {name: image.rpartition(":")[2] for name, image in ready.items()}

    @contextmanager
    def watching(self, kind: str, namespace: str) -> Iterator[list[Object]]:
        """All that happens to them inside of this, in order; what there was comes first."""
        command = [*self._inside, str(cluster_root() / "bin" / "kubectl"), "get", kind]
        command += ["--namespace", namespace]
        command += ["--watch", "--output-watch-events", "--output", "json"]
        file, seen = self.folder / "watched.json", list[Object]()
        with file.open("w") as out:
            watch = subprocess.Popen(command, env=self._environment, stdout=out, start_new_session=True)
        try:
            self.wait_for(lambda: file.stat().st_size)
            yield seen
            self.wait_for(lambda: self._is_in(file, self.all(kind, namespace)))
        finally:
            os.killpg(watch.pid, signal.SIGTERM)
            watch.wait()
        seen += _objects_in(file.read_text())

    def wait_for(self, is_so: Callable[[], object]) -> None:
        """Return once it is so; fails where a part has ended, or after a long time."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            for name, number in self._processes.items():
                assert is_running(number), f"{name} ended: {self._log(name).read_text()[-2000:]}"
            assert time.monotonic() < deadline, "nothing came of it"
            time.sleep(LOOK_S)

    def _store(self) -> str:
        """etcd; returns its address. What it holds need not outlive a loss of power."""
        clients, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        options = {
            "--data-dir": str(self.folder / "etcd"),
            "--listen-client-urls": clients,
            "--advertise-client-urls": clients,
            "--listen-peer-urls": peers,
            "--initial-advertise-peer-urls": peers,
            "--initial-cluster": f"default={peers}",
        }
        words = [word for option in options.items() for word in option]
        self._start("etcd", *words)
        return clients

    def _server_options(self, port: int, key: Path, store: str) -> list[str]:
        options = {
            "--etcd-servers": store,
            "--bind-address": self._address,
            "--secure-port": str(port),
            "--cert-dir": str(self.folder / "certificates"),
            "--token-auth-file": str(self.folder / "tokens"),
            "--authorization-mode": "RBAC",
            "--service-account-issuer": "https://kubernetes.default.svc",
            "--service-account-key-file": str(key),
            "--service-account-signing-key-file": str(key),
            "--service-cluster-ip-range": SERVICES,
            "--feature-gates": "WatchList=false",  # for which this etcd is too old
        }
        if self._address != LOOPBACK:
            options["--advertise-address"] = self._address
            options["--kubelet-preferred-address-types"] = "InternalIP"  # names are nowhere to be found
        return [f"{name}={value}" for name, value in options.items()]

    def _shared_options(self) -> tuple[str, ...]:
        """As one of each is enough, none of them need be elected."""
        speaks = ("--kubeconfig", str(self.config), "--kube-api-qps", "500", "--kube-api-burst", "500")
        listens = ("--bind-address", "127.0.0.1", "--secure-port", str(free_port()))
        return (*speaks, *listens, "--leader-elect=false")

    def _write_config(self, server: str, token: str) -> None:
        certificate = self.folder / "certificates" / "apiserver.crt"
        self.wait_for(certificate.exists)
        known: Mapping[str, Any] = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": "here", "cluster": {"server": server, "certificate-authority": str(certificate)}}
            ],
            "users": [{"name": "admin", "user": {"token": token}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
            "current-context": "here",
        }
        self.config.touch(mode=0o600)
        self.config.write_text(yaml.safe_dump(known))

    def _start(self, name: str, *options: str) -> None:
        self._processes[name] = start(
            [*self._inside, str(cluster_root() / "bin" / name), *options], self._log(name), self._environment
        )

    @staticmethod
    def _is_in(file: Path, found: Mapping[str, Object]) -> bool:
        """Whether the newest of each was written."""
        text = file.read_text()
        return all(f'"{one["metadata"]["resourceVersion"]}"' in text for one in found.values())

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _done(self, command: list[str], given: str | None, check: bool) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*self._inside, *command],
            env=self._environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert not check or done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
        return done


@contextmanager
def control_plane(
    folder: Path, inside: Sequence[str] = (), address: str = LOOPBACK
) -> Iterator[ControlPlane]:
    """One that begins and ends."""
    found = ControlPlane(folder, inside, address)
    try:
        found.begin()
        yield found
    finally:
        found.end()


def _objects_in(text: str) -> Iterator[Object]:
    """One after the other, as kubectl writes them."""
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        found, end = decoder.raw_decode(text)
        yield found
        text = text[end:]


def is_ready(found: Object) -> bool:
    """Whether a node or a pod says so and is not about to go."""
    conditions = found["status"].get("conditions", [])
    return "deletionTimestamp" not in found["metadata"] and any(
        one["type"] == "Ready" and one["status"] == "True" for one in conditions
    )


def node(name: str, labels: Mapping[str, str], gpus: int = 0) -> Object:
    """One of NVIDIA's operator where it has GPUs: with label, taint and what pods can ask for."""
    room = {"cpu": "64", "memory": "256Gi", "pods": "110", "ephemeral-storage": "1Ti"}
    room |= {"nvidia.com/gpu": str(gpus)} if gpus else {}
    marks = {"nvidia.com/gpu.present": "true"} if gpus else {}
    taints = [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}] if gpus else []
    own = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": own | marks | dict(labels)},
        "spec": {"taints": taints},
        "status": {"allocatable": room, "capacity": room},
    }


def disk(number: int, storage_class: str = "") -> Object:
    """A volume that any claim of that class may have."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": f"disk-{number}"},
        "spec": {
            "capacity": {"storage": "1Ti"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "hostPath": {"path": f"/disks/{number}"},
        },
    }
