"""What the artist's client does where verifiers accept a lease that its own check found false."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.app.requester.job_report import JobReport
from renderchain.core.audit.events import Appealed, VotesDrawn
from renderchain.core.notices.checks import Unappealed

from devkit.fakes.renderer import Look
from tests.unit.app.audit.network import SHORT, Network

FRAMES, OTHER_PICTURE = 2, Look(scene=1)


@pytest.mark.parametrize("most", [0, 3])
def test_an_acceptance_of_what_is_false_here_is_appealed(disk: Path, most: int) -> None:
    network = Network(disk, OTHER_PICTURE)
    network.artist.own_checks, network.artist.own_challenges = 2, most
    for one in network.verifiers:
        one.verifying_renderer.look = OTHER_PICTURE  # all of them are in league with the worker

    async def life() -> JobReport:
        await network.open()
        job = await network.artist.submit(FRAMES, SHORT)
        watching = network.artist.watching(job)
        async with network.working():
            return await watching

    report = network.world.live(life())
    (leaves,) = report.false_leaves.values()
    named = [(one.round, one.leaves) for one in network.told(Appealed)]
    assert named == ([(1, leaves), (2, leaves)] if most else [])
    assert bool(network.artist.reporter.heard(Unappealed)) == (not most)
    if most:
        rounds = [len(one.verifiers) for one in network.told(VotesDrawn)]
        assert rounds == [3, 7, 15]
