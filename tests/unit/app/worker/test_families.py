"""Each package goes to the Blender that it was packed for, and to no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.worker.families import FamiliesInService, VersionProber, VersionRenderer
from renderchain.app.worker.known_tile import KeptTiles, KnownTile
from renderchain.core.errors import PackageTooMuch
from renderchain.core.manifest import Manifest

from devkit.fakes.clock import run
from devkit.fakes.known import KnowingRenderer
from devkit.fakes.package import FAMILY, manifest_of
from devkit.fakes.prober import FakeProbeRenderer
from devkit.fakes.renderer import FakeRenderer
from devkit.fakes.reporter import RecordingReporter

OLD, NEW = manifest_of({1}), replace(manifest_of({1}), blender_version=(5, 2))


def test_a_package_is_rendered_and_probed_by_the_blender_of_its_version(tmp_path: Path) -> None:
    renderers = {(4, 5): FakeRenderer(), (5, 2): FakeRenderer()}
    probers = {(4, 5): FakeProbeRenderer(), (5, 2): FakeProbeRenderer()}

    async def open_each(manifest: Manifest) -> None:
        async with VersionRenderer(renderers).open(tmp_path, manifest, tmp_path):
            pass
        async with VersionProber(probers).open(tmp_path, manifest, tmp_path, other_kernel=True):
            pass

    run(open_each(NEW))
    assert [one.opened for one in renderers.values()] == [0, 1]
    assert [one.opened for one in probers.values()] == [0, 1]
    run(open_each(OLD))
    assert [one.opened for one in renderers.values()] == [1, 1]


def test_a_package_of_a_version_that_is_not_here_is_refused_by_name(tmp_path: Path) -> None:
    renderer = VersionRenderer({(4, 5): FakeRenderer()})
    with pytest.raises(PackageTooMuch, match=r"of Blender 5\.2, and this worker has 4\.5"):
        renderer.open(tmp_path, NEW, tmp_path)
    with pytest.raises(PackageTooMuch, match="has none"):
        VersionRenderer({}).open(tmp_path, NEW, tmp_path)


def test_a_family_is_in_service_until_its_known_tile_is_wrong(tmp_path: Path) -> None:
    kept = KeptTiles(tmp_path / "known_tiles.json")
    known = KnownTile(KnowingRenderer(), kept, RecordingReporter(), every=0, driver="")
    in_service = FamiliesInService({FAMILY: known})
    assert in_service.has(FAMILY) and not in_service.has(FAMILY + 1)
    known.broken = "It makes noise."
    assert not in_service.has(FAMILY)
