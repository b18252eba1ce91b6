"""Made-up pixels of a lease: what its worker answers for, and how other renderings of it differ."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.state import Content, content_of
from renderchain.core.job import LeaseResult
from renderchain.core.merkle import LeaseIdentity, proofs_of, root_of, salt_of
from renderchain.core.prints import BITS_BYTES, FULL_AREA, LEVEL_COUNT, TilePrint
from renderchain.core.result import leaves_of_frame
from renderchain.core.sealed import key_hash_of

RESULTS_KEY = bytes(range(32))
SALT_KEY = 2**200 + 1


class Rendering(Enum):
    """Another rendering of the same tile: the same bits, those of another machine, other pixels.

    UNEVEN is within the least limit of a leaf, but not within that of the mean of many. LIGHT and NOISE have
    another light, the same for both, and each a noise of its own.
    """

    SAME = 0
    MACHINE = 1
    OTHER = 2
    UNEVEN = 3
    LIGHT = 4
    NOISE = 5


# In every four bytes of a print: 3 % of the bits, all, and 6 %.
FLIPPED = {
    Rendering.SAME: bytes(4),
    Rendering.MACHINE: b"\1\0\0\0",
    Rendering.OTHER: b"\xff" * 4,
    Rendering.UNEVEN: b"\1\0\1\0",
    Rendering.LIGHT: b"\xf0" * 4,
    Rendering.NOISE: b"\x0f" * 4,
}
LEVEL = {Rendering.LIGHT: 1700, Rendering.NOISE: 1702}
FAR = (Rendering.OTHER, Rendering.LIGHT, Rendering.NOISE)  # from SAME, in each leaf and on the mean of many


def print_of(leaf: int, how: Rendering = Rendering.SAME) -> TilePrint:
    """A leaf's print; of MACHINE it agrees with SAME, of OTHER it does not."""
    seed = hashlib.sha256(b"%d" % leaf).digest()
    digest = seed if how is Rendering.SAME else hashlib.sha256(seed + bytes([how.value])).digest()
    mask = FLIPPED[how] * (BITS_BYTES // 4)
    bits = bytes(byte ^ other for byte, other in zip(seed * (BITS_BYTES // len(seed)), mask, strict=True))
    return TilePrint(digest, bits, (LEVEL.get(how, 1500 + how.value),) * LEVEL_COUNT, FULL_AREA)


def contents_of(leaves: Sequence[int], how: Rendering = Rendering.SAME) -> list[Content]:
    """What drawn leaves hold."""
    return [content_of(hash_many, print_of(leaf, how)) for leaf in leaves]


def prints_of(leaves: Sequence[int], how: Rendering) -> list[tuple[int, ...]]:
    """The prints of drawn leaves."""
    return [print_of(leaf, how).felts() for leaf in leaves]


@dataclass(frozen=True)
class LeasePixels:
    """All leaves of a lease of ``count`` tasks from ``first``; SAME is what the worker has."""

    identity: LeaseIdentity
    first: int
    count: int
    tiles: int

    @cached_property
    def _leaves(self) -> list[int]:
        found: list[int] = []
        for task in range(self.count):
            prints = [print_of(task * self.tiles + tile) for tile in range(self.tiles)]
            found += leaves_of_frame(hash_many, self.identity, SALT_KEY, self.first + task, prints, "00" * 32)
        return found

    @cached_property
    def result(self) -> LeaseResult:
        """What the worker submits."""
        return LeaseResult(root_of(hash_many, self._leaves), 4, 5, key_hash_of(hash_many, RESULTS_KEY))

    def opened(self, drawn: Sequence[int]) -> tuple[list[tuple[int, Content]], list[int]]:
        """The openings of drawn leaves, and their proofs in a row."""
        places = [divmod(leaf, self.tiles) for leaf in drawn]
        salts = [salt_of(hash_many, SALT_KEY, self.first + task, tile) for task, tile in places]
        positions = [task * (self.tiles + 1) + tile for task, tile in places]
        proofs = proofs_of(hash_many, self._leaves, positions)
        openings = list(zip(salts, contents_of(drawn), strict=True))
        return openings, [sibling for proof in proofs for sibling in proof]
