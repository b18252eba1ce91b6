"""Starknet's Poseidon hash, on poseidon-py."""

from __future__ import annotations

from collections.abc import Sequence


def hash_many(values: Sequence[int]) -> int:
    """The same as Cairo's ``poseidon_hash_span``."""
    from poseidon_py.poseidon_hash import poseidon_hash_many

    return int(poseidon_hash_many(list(values)))
