"""What a part of a release is made of, as CycloneDX 1.6: packages by name, version and hash."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

SPEC = "1.6"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.M)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NAMES = uuid.UUID("5f0c2b9e-3d6b-4e57-9d4e-6b7a1f3c8d21")  # ours, for numbers that follow from contents


def sbom_of(name: str, version: str, components: Iterable[dict[str, Any]]) -> str:
    """The document; the same components give the same."""
    listed = sorted(components, key=lambda one: (one["name"], one["version"], json.dumps(one)))
    body = {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": name,
                "version": version,
                "licenses": [{"license": {"id": "GPL-3.0-or-later"}}],
            }
        },
        "components": listed,
    }
    number = uuid.uuid5(NAMES, json.dumps(body, sort_keys=True))
    return json.dumps({**body, "serialNumber": f"urn:uuid:{number}"}, indent=1) + "\n"


def locked(lock: str) -> list[dict[str, Any]]:
    """The packages of a lock file. Each may be any of the files whose hashes it names."""
    found = []
    for block in re.split(r"\n(?=\S)", lock):
        if pin := PIN.match(block):
            hashes = [{"alg": "SHA-256", "content": one} for one in sorted(HASH.findall(block))]
            found.append(_component(pin[1], pin[2], hashes))
    return found


def wheels_in(extension: Path) -> list[dict[str, Any]]:
    """The wheels in a zip, each by what it is there: they were made lighter."""
    found = []
    with ZipFile(extension) as archive:
        for path in archive.namelist():
            if path.endswith(".whl"):
                name, version = Path(path).name.split("-")[:2]
                digest = sha256(archive.read(path)).hexdigest()
                component = _component(name, version, [{"alg": "SHA-256", "content": digest}])
                found.append({**component, "properties": [{"name": "file", "value": path}]})
    return found


def _component(name: str, version: str, hashes: list[dict[str, str]]) -> dict[str, Any]:
    plain = re.sub(r"[-_.]+", "-", name).lower()
    return {
        "type": "library",
        "name": plain,
        "version": version,
        "purl": f"pkg:pypi/{plain}@{version}",
        "hashes": hashes,
    }
