"""What the Helm chart is tested with: helm and kubeconform, built from their Go modules, and the schemas of
what Kubernetes and the operators that the chart can use take; Kubernetes' control plane, to install it on;
its programs of a node; and what runs containers there.

tools/kubernetes has the hash of every source.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from .cache import REPO, SetupError, is_done, need, recipe_dir, run
from .debian import install, unpack

MODULES = REPO / "tools" / "kubernetes"
PROGRAMS = ("helm.sh/helm/v4/cmd/helm", "github.com/yannh/kubeconform/cmd/kubeconform")
CLUSTER_PROGRAMS = {
    "cluster": tuple(
        f"k8s.io/kubernetes/cmd/{name}"
        for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")
    ),
    "kwok": ("sigs.k8s.io/kwok/cmd/kwok",),
}
CLUSTER_VERSION = ("1", "35", "4")  # as tools/kubernetes/cluster/go.mod has it; they would not know it
# What it keeps its state in, out of Debian's package.
ETCD = ("etcd-server", "3.4.23-4+b4")
ETCD_SHA256 = "3a9445d4560ad6de1c375756b2a17d97713df44cbd20a658c871fe108af7ef5d"
# Of the same version as the control plane.
KUBELET_PROGRAMS = tuple(f"k8s.io/kubernetes/cmd/{name}" for name in ("kubelet", "kube-proxy"))
# What containers run with, and what connects them.
NODE = {
    "containerd": "containerd",
    "runc": "runc",
    "host-local": "containernetworking-plugins",
    "iptables": "iptables",
}
SCHEMAS = "kubernetes-validate==1.37.0"
SCHEMAS_SHA256 = "85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9"
KUBERNETES = "v1.35.0"  # of the schemas
# Of operators: the module, the sum of all that is in it, and the kinds that the chart makes.
OPERATORS = (
    (
        "github.com/kedacore/keda/v2@v2.18.0",
        "h1:ttR223fii/4QJ0YvtrhcWHaEoezByb/t5CeFopjl6EI=",
        ("config/crd/bases/keda.sh_scaledobjects.yaml",),
    ),
    (
        "github.com/cloudnative-pg/cloudnative-pg@v1.27.0",
        "h1:mp0zlYO4vKAJmQdArWORWKr1lmB4Hj8JeBQGX5RBnpg=",
        tuple(f"config/crd/bases/postgresql.cnpg.io_{kind}.yaml" for kind in ("clusters", "databases")),
    ),
    (
        "github.com/prometheus-operator/prometheus-operator@v0.85.0",
        "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
        tuple(
            f"example/prometheus-operator-crd/monitoring.coreos.com_{kind}.yaml"
            for kind in ("podmonitors", "prometheusrules", "servicemonitors")
        ),
    ),
)
GO = "install Go 1.26 or newer"


def kubernetes_root() -> Path:
    """The folder with helm and kubeconform in bin, and schemas, as they come, in schemas."""
    named = (SCHEMAS, SCHEMAS_SHA256, KUBERNETES, str(OPERATORS), str(PROGRAMS))
    return recipe_dir("kubernetes", *_sums(MODULES / "helm"), *named)


def kubernetes() -> None:
    """Build the programs, bring the schemas."""
    root = kubernetes_root()
    if is_done(root):
        return
    _build("kubernetes", MODULES / "helm", PROGRAMS, root)
    schemas = root / "schemas"
    shutil.rmtree(schemas, ignore_errors=True)
    schemas.mkdir()
    _bring_schemas(schemas)
    for module, sum_, files in OPERATORS:
        folder = _module(module, sum_)
        for name in files:
            shutil.copyfile(folder / name, schemas / Path(name).name)
    (root / ".done").touch()


def cluster_root() -> Path:
    """The folder with the programs of a control plane in bin."""
    sums = [text for name in CLUSTER_PROGRAMS for text in _sums(MODULES / name)]
    return recipe_dir("cluster", *sums, str(CLUSTER_PROGRAMS), str(CLUSTER_VERSION), *ETCD, ETCD_SHA256)


def cluster() -> None:
    """Build Kubernetes and kwok, bring etcd."""
    root = cluster_root()
    if is_done(root):
        return
    for name, programs in CLUSTER_PROGRAMS.items():
        _build("cluster", MODULES / name, programs, root, *_known_version())
    unpack("cluster", ETCD, ETCD_SHA256, root / "etcd")
    shutil.copy(root / "etcd" / "usr" / "bin" / "etcd", root / "bin" / "etcd")
    shutil.rmtree(root / "etcd")
    (root / ".done").touch()


def node() -> None:
    """containerd, and what it starts and connects containers with."""
    install("node", NODE)


def kubelet_root() -> Path:
    """The folder with a node's programs in bin."""
    return recipe_dir("kubelet", *_sums(MODULES / "kubelet"), str(KUBELET_PROGRAMS), str(CLUSTER_VERSION))


def kubelet() -> None:
    """Build what makes containers of pods, and what leads to those of a service."""
    root = kubelet_root()
    if not is_done(root):
        _build("kubelet", MODULES / "kubelet", KUBELET_PROGRAMS, root, *_known_version())
        (root / ".done").touch()


def _known_version() -> tuple[str, str]:
    """Options of a build that Kubernetes' programs know it by."""
    major, minor, _ = CLUSTER_VERSION
    known = {"gitVersion": "v" + ".".join(CLUSTER_VERSION), "gitMajor": major, "gitMinor": minor}
    flags = " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in known.items())
    return "-ldflags", f"-s -w {flags}"


def _sums(module: Path) -> tuple[str, str]:
    return (module / "go.mod").read_text(), (module / "go.sum").read_text()


def _build(name: str, module: Path, programs: tuple[str, ...], root: Path, *more: str) -> None:
    program = need("go", GO)
    (root / "bin").mkdir(parents=True, exist_ok=True)
    options = ["-trimpath", *more, "-o", f"{root / 'bin'}/"]
    run(name, [program, "build", *options, *programs], cwd=module)


def _bring_schemas(folder: Path) -> None:
    """Of Kubernetes, out of a Python package that has those of several versions."""
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{SCHEMAS} --hash=sha256:{SCHEMAS_SHA256}\n")
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes"]
    run("kubernetes", [*pip, "--only-binary", ":all:", "-d", str(folder), "-r", str(wanted)])
    (wheel,) = folder.glob("*.whl")
    name = f"kubernetes_validate/kubernetes-json-schema/{KUBERNETES}-local-strict/_definitions.json"
    with zipfile.ZipFile(wheel) as opened:
        (folder / "kubernetes.json").write_bytes(opened.read(name))
    wheel.unlink()
    wanted.unlink()


def _module(module: str, sum_: str) -> Path:
    """Where a Go module lies, as it was when this was written; raises SetupError."""
    command = [need("go", GO), "mod", "download", "-json", module]
    done = subprocess.run(command, cwd=MODULES / "helm", capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or "{}")
    if done.returncode or found.get("Sum") != sum_:
        why = found.get("Error") or done.stderr or f"its sum is {found.get('Sum')}, and should be {sum_}"
        raise SetupError(f"setup: {module} could not be brought: {why}")
    return Path(found["Dir"])
