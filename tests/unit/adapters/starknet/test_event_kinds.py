"""Events as anybody may have caused them: whatever stands in one, it is read."""

from __future__ import annotations

import pytest
from renderchain.adapters.starknet.event_kinds import _given_back


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (int.from_bytes(b"worker stops", "big"), "worker stops"),
        (0, ""),
        (2**248 - 1, "\ufffd" * 31),
        (2**248, hex(2**248)),
        (2**251, hex(2**251)),
    ],
)
def test_a_reason_that_is_no_short_string_is_told_and_ends_nobody(reason: int, said: str) -> None:
    assert _given_back(1, 2, 3, 0, 1, reason, 0, 1).reason == said  # type: ignore[arg-type]
