"""An image of a few programs, as an archive that containerd takes."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def save_image(archive: Path, name: str, programs: Sequence[str], command: Sequence[str] = ()) -> None:
    """Of programs of this machine with what they are linked with, and a /tmp; ``command`` is what it runs."""
    files = (*programs, *_libraries(programs))
    layer = _tar({path.lstrip("/"): Path(path).read_bytes() for path in files}, "tmp")
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": list(command)},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    whole = {"config.json": json.dumps(config), "manifest.json": json.dumps(manifest)}
    archive.write_bytes(_tar({place: text.encode() for place, text in whole.items()} | {"layer.tar": layer}))


def _libraries(programs: Sequence[str]) -> set[str]:
    said = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=True).stdout
    return {word for word in said.split() if word.startswith("/lib")}


def _tar(files: Mapping[str, bytes], *folders: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as opened:
        for place in folders:
            entry = tarfile.TarInfo(place)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777
            opened.addfile(entry)
        for place, data in files.items():
            entry = tarfile.TarInfo(place)
            entry.size, entry.mode = len(data), 0o755
            opened.addfile(entry, io.BytesIO(data))
    return made.getvalue()
