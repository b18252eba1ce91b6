"""The chart as helm renders it.

    python -m tests.deploy.chart.rendered

writes anew what the tests compare with.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.unit.docs.pages import REPO
from tools.setup.kubernetes import kubernetes_root

CHART = REPO / "deploy" / "helm" / "renderchain"
HERE = Path(__file__).parent
LEAST, WHOLE = HERE / "least.values.yaml", HERE / "whole.values.yaml"
KUBERNETES = "1.35.0"
POD_KINDS = ("Deployment", "StatefulSet", "DaemonSet")
Object = dict[str, Any]


def helm(*arguments: str, home: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run it, with all that it keeps in ``home``."""
    environment = os.environ | {f"HELM_{one}_HOME": str(home / one) for one in ("CACHE", "CONFIG", "DATA")}
    return subprocess.run(
        [str(kubernetes_root() / "bin" / "helm"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=check,
    )


def rendered(values: Path, home: Path, *more: str) -> str:
    """As a release that is called rc, in the namespace render."""
    named = ("rc", str(CHART), "--namespace", "render", "--kube-version", KUBERNETES)
    return helm("template", *named, "--values", str(values), *more, home=home).stdout


def objects(text: str) -> list[Object]:
    """All that is rendered."""
    return [one for one in yaml.safe_load_all(text) if one]


def pods(of: list[Object]) -> Iterator[tuple[str, Object]]:
    """The pods' specs, by the names of what makes them."""
    for one in of:
        if one["kind"] in POD_KINDS:
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]


def containers(of: list[Object]) -> Iterator[tuple[str, Object]]:
    """Those of all pods, the ones that begin too."""
    for name, spec in pods(of):
        for one in [*spec.get("initContainers", []), *spec["containers"]]:
            yield name, one


def golden(values: Path) -> Path:
    """What it was rendered to when somebody last looked."""
    return values.with_name(values.name.replace(".values", ""))


def looked_at(text: str) -> str:
    """What somebody looks at: without dashboards and rules of alerts, which are files of their own."""
    kept = [
        part
        for part in text.split("---\n")
        if "grafana_dashboard" not in part and "kind: PrometheusRule" not in part
    ]
    return "---\n".join(kept)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as home:
        for file in (LEAST, WHOLE):
            golden(file).write_text(looked_at(rendered(file, Path(home))))
