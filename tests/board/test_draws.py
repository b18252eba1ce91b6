"""Whose votes a draw finds, whenever it is called and however few are willing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from renderchain.core.audit.state import AuditPhase

from devkit.audited_lease import RULES, WILLING, AuditBench
from devkit.made_up_pixels import Rendering
from devkit.parties import Network, Networks
from tests.board.opener import Opener

SAME = Rendering.SAME
READABLE_AFTER = 12  # blocks after the one that a draw waits for


def test_few_seats_that_are_alone_willing_do_not_decide_alone(networks: Opener) -> None:
    """Of the 84 tries for seven votes enough would meet the only one, in this draw or in the next."""

    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened, units=1)
        alone, *others = bench.owners
        await bench.favour(others[0])  # eleven of twelve units are the others'
        audited = await bench.lease()
        await audited.submit()
        await audited.vote(*[SAME] * 3)
        await bench.leave_to(alone)
        await audited.appeal(bench.net.outsider)
        for _ in range(2):
            audit = await audited.audit()
            assert (audit.phase, audit.round, len(await audited.verifiers())) == (AuditPhase.DRAW, 1, 0)
            due = audit.draw_block + READABLE_AFTER
            bench.net.pass_time(1, due - await bench.net.artist.block_number())
            await audited.draw()

    networks.run(story)


async def pass_to(net: Network, epoch: int) -> None:
    """Go a block into an epoch."""
    net.pass_time(1, epoch * RULES.epoch_blocks + 1 - await net.artist.block_number())


def test_a_draw_that_is_called_late_finds_whose_offers_have_ended_since(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        epoch = await net.artist.block_number() // RULES.epoch_blocks
        await pass_to(net, epoch + 1)
        for number, owner in bench.owners.items():
            await owner.set_offer(number, replace(WILLING, audits_until_epoch=epoch + 4))
        await pass_to(net, epoch + 4)
        in_time, late = [await bench.lease(slot=slot) for slot in (0, 1)]
        await net.worker.submit(in_time.lease_id, in_time.pixels.count, in_time.pixels.result)
        await pass_to(net, epoch + 9)
        await in_time.draw()
        assert len(await in_time.verifiers()) == 3, "by the epoch before the submission"
        await late.submit()
        assert (await late.audit()).phase is AuditPhase.DRAW

    networks.run(story)
