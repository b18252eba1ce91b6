"""Two agents of one account spoil each other's leases, by whatever names they know their node."""

from __future__ import annotations

import pytest
from renderchain.composition.worker import account_lock
from renderchain.settings import Settings


def lock_of(network: str, rpc_url: str, account: int = 5) -> str:
    return account_lock(Settings(rpc_url, 1, account, network=network)).name


@pytest.mark.parametrize("network", ["sepolia", "mainnet"])
def test_an_account_of_a_public_network_has_one_lock_whatever_its_node(network: str) -> None:
    assert lock_of(network, "https://one.example/rpc") == lock_of(network, "http://127.0.0.1:9545/rpc/")
    assert lock_of(network, "https://one.example/rpc") != lock_of(network, "https://one.example/rpc", 6)


def test_networks_of_ones_own_are_told_apart_by_their_nodes() -> None:
    assert lock_of("devnet", "http://127.0.0.1:1/rpc") != lock_of("devnet", "http://127.0.0.1:2/rpc")
    assert lock_of("sepolia", "http://127.0.0.1:1/rpc") != lock_of("mainnet", "http://127.0.0.1:1/rpc")
