"""Schemas as kubeconform takes them: a file a kind, which needs no other and allows nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

Schema = dict[str, Any]
OF_KUBERNETES = {
    "deployment-apps-v1": "io.k8s.api.apps.v1.Deployment",
    "statefulset-apps-v1": "io.k8s.api.apps.v1.StatefulSet",
    "daemonset-apps-v1": "io.k8s.api.apps.v1.DaemonSet",
    "service-v1": "io.k8s.api.core.v1.Service",
    "configmap-v1": "io.k8s.api.core.v1.ConfigMap",
    "ingress-networking-v1": "io.k8s.api.networking.v1.Ingress",
    "networkpolicy-networking-v1": "io.k8s.api.networking.v1.NetworkPolicy",
    "poddisruptionbudget-policy-v1": "io.k8s.api.policy.v1.PodDisruptionBudget",
}


def write_schemas(source: Path, folder: Path) -> str:
    """Write them; returns where kubeconform finds the one of a kind."""
    definitions = json.loads((source / "kubernetes.json").read_text())["$defs"]
    for name, defined in OF_KUBERNETES.items():
        needed = _needed(defined, definitions)
        body = {"$ref": f"#/$defs/{defined}", "$defs": {one: definitions[one] for one in sorted(needed)}}
        (folder / f"{name}.json").write_text(json.dumps(body))
    for file in sorted(source.glob("*.yaml")):
        _write_operators(yaml.safe_load(file.read_text()), folder)
    return f"{folder}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"


def _needed(name: str, definitions: Schema) -> set[str]:
    """The definitions that one leads to."""
    found, left = set[str](), [name]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += [
                text.split('"')[0] for text in json.dumps(definitions[one]).split('"$ref": "#/$defs/')[1:]
            ]
    return found


def _write_operators(crd: Schema, folder: Path) -> None:
    kind, group = crd["spec"]["names"]["kind"].lower(), crd["spec"]["group"].split(".")[0]
    for version in crd["spec"]["versions"]:
        schema = _closed(version["schema"]["openAPIV3Schema"])
        (folder / f"{kind}-{group}-{version['name']}.json").write_text(json.dumps(schema))


def _closed(schema: Any) -> Any:
    """Without room for what it does not name, but in metadata, which every kind has."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(one) for name, one in schema.items()}
    if schema.get("x-kubernetes-int-or-string"):
        closed.pop("type", None)
    named = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    if named and not schema.get("x-kubernetes-preserve-unknown-fields"):
        closed.setdefault("additionalProperties", False)
    return closed
