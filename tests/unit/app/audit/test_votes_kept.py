"""What a verifier keeps of its votes goes once nobody can ask for it; a folder is not to grow for months."""

from __future__ import annotations

import asyncio
from pathlib import Path

from renderchain.core.audit.events import AuditClosed
from renderchain.core.board_events import LeaseAccepted

from tests.unit.app.audit.network import SHORT, Network


def test_votes_go_a_day_after_their_lease_has_settled(disk: Path) -> None:
    """Their audit was over before, and then nobody looked at the lease again."""
    network = Network(disk)

    def kept() -> list[Path]:
        return [path for one in network.verifiers for path in (one.folder / "evidence").glob("*.vote")]

    async def life() -> None:
        await network.open()
        async with network.working():
            for _ in range(2):
                job = await network.artist.submit(2, SHORT)
                await network.artist.watching(job)
                assert kept()
                await asyncio.sleep(90_000)

    network.world.live(life(), longest_s=10**6)
    assert network.told(AuditClosed)
    settled = {event.lease_id for event in network.told(LeaseAccepted)}
    ages = {path.with_name(f"{path.name.split('.')[0]}.settled").exists() for path in kept()}
    assert len(settled) == 2 and ages == {True}, "what has no mark stays for ever"
