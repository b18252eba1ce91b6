"""A node's address is shown without what only its user may know."""

from __future__ import annotations

import pytest
from renderchain.core.addresses import shown_address, with_shown_addresses

KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:5050/rpc", "http://127.0.0.1:5050/rpc"),
        ("ws://[::1]:6060/ws", "ws://::1:6060/ws"),
        (f"https://node.example/starknet/rpc/v0_10/{KEY}", "https://node.example/starknet/rpc/v0_10/..."),
        (f"https://node.example/{KEY}/rpc", "https://node.example/.../rpc"),
        (f"https://node.example/rpc?key={KEY}", "https://node.example/rpc?..."),
        (f"wss://me:{KEY}@node.example/ws", "wss://node.example/ws"),
        ("http://host:port/rpc", "(an address that makes no sense)"),
    ],
)
def test_no_key_of_a_nodes_provider_is_shown(url: str, shown: str) -> None:
    """It stood in errors, and so in logs that people send to others."""
    assert shown_address(url) == shown
    assert KEY not in shown


def test_what_a_library_says_of_an_address_is_shown_alike() -> None:
    said = f"404, message='Not Found', url='https://node.example/v3/{KEY}?a=1' (see https://x.example)"
    assert with_shown_addresses(said) == (
        "404, message='Not Found', url='https://node.example/v3/...?...' (see https://x.example)"
    )
