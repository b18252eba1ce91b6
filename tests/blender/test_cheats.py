"""What the cheats hand over: records as the job asks for them, so that only their pixels betray them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from renderchain.adapters.images.exr import read_noisy
from renderchain.core.pixel_prints import prints_of
from renderchain.core.prints import split_records

from devkit.cheats.renderer import CheatingRenderer
from devkit.renderings import Renderings


def test_a_cheat_that_alters_the_scenes_samples_makes_prints_by_the_jobs_samples(tmp_path: Path) -> None:
    renderings = Renderings(tmp_path / "renderings")
    manifest, output = renderings.manifest, tmp_path / "output"
    output.mkdir()
    cheat = CheatingRenderer(renderings.renderer(), "quarter of the samples")

    async def render() -> tuple[str, str]:
        async with cheat.open(renderings.package, manifest, output) as session:
            done = await session.render(1, lambda _: None)
            return done.noisy, done.leaves

    noisy, leaves = asyncio.run(render())
    pixels = read_noisy(output / noisy)
    expected = prints_of(pixels, manifest.regions)
    assert list(split_records((output / leaves).read_bytes())) == expected
