"""Networks limit what an event holds; audits of many leaves are told in parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.state import answer_of

from devkit.audited_lease import AUDIT_TERMS, AuditBench
from devkit.made_up_job import FEE_FRI
from devkit.made_up_pixels import Rendering, contents_of, prints_of
from devkit.parties import Networks
from tests.board.opener import Opener

SAME = Rendering.SAME
TERMS = replace(
    AUDIT_TERMS,
    tasks=4,
    longest_lease=4,
    tiles=700,
    audit_tiles=32,
    audit_fee_fri=FEE_FRI,
    audit_tile_fri=1,
    audit_pool_fri=10 * FEE_FRI,
)


def test_an_audit_of_more_leaves_than_an_event_holds_is_told_in_parts(networks: Opener) -> None:
    """Networks take 300 felts of data an event: twelve leaves with their prints."""

    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease(terms=TERMS)
        await audited.submit()
        leaves = await audited.leaves()
        assert len(leaves) == 30
        answer, other = [answer_of(hash_many, contents_of(leaves, how)) for how in (SAME, Rendering.MACHINE)]
        await audited.seal([answer, other, answer])
        await audited.open()
        chain, block = audited.net.artist, (await audited.net.artist.lease(audited.lease_id)).since_block
        opening = await chain.opened(audited.lease_id, 0, block)
        assert opening and list(opening.contents) == contents_of(leaves)
        assert list(opening.prints) == prints_of(leaves, SAME)
        await audited.reveal_one(1, Rendering.MACHINE)
        (vote,) = await chain.shown(audited.lease_id, 0, block)
        assert list(vote.contents) == contents_of(leaves, Rendering.MACHINE)
        assert list(vote.prints) == prints_of(leaves, Rendering.MACHINE)

    networks.run(story)
