"""Whose votes a draw finds, whenever it is called and however few are willing."""

from __future__ import annotations

from typing import Any

from renderchain.core.audit.state import AuditPhase

from devkit.audited_lease import AuditBench
from devkit.made_up_pixels import Rendering
from devkit.parties import Networks
from tests.board.opener import Opener

SAME = Rendering.SAME


def test_a_tenth_of_the_seats_that_is_alone_willing_does_not_decide_alone(networks: Opener) -> None:
    """Of the 84 tries for seven votes enough would meet it, in this draw or in the next."""

    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, units=1)
        alone, *others = bench.owners
        for holder in others[:2]:  # nine of ten units are the others'
            await bench.favour(holder)
        audited = await bench.lease()
        await audited.submit()
        await audited.vote(*[SAME] * 3)
        await bench.leave_to(alone)
        await audited.appeal(bench.net.outsider)
        for _ in range(2):
            audit = await audited.audit()
            assert (audit.phase, audit.round, len(await audited.verifiers())) == (AuditPhase.DRAW, 1, 0)
            bench.net.pass_time(1, 20)
            await audited.draw()

    networks.run(story)
