"""The tree under a lease's root: salted leaves of tiles and final images, Poseidon everywhere.

The hash function is handed in, because the core keeps to the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .cid import split_digest
from .lease_id import Leased, split_lease_id
from .prints import TilePrint

HashMany = Callable[[Sequence[int]], int]


def short_string(text: str) -> int:
    """A Cairo short string as a felt."""
    return int.from_bytes(text.encode("ascii"), "big")


TILE_DOMAIN = short_string("renderchain/tile/1")
FINAL_DOMAIN = short_string("renderchain/final/1")
NODE_DOMAIN = short_string("renderchain/node/1")
SALT_DOMAIN = short_string("renderchain/salt/1")
PADDING = 0  # no leaf hashes to it


@dataclass(frozen=True)
class LeaseIdentity:
    """What binds a leaf to one lease of one worker (its number) on one chain.

    All are felts as they are hashed, so ids are plain numbers here.
    """

    chain_id: int
    board: int
    job_id: int
    lease_id: int
    attempt: int
    worker: int

    @classmethod
    def of(cls, chain_id: int, board: int, lease: Leased) -> LeaseIdentity:
        """That of a lease of a board."""
        worker = split_lease_id(lease.lease_id)[0]
        return cls(chain_id, board, lease.job_id, lease.lease_id, lease.attempt, worker)

    def felts(self) -> tuple[int, ...]:
        """In the order of the leaf."""
        return (self.chain_id, self.board, self.job_id, self.lease_id, self.attempt, self.worker)


def salt_of(hash_many: HashMany, salt_key: int, frame: int, tile: int) -> int:
    """A leaf's salt, derived from the lease's salt key, so that opening one leaf tells of no other."""
    return hash_many((SALT_DOMAIN, salt_key, frame, tile))


def tile_leaf(
    hash_many: HashMany, identity: LeaseIdentity, frame: int, tile: int, salt: int, content: TilePrint
) -> int:
    """The leaf of a tile of one layer; ``frame`` is the task in the job, ``tile`` the leaf in the frame."""
    place = (frame, tile, salt, *split_digest(content.digest))
    return hash_many((TILE_DOMAIN, *identity.felts(), *place, hash_many(content.felts())))


def final_leaf(hash_many: HashMany, identity: LeaseIdentity, frame: int, salt: int, digest: bytes) -> int:
    """The leaf of a frame's final image, ``digest`` the sha-256 of its file."""
    return hash_many((FINAL_DOMAIN, *identity.felts(), frame, salt, *split_digest(digest)))


def _layers(hash_many: HashMany, leaves: Sequence[int]) -> list[list[int]]:
    width = 1
    while width < len(leaves):
        width *= 2
    layers = [[*leaves, *[PADDING] * (width - len(leaves))]]
    while len(layers[-1]) > 1:
        below = layers[-1]
        pairs = zip(below[::2], below[1::2], strict=True)
        # An all-padding pair stays padding: wide empty parts cost nothing.
        layers.append([hash_many((NODE_DOMAIN, a, b)) if (a, b) != (0, 0) else PADDING for a, b in pairs])
    return layers


def root_of(hash_many: HashMany, leaves: Sequence[int]) -> int:
    """The root over at least one leaf, padded to a power of two."""
    if not leaves:
        raise ValueError("A tree needs a leaf.")
    return _layers(hash_many, leaves)[-1][0]


def proofs_of(hash_many: HashMany, leaves: Sequence[int], places: Sequence[int]) -> list[tuple[int, ...]]:
    """For each place, the siblings from the leaf there up to below the root."""
    layers = _layers(hash_many, leaves)[:-1]
    proofs = []
    for place in places:
        if not 0 <= place < len(leaves):
            raise ValueError(f"There is no leaf {place} among {len(leaves)}.")
        proofs.append(tuple(layer[(place >> level) ^ 1] for level, layer in enumerate(layers)))
    return proofs


def root_from_proof(hash_many: HashMany, leaf: int, index: int, proof: Sequence[int]) -> int:
    """The root that the proof leads to; the position is part of what is proved."""
    for sibling in proof:
        left, right = (sibling, leaf) if index & 1 else (leaf, sibling)
        leaf = hash_many((NODE_DOMAIN, left, right))
        index //= 2
    if index:
        raise ValueError("The proof is too short for the leaf's position.")
    return leaf
