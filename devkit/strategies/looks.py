"""What people see of a leaf: the worker's bits, the true ones, a false print of friends, or chaos."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.state import Content, content_of
from renderchain.core.prints import BITS_BYTES, FULL_AREA, LEVEL_COUNT, TilePrint

from devkit.made_up_pixels import Rendering, print_of

SHOWN = "shown"  # what the worker opens
NEAR = "near"  # the same on another machine: other bits, a print that agrees
TRUE = "true"  # what the scene makes, where the worker faked
FALSE = "false"  # what friends agreed upon


@cache
def tile_print(leaf: int, look: str) -> TilePrint:
    """All but SHOWN and NEAR are half of the bits apart, from each other too, and have the same light."""
    if look in (SHOWN, NEAR):
        return print_of(leaf, Rendering.SAME if look == SHOWN else Rendering.MACHINE)
    seed = hashlib.sha256(f"{leaf} {look}".encode()).digest()
    bits = b"".join(hashlib.sha256(seed + bytes([at])).digest() for at in range(BITS_BYTES // len(seed)))
    return TilePrint(seed, bits, (1500,) * LEVEL_COUNT, FULL_AREA)


@cache
def content(leaf: int, look: str) -> Content:
    """What a leaf says of it."""
    return content_of(hash_many, tile_print(leaf, look))


@cache
def felts(leaf: int, look: str) -> tuple[int, ...]:
    """Its print as the contract reads it."""
    return tile_print(leaf, look).felts()


def contents(leaves: Sequence[int], looks: Sequence[str]) -> list[Content]:
    """Of a round's leaves."""
    return [content(leaf, look) for leaf, look in zip(leaves, looks, strict=True)]
