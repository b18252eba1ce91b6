"""The families that this machine renders, each by the Blender whose frames it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ...core.errors import PackageTooMuch
from ...core.manifest import Manifest
from ...ports.renderer import ProbeRenderer, ProbeSession, Renderer, RenderSession
from .known_tile import KnownTile

Version = tuple[int, int]
Kind = TypeVar("Kind")


@dataclass(frozen=True)
class FamiliesInService:
    """Families by their felts, and what is known of the tile of each."""

    known: Mapping[int, KnownTile]

    def has(self, family: int) -> bool:
        """Whether frames of it are rendered here now."""
        found = self.known.get(family)
        return found is not None and not found.broken


@dataclass(frozen=True)
class VersionRenderer:
    """Has each package rendered by the Blender that it was packed for."""

    renderers: Mapping[Version, Renderer]

    def open(
        self, package: Path, manifest: Manifest, output: Path
    ) -> AbstractAsyncContextManager[RenderSession]:
        """As that Blender's renderer; raises PackageTooMuch where there is none."""
        return _of(self.renderers, manifest).open(package, manifest, output)


@dataclass(frozen=True)
class VersionProber:
    """Has each package probed by the Blender that it was packed for."""

    probers: Mapping[Version, ProbeRenderer]

    def open(
        self, package: Path, manifest: Manifest, output: Path, *, other_kernel: bool = False
    ) -> AbstractAsyncContextManager[ProbeSession]:
        """As that Blender's; raises PackageTooMuch where there is none."""
        prober = _of(self.probers, manifest)
        return prober.open(package, manifest, output, other_kernel=other_kernel)


def _of(by_version: Mapping[Version, Kind], manifest: Manifest) -> Kind:
    found = by_version.get(manifest.blender_version)
    if found is None:
        wanted, here = _text(manifest.blender_version), ", ".join(map(_text, sorted(by_version)))
        raise PackageTooMuch(
            f"The package is of Blender {wanted}, and this worker has {here or 'none'}: name one in the "
            "setting blenders."
        )
    return found


def _text(version: Version) -> str:
    return f"{version[0]}.{version[1]}"
