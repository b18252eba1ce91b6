"""Opening leaves out of a lease's evidence, for an audit and before the lease is submitted."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.errors import RenderFailed
from ...core.merkle import HashMany, LeaseIdentity
from ...core.openings import Opening, openings_of, opens
from .proof_store import Evidence


def openings(
    hash_many: HashMany, evidence: Evidence, first_task: int, tiles: int, drawn: Sequence[int]
) -> list[Opening]:
    """How an audit's drawn leaves are opened; they count over the lease's frames of so many tiles."""
    return openings_of(
        hash_many,
        salt_key=evidence.salt_key,
        first_task=first_task,
        tiles=tiles,
        leaves=evidence.leaves,
        drawn=drawn,
        shown=evidence.prints(list(drawn)),
    )


def check_opens(
    hash_many: HashMany, identity: LeaseIdentity, evidence: Evidence, first_task: int, tiles: int
) -> None:
    """Open every leaf that an audit may draw, before its root is on-chain; raises RenderFailed.

    A leaf that does not open loses the lease's stake, however honest the work was.
    """
    count = len(evidence.leaves) // (tiles + 1) * tiles
    for one in openings(hash_many, evidence, first_task, tiles, range(count)):
        if not opens(hash_many, identity, evidence.result.root, one):
            raise RenderFailed(
                f"Leaf {one.tile} of task {one.task} does not open under the root of its own lease. Nothing "
                f"was submitted; please report this with package {evidence.package_cid}."
            )
