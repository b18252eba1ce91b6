"""Two agents of one account spoil each other's leases, by whatever names they know their node."""

from __future__ import annotations

import asyncio

import pytest
from renderchain.composition.network import network_name
from renderchain.composition.worker import lock_of
from renderchain.settings import Settings


def lock(network: str, rpc_url: str, account: int = 5) -> str:
    settings = Settings(rpc_url, 1, account, network=network)
    return lock_of(asyncio.run(network_name(settings)), account).name


@pytest.mark.parametrize("network", ["sepolia", "mainnet"])
def test_an_account_of_a_public_network_has_one_lock_whatever_its_node(network: str) -> None:
    assert lock(network, "https://one.example/rpc") == lock(network, "http://127.0.0.1:9545/rpc/")
    assert lock(network, "https://one.example/rpc") != lock(network, "https://one.example/rpc", 6)


def test_public_networks_are_told_apart() -> None:
    assert lock("sepolia", "http://127.0.0.1:1/rpc") != lock("mainnet", "http://127.0.0.1:1/rpc")
