"""What wraps a lease's key follows from the key, the lease and the result document, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

from renderchain.core.sealed import file_seal

from tests.unit.adapters.test_sealing import ARTIST, KEY, LEASE, SEALER


def test_the_same_result_is_sealed_alike_and_another_with_other_keys() -> None:
    header = SEALER.wrap(KEY, ARTIST.public_key, LEASE, b"a result")
    assert SEALER.wrap(KEY, ARTIST.public_key, LEASE, b"a result") == header
    others = (
        SEALER.wrap(KEY, ARTIST.public_key, LEASE, b"another"),
        SEALER.wrap(KEY, ARTIST.public_key, replace(LEASE, attempt=2), b"a result"),
    )
    for other in others:
        assert other.ephemeral != header.ephemeral
        assert file_seal(KEY, other, LEASE, 0).key != file_seal(KEY, header, LEASE, 0).key
