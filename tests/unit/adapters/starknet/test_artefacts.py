"""How compiled classes are hashed for the chain that a node serves."""

from __future__ import annotations

import pytest
from renderchain.adapters.starknet.artefacts import hash_method
from renderchain.core.errors import NodeAway
from starknet_py.hash.casm_class_hash import HashMethod


@pytest.mark.parametrize(
    ("version", "method"),
    [
        ("0.13.2", HashMethod.POSEIDON),
        ("0.13.1.1", HashMethod.POSEIDON),
        ("0.14.0", HashMethod.POSEIDON),
        ("0.14.1", HashMethod.BLAKE2S),
        ("0.14.1.2", HashMethod.BLAKE2S),
        ("0.15.0-rc.1", HashMethod.BLAKE2S),
    ],
)
def test_the_version_of_starknet_says_how(version: str, method: HashMethod) -> None:
    assert hash_method(version) is method


@pytest.mark.parametrize("version", ["", "0.14", "new", "0.14.x", f"0.14.{'9' * 5000}", "٠.١.٢"])
def test_what_is_no_version_is_the_nodes_fault(version: str) -> None:
    with pytest.raises(NodeAway, match="no version") as said:
        hash_method(version)
    assert len(str(said.value)) < 200
