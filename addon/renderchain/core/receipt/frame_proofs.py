"""What proves a lease's final images, kept when its results are checked: later nobody may have these."""

from __future__ import annotations

from collections.abc import Sequence

from ..canonical import dump_canonical
from ..merkle import HashMany, proofs_of, salt_of
from ..reader import Reader
from ..result import FINAL_TILE, Result
from .document import FrameProof, final_place, read_frame
from .signed_call import felt

SCHEMA = "renderchain/frame-proofs/1"
MOST_BYTES = 64 * 2**20


def frame_proofs(
    hash_many: HashMany, result: Result, first_task: int, leaves: Sequence[int]
) -> tuple[FrameProof, ...]:
    """Those of a result, whose leaves lead to the root that was posted."""
    tiles = len(leaves) // len(result.frames) - 1
    places = [final_place(nth, tiles) for nth in range(len(result.frames))]
    proofs = zip(result.frames, proofs_of(hash_many, leaves, places), strict=True)
    return tuple(
        FrameProof(
            one.frame,
            one.final.sha256,
            salt_of(hash_many, result.salt_key, task, FINAL_TILE),
            proof,
        )
        for task, (one, proof) in enumerate(proofs, first_task)
    )


def proofs_to_bytes(root: int, frames: Sequence[FrameProof]) -> bytes:
    """Canonical JSON."""
    body = {"schema": SCHEMA, "root": hex(root), "frames": [one.as_dict() for one in frames]}
    return dump_canonical(body)


def parse_proofs(raw: bytes, root: int) -> tuple[FrameProof, ...]:
    """What was kept of that very root, else nothing; raises ContentError."""
    reader = Reader.parse(raw, "file of proofs", SCHEMA, MOST_BYTES)
    if felt(reader, "root") != root:
        return ()
    return tuple(read_frame(one) for one in reader.objects("frames"))
