"""How a verifier renders drawn leaves: tiles of a frame share an opening only where its probe allows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from devkit.fakes.clock import run
from devkit.fakes.package import TILES
from devkit.fakes.renderer import frame_of
from tests.unit.app.bench import COUNT, FIRST, JOB, LEASE, UseCaseBench

DRAWN = [3, 0, 1]


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    return UseCaseBench(disk)


@pytest.mark.parametrize("may", [True, False])
def test_tiles_of_a_frame_share_an_opening_where_the_probe_allows_it(bench: UseCaseBench, may: bool) -> None:
    asked: list[Path] = []

    def may_share(package: Path) -> bool:
        asked.append(package)
        return may

    rerender, renderer = bench.rerender(may_share=may_share)
    run(rerender.render(bench.chain.jobs[JOB], bench.chain.leases[LEASE], DRAWN))
    assert {package.name for package in asked} == {bench.package.cid}
    assert renderer.shared == [may] * COUNT


def test_of_a_package_that_was_not_probed_each_tile_has_an_opening(bench: UseCaseBench) -> None:
    rerender, renderer = bench.rerender()
    run(rerender.render(bench.chain.jobs[JOB], bench.chain.leases[LEASE], DRAWN))
    assert renderer.shared == [False] * COUNT


def test_prints_come_in_the_order_of_the_draw(bench: UseCaseBench) -> None:
    rerender, renderer = bench.rerender()
    found = run(rerender.render(bench.chain.jobs[JOB], bench.chain.leases[LEASE], DRAWN))
    manifest = bench.package.manifest
    prints = [one for frame in manifest.frames[FIRST:] for one in frame_of(manifest, frame)[1]]
    assert found == [prints[leaf] for leaf in DRAWN] and len(set(found)) == len(DRAWN)
    assert renderer.alone_rendered == [(2, (0, 1)), (3, (3 % TILES,))]
