"""Opening leaves: what is shown of one under its lease's root, and that it leads there.

Leaves are counted over a lease's tasks in the order in which they are rendered, which is the job's own. No
file's name says anything about it: as text, frame 10000 comes before 9999 and -1 before -2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .audit.state import Content, content_of
from .merkle import TILE_DOMAIN, HashMany, LeaseIdentity, proofs_of, root_from_proof, salt_of
from .prints import TilePrint

MOST_REMEMBERED = 2**15  # hashes; some 50 MB


@dataclass(frozen=True)
class Opening:
    """One leaf as the contract is shown it: where it is, what it holds, and the way to the root.

    ``task`` counts from the job's first, ``tile`` is the leaf in its frame, ``place`` is among all the tree's
    leaves.
    """

    task: int
    tile: int
    place: int
    salt: int
    content: Content
    siblings: tuple[int, ...]


def openings_of(
    hash_many: HashMany,
    *,
    salt_key: int,
    first_task: int,
    tiles: int,
    leaves: Sequence[int],
    drawn: Sequence[int],
    shown: Sequence[TilePrint],
) -> list[Opening]:
    """How drawn leaves are opened. ``leaves`` are all of the tree, ``drawn`` counts without final images.

    ``shown`` are the drawn leaves' prints, in the same order.
    """
    where = [divmod(leaf, tiles) for leaf in drawn]
    places = [task * (tiles + 1) + tile for task, tile in where]  # each frame's last leaf is its final image
    proofs = proofs_of(hash_many, leaves, places)
    return [
        Opening(
            first_task + task,
            tile,
            place,
            salt_of(hash_many, salt_key, first_task + task, tile),
            content_of(hash_many, one),
            proof,
        )
        for (task, tile), place, one, proof in zip(where, places, shown, proofs, strict=True)
    ]


def opens(hash_many: HashMany, identity: LeaseIdentity, root: int, one: Opening) -> bool:
    """Whether the contract would take it: the leaf is the one under the root at that place."""
    what = (one.task, one.tile, one.salt, *one.content.digest, one.content.print_hash)
    leaf = hash_many((TILE_DOMAIN, *identity.felts(), *what))
    return root_from_proof(hash_many, leaf, one.place, one.siblings) == root


def remembering(hash_many: HashMany, most: int = MOST_REMEMBERED) -> HashMany:
    """The same function, which does not hash the same twice; it remembers the first ``most`` answers."""
    known: dict[tuple[int, ...], int] = {}

    def ask(values: Sequence[int]) -> int:
        key = tuple(values)
        answer = known.get(key)
        if answer is None:
            answer = hash_many(key)
            if len(known) < most:
                known[key] = answer
        return answer

    return ask
