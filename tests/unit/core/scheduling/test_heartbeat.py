"""Heartbeats: to and fro, and whatever somebody sends in their place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderchain.core.ids import LeaseId, WorkerId
from renderchain.core.scheduling.heartbeat import (
    MOST_BYTES,
    Heartbeat,
    HeartbeatRefused,
    SignedHeartbeat,
    parse_heartbeat,
)

LEASE = LeaseId(2**63 + 5)
SIGNED = SignedHeartbeat(
    Heartbeat(WorkerId(3), 1_800_000_000_123, 4096, True, ("bafy1",), ((LEASE, 2),)), (5, 2**250)
)


def test_it_comes_back_as_it_was_sent() -> None:
    assert parse_heartbeat(SIGNED.to_bytes()) == SIGNED
    assert b'"9223372036854775813"' in SIGNED.to_bytes(), "numbers of 64 bits are text"


def test_every_field_is_signed() -> None:
    digests = {SIGNED.heartbeat.digest}
    for change in (
        {"worker_id": WorkerId(4)},
        {"sent_ms": 1},
        {"memory_mib": 1},
        {"takes": False},
        {"packages": ()},
        {"done": ()},
    ):
        digests.add(Heartbeat(**vars(SIGNED.heartbeat) | change).digest)
    assert len(digests) == 7


@pytest.mark.parametrize(
    "change",
    [
        {"worker": -1},
        {"worker": 2**32},
        {"worker": True},
        {"worker": "3"},
        {"sent_ms": 1.5},
        {"takes": 1},
        {"packages": ["x"] * 65},
        {"packages": ["../x"]},
        {"packages": ["a" * 81]},
        {"packages": {}},
        {"done": [["1"]]},
        {"done": [[1, 2]]},
        {"done": [["1" * 81, 2]]},
        {"done": [["-1", 2]]},
        {"done": [["1", 2]] * 17},
        {"signature": ["0x1"]},
        {"signature": ["0x1", 2]},
        {"signature": ["zz", "0x1"]},
        {"signature": [hex(2**252), "0x1"]},
        {"more": 1},
    ],
)
def test_what_is_out_of_bounds_is_refused(change: dict[str, Any]) -> None:
    said = json.loads(SIGNED.to_bytes()) | change
    with pytest.raises(HeartbeatRefused, match="can't be read"):
        parse_heartbeat(json.dumps(said).encode())


def test_what_is_too_long_is_not_looked_at() -> None:
    with pytest.raises(HeartbeatRefused, match="at most"):
        parse_heartbeat(b" " * (MOST_BYTES + 1))


@given(
    st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)
)
def test_whatever_comes_is_read_or_refused(raw: bytes | str) -> None:
    with pytest.raises(HeartbeatRefused):
        parse_heartbeat(raw if isinstance(raw, bytes) else raw.encode(errors="replace"))
