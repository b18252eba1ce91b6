"""Tiles, prints, leaves and the tree above them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.adapters.poseidon import hash_many
from renderchain.core.errors import ContentError
from renderchain.core.merkle import LeaseIdentity, proofs_of, root_from_proof, root_of, salt_of, tile_leaf
from renderchain.core.pixel_prints import Pixels, print_of
from renderchain.core.prints import RECORD_BYTES, TilePrint, split_records
from renderchain.core.tiles import tiles_of

KEY = LeaseIdentity(1, 2, 3, 4, 0, 5)


def noise(height: int, width: int, seed: int = 1) -> Pixels:
    return np.random.default_rng(seed).random((height, width, 4), np.float32)


def light_hash(values: Sequence[int]) -> int:
    """A stand-in where only the tree's shape matters: Poseidon would take minutes."""
    return int.from_bytes(hashlib.sha256(repr(tuple(values)).encode()).digest()[:31], "big")


def test_tiles_cover_every_pixel_once() -> None:
    covered = np.zeros((360, 641), int)
    for tile in tiles_of(641, 360):
        covered[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] += 1
    assert (covered == 1).all() and len(tiles_of(641, 360)) == 11 * 6


def test_a_print_survives_its_record_and_fits_20_felts() -> None:
    content = print_of(noise(64, 64))
    assert TilePrint.from_bytes(content.to_bytes()) == content
    assert len(content.to_bytes()) == RECORD_BYTES == 642
    assert len(content.felts()) == 20 and max(content.felts()) < 2**248


def test_a_leaves_file_of_odd_length_is_refused() -> None:
    with pytest.raises(ContentError, match="no multiple of 642"):
        split_records(bytes(643))


@given(st.integers(1, 40), st.data())
def test_every_leaf_proves_its_place_and_no_other(count: int, data: st.DataObject) -> None:
    leaves = [index + 1 for index in range(count)]
    index = data.draw(st.integers(0, count - 1))
    (proof,) = proofs_of(light_hash, leaves, [index])
    root = root_of(light_hash, leaves)
    assert root_from_proof(light_hash, leaves[index], index, proof) == root
    for other in {index ^ 1} & set(range(count)):
        assert root_from_proof(light_hash, leaves[index], other, proof) != root


def test_a_leaf_is_bound_to_its_lease_its_place_and_its_salt() -> None:
    content = print_of(noise(64, 64))
    leaf = tile_leaf(hash_many, KEY, 0, 0, 7, content)
    others = [
        tile_leaf(hash_many, LeaseIdentity(1, 2, 3, 4, 1, 5), 0, 0, 7, content),
        tile_leaf(hash_many, LeaseIdentity(1, 2, 3, 4, 0, 6), 0, 0, 7, content),
        tile_leaf(hash_many, KEY, 1, 0, 7, content),
        tile_leaf(hash_many, KEY, 0, 1, 7, content),
        tile_leaf(hash_many, KEY, 0, 0, 8, content),
        tile_leaf(hash_many, KEY, 0, 0, 7, print_of(noise(64, 64, 2))),
    ]
    assert len({leaf, *others}) == 7


def test_salts_of_two_leaves_differ() -> None:
    assert salt_of(hash_many, 9, 0, 0) != salt_of(hash_many, 9, 0, 1)


def test_poseidon_is_starknets() -> None:
    # The hash of an empty span and of (1, 2), as Cairo's poseidon_hash_span gives them.
    assert hash_many([]) == 0x2272BE0F580FD156823304800919530EAA97430E972D7213EE13F4FBF7A5DBC
    assert hash_many([1, 2]) == 0x371CB6995EA5E7EFFCD2E174DE264B5B407027A75A231A70C2C8D196107F0E7
