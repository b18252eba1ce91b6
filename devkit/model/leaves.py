"""What is shown of leaves once more: proofs, answers, and prints that agree or do not."""

from __future__ import annotations

from collections.abc import Sequence

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.state import Content, differing
from renderchain.core.merkle import TILE_DOMAIN, LeaseIdentity, root_from_proof
from renderchain.core.print_limits import PrintLimits
from renderchain.core.prints import (
    BITS_BYTES,
    FELT_BYTES,
    LEVEL_BITS,
    LEVEL_COUNT,
    LEVELS_PER_HALF,
    MEAN_LEAVES,
    PRINT_FELTS,
    WHOLE,
    TilePrint,
    agree,
    levels_agree,
    share_apart,
)

from devkit.model.ledger import need
from devkit.model.records import Lease

Prints = Sequence[Sequence[int]]
TAIL = 16  # the felt of the last bits and the area


def leaf_of(identity: LeaseIdentity, frame: int, tile: int, salt: int, content: Content) -> int:
    """The leaf of which this is shown."""
    place = (frame, tile, salt, *content.digest)
    return hash_many((TILE_DOMAIN, *identity.felts(), *place, content.print_hash))


def check_leaves(
    identity: LeaseIdentity,
    lease: Lease,
    tiles: int,
    root: int,
    leaves: Sequence[int],
    openings: Sequence[tuple[int, Content]],
    siblings: Sequence[int],
) -> None:
    """Refuse unless each opening is the drawn leaf under the root."""
    depth = (lease.count * (tiles + 1) - 1).bit_length()
    complete = len(openings) == len(leaves) and len(siblings) == len(leaves) * depth
    need(complete, "wrong number of leaves")
    for index, (drawn, opening) in enumerate(zip(leaves, openings, strict=True)):
        task, tile = divmod(drawn, tiles)
        leaf = leaf_of(identity, lease.first + task, tile, *opening)
        proof = siblings[index * depth : (index + 1) * depth]
        found = root_from_proof(hash_many, leaf, task * (tiles + 1) + tile, proof)
        need(found == root, "leaf is not under the root")


def differing_leaves(mine: Sequence[Content], theirs: Sequence[Content]) -> list[int]:
    """The leaves that have other digests; refused unless both are of the same leaves."""
    need(len(mine) == len(theirs), "wrong number of leaves")
    return differing(list(mine), list(theirs))


def check_prints(contents: Sequence[Content], leaves: Sequence[int], prints: Prints) -> None:
    """Refuse unless the prints are those that the contents of these leaves name."""
    complete = len(prints) == len(leaves) and all(len(one) == PRINT_FELTS for one in prints)
    need(complete, "wrong number of leaves")
    for leaf, print_ in zip(leaves, prints, strict=True):
        need(hash_many(print_) == contents[leaf].print_hash, "print is another one")


def print_agrees(mine: Sequence[int], theirs: Sequence[int], limits: PrintLimits) -> bool:
    """Whether two prints of a leaf can be of the same rendering."""
    return agree(_print_from(b"mine", mine), _print_from(b"theirs", theirs), limits)


def light_agrees(mine: Sequence[int], theirs: Sequence[int]) -> bool:
    """The same by levels of light alone."""
    return levels_agree(_print_from(b"mine", mine), _print_from(b"theirs", theirs))


def mean_agrees(drawn: int, mine: Prints, theirs: Prints, limits: PrintLimits) -> bool:
    """Whether all drawn leaves agree on the mean; the prints are of those with other digests."""
    pairs = zip(mine, theirs, strict=True)
    apart = sum(share_apart(_print_from(b"mine", one), _print_from(b"theirs", other)) for one, other in pairs)
    return drawn < MEAN_LEAVES or apart <= drawn * limits.mean_percent * WHOLE // 100


def _print_from(digest: bytes, felts: Sequence[int]) -> TilePrint:
    area, last_bits = divmod(felts[TAIL], 2**128)
    bits = b"".join(felt.to_bytes(FELT_BYTES, "big") for felt in felts[:TAIL])
    bits += last_bits.to_bytes(BITS_BYTES - len(bits), "big")
    halves = [half for felt in felts[TAIL + 1 :] for half in (felt % 2**128, felt >> 128)]
    mask = (1 << LEVEL_BITS) - 1
    levels = [half >> LEVEL_BITS * at & mask for half in halves for at in range(LEVELS_PER_HALF)]
    return TilePrint(digest, bits, tuple(levels[:LEVEL_COUNT]), area)
