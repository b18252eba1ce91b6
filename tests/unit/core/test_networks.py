"""What settings have when a network is chosen."""

from __future__ import annotations

from dataclasses import replace

from renderchain.core.networks import NETWORKS, network_of, values_for

SEPOLIA = NETWORKS["sepolia"]
RECORDED = replace(SEPOLIA, directory=0xABC, from_block=70)
RECORDS = {"directory": "0xabc", "from_block": "70"}


def test_a_record_fills_in_directory_and_first_block_whether_the_network_was_chosen_before_or_not() -> None:
    assert values_for(SEPOLIA, {}) == {}
    assert values_for(RECORDED, {}) == RECORDS
    node = {"rpc_url": "https://node.example/rpc"}
    assert values_for(RECORDED, node) == {**RECORDS, **node}
    assert values_for(RECORDED, {"directory": "0xABC"}) == {**RECORDS, "directory": "0xABC"}


def test_what_was_left_there_comes_back_and_no_other_directorys_first_block() -> None:
    devnet = NETWORKS["devnet"]
    assert values_for(devnet, {})["rpc_url"] == devnet.rpc_url
    assert values_for(devnet, {"rpc_url": "http://127.0.0.1:1/rpc"})["rpc_url"] == "http://127.0.0.1:1/rpc"
    assert values_for(RECORDED, {"directory": "0x5"}) == {"directory": "0x5"}
    assert values_for(RECORDED, {"from_block": "90"}) == {**RECORDS, "from_block": "90"}


def test_who_chose_no_network_is_on_mainnet_where_the_node_serves_it() -> None:
    """Sepolia's chain is also a devnet's."""
    chosen = [
        ("custom", "SN_MAIN"),
        ("custom", "SN_SEPOLIA"),
        ("custom", "MY-CHAIN"),
        ("devnet", "SN_SEPOLIA"),
    ]
    assert [network_of(*one) for one in chosen] == ["mainnet", "custom", "custom", "devnet"]
