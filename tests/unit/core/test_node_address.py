"""Addresses of nodes: which a job can carry, which may be told and dialled, and what is none."""

from __future__ import annotations

import random

import pytest
from renderchain.core.node_address import (
    ALL,
    NONE,
    PUBLIC,
    address_in,
    addresses_to_dial,
    addresses_to_tell,
    given_address,
    is_public,
)
from renderchain.core.private_package import WrappedKey

NAME = "12D3KooWR38p1DYjHeXqsHfzNqyVyMbqqgnp8FnGyYQWik3TZURj"
OLD_NAME = "QmbFgm5zan8P6eWWmeyfncR5feYEMPbht5b1FW1C37aQ7y"
REAL = f"/ip4/198.41.0.4/tcp/4001/p2p/{NAME}"
OWN = f"/ip4/192.168.1.7/tcp/4001/p2p/{NAME}"
LENGTH = 80


def given(raw: bytes) -> WrappedKey:
    return WrappedKey.from_bytes(raw.ljust(LENGTH, b"\0"))


@pytest.mark.parametrize(
    "address",
    [
        REAL,
        OWN,
        f"/ip4/198.41.0.4/udp/65535/quic-v1/p2p/{OLD_NAME}",
        f"/ip6/2001:500:200::b/tcp/1/p2p/{OLD_NAME}",
        f"/ip6/2001:500:200:ffff:ffff:ffff:ffff:b/udp/4001/quic-v1/p2p/{NAME}",
    ],
)
def test_an_address_comes_out_of_what_is_given_as_it_went_in(address: str) -> None:
    found = given_address(address)
    assert found is not None and len(found.to_bytes()) == LENGTH
    assert address_in(found) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/ip4/198.41.0.4/tcp/4001",
        f"/dns4/artist.example/tcp/4001/p2p/{NAME}",
        f"/ip4/198.41.0.4/udp/4001/p2p/{NAME}",
        f"/ip4/198.41.0.4/tcp/4001/quic-v1/p2p/{NAME}",
        f"/ip4/198.41.0.4/tcp/0/p2p/{NAME}",
        f"/ip4/198.41.0.4/tcp/65536/p2p/{NAME}",
        f"/ip4/1.2.3/tcp/4001/p2p/{NAME}",
        f"/ip4/2001:500:200::b/tcp/4001/p2p/{NAME}",
        f"/ip4/198.41.0.4/tcp/4001/p2p/{NAME}/p2p-circuit",
        f"/ip4/198.41.0.4/tcp/4001/p2p/{NAME[:-1]}0",
        f"/ip4/198.41.0.4/tcp/4001/p2p/{'z' * 52}",
    ],
)
def test_what_is_of_another_form_is_not_carried(address: str) -> None:
    assert given_address(address) is None


@pytest.mark.parametrize(
    ("host", "leads_out"),
    [
        ("ip4/198.41.0.4", True),
        ("ip4/127.0.0.1", False),
        ("ip4/10.1.2.3", False),
        ("ip4/172.16.0.1", False),
        ("ip4/169.254.169.254", False),
        ("ip4/100.64.0.1", False),
        ("ip4/0.0.0.0", False),
        ("ip4/224.0.0.1", False),
        ("ip4/255.255.255.255", False),
        ("ip4/192.0.0.192", False),
        ("ip4/192.88.99.1", False),
        ("ip6/3fff::1", False),
        ("ip6/fec0::1", False),
        ("ip6/2001:500:200::b", True),
        ("ip6/::1", False),
        ("ip6/fe80::1", False),
        ("ip6/fd00::1", False),
        ("ip6/::ffff:127.0.0.1", False),
        ("ip6/64:ff9b::7f00:1", False),
        ("ip6/2002:7f00:1::", False),
        ("ip6/2001:0:7f00:1::", False),
        ("ip6/ff0e::1", False),
    ],
)
def test_only_what_leads_into_the_internet_is_public(host: str, leads_out: bool) -> None:
    address = f"/{host}/tcp/4001/p2p/{NAME}"
    assert is_public(address) is leads_out
    known = given_address(address)
    assert known is not None and addresses_to_dial([known], PUBLIC, 9) == ([address] if leads_out else [])


def test_what_is_told_and_dialled_is_what_was_chosen_and_no_more_than_that() -> None:
    both = [OWN, "/dns4/x/tcp/1", REAL, REAL]
    assert addresses_to_tell(both, NONE, 9) == []
    assert addresses_to_tell(both, PUBLIC, 9) == [REAL]
    assert addresses_to_tell(both, ALL, 9) == [OWN, REAL] and addresses_to_tell(both, ALL, 1) == [OWN]
    told = [one for one in map(given_address, both) if one] + [given(b"\x04")]
    assert addresses_to_dial(told, NONE, 9) == []
    assert addresses_to_dial(told, PUBLIC, 9) == [REAL]
    assert addresses_to_dial(told, ALL, 9) == [OWN, REAL] and addresses_to_dial(told, ALL, 1) == [OWN]


def test_what_outsiders_give_is_an_address_of_the_known_form_or_none() -> None:
    seed = random.randrange(2**32)
    chance, real = random.Random(seed), given_address(REAL)
    assert real is not None
    for _ in range(3000):
        raw = bytearray(real.to_bytes())
        for _ in range(chance.randint(1, 3)):
            raw[chance.randrange(LENGTH)] = chance.randrange(256)
        found = address_in(given(bytes(raw)))
        again = given_address(found)
        assert not found or (again is not None and again.to_bytes() == bytes(raw)), (seed, bytes(raw).hex())
    for _ in range(3000):
        assert address_in(given(chance.randbytes(LENGTH))) == "", seed
