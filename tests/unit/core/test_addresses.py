"""A node's address is shown without what only its user may know."""

from __future__ import annotations

import pytest
from renderchain.core.addresses import is_loopback, is_same_place, shown_address, with_shown_addresses

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


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:5050/rpc",
        "ws://localhost/ws",
        "http://LOCALHOST:1",
        "wss://[::1]:6060/ws",
        "http://127.8.9.1",
        "http://name:word@127.0.0.1/",
        "/ip4/127.0.0.1/tcp/5001",
        "/ip6/::1/tcp/5001/http",
        "/dns4/localhost/tcp/5001",
        "/unix/run/kubo.sock",
    ],
)
def test_what_is_on_this_machine_is_known_as_that(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://localhost.example/rpc",
        "https://node.example/localhost/127.0.0.1",
        "https://node.example/?at=127.0.0.1",
        "https://127.0.0.1.example/rpc",
        "https://127.0.0.1@node.example/rpc",
        "https://node.example\\@127.0.0.1/rpc",
        "https://node.example @127.0.0.1/rpc",
        "https://node.example#@[::1]/",
        "http://[::1",
        "http://0.0.0.0:5050",
        "http://192.168.1.1",
        "http://ⓛocalhost/",
        "127.0.0.1:5050",
        "",
        "/",
        "/ip4/192.0.2.1/tcp/5001",
        "/ip4/127.0.0.1.example/tcp/5001",
        "/dns4/localhost.example/tcp/5001",
        "/p2p/127.0.0.1",
    ],
)
def test_what_only_looks_like_this_machine_is_not_taken_for_it(address: str) -> None:
    """An address that had localhost in it anywhere was taken for this machine's."""
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("https://gateway.example/ipfs/bafy", "https://bafy.ipfs.gateway.example/"),
        ("https://gateway.example/ipfs/bafy", "/ipfs/bafy/"),
        ("http://gateway.example/ipfs/bafy", "https://gateway.example/ipfs/bafy"),
        ("http://localhost:8080/ipfs/bafy", "http://bafy.ipfs.localhost:8080/"),
        ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/b"),
    ],
)
def test_who_was_asked_may_lead_to_names_below_its_own(asked: str, led_to: str) -> None:
    assert is_same_place(asked, led_to)


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("https://gateway.example/", "https://other.example/"),
        ("https://gateway.example/", "https://notgateway.example/"),
        ("https://gateway.example/", "https://example/"),
        ("https://gateway.example/", "http://gateway.example/"),
        ("https://gateway.example/", "https://gateway.example:444/"),
        ("https://gateway.example/", "https://gateway.example@127.0.0.1/"),
        ("https://gateway.example/", "//127.0.0.1/"),
        ("https://gateway.example/", "https://gateway.example:no/"),
        ("https://gateway.example/", "https://[gateway.example/"),
        ("https://gateway.example/", "file:///etc/passwd"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:5001/"),
        ("http://127.0.0.1:8080/", "http://evil.127.0.0.1:8080/"),
        ("http://[::1]:8080/", "http://x.::1:8080/"),
        ("", "/"),
    ],
)
def test_what_leads_elsewhere_is_known_as_that(asked: str, led_to: str) -> None:
    assert not is_same_place(asked, led_to)
