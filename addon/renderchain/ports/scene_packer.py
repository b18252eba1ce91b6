"""Making a package of the scene that is open."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ..core.manifest import Manifest


class ScenePacker(Protocol):
    """Packs the scene at hand."""

    def pack(self, folder: Path, frames: tuple[int, ...]) -> Manifest:
        """Write .blend, assets and manifest below the empty folder; raises SceneError."""
        ...
