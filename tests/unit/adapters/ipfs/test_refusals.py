"""What a store that refuses says of it, however it is written."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from renderchain.adapters.ipfs.http import MOST_ERROR_BYTES, check_answer
from renderchain.core.errors import StoreError


class Refusing:
    """An answer with that body."""

    status = 500

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.content: Any = self

    async def read(self, most: int) -> bytes:
        return self._raw[:most]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"Message": "no such block"}', "says no such block"),
        (b"[" * MOST_ERROR_BYTES, "says status 500"),
        (b"\xff", "says status 500"),
        (b"7", "says status 500"),
    ],
)
def test_a_refusal_is_told_even_where_a_library_raised_the_recursion_limit(raw: bytes, said: str) -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        with pytest.raises(StoreError, match=f"Fetching failed: the gateway {said}"):
            asyncio.run(check_answer(Refusing(raw), "Fetching", "the gateway"))
    finally:
        sys.setrecursionlimit(before)
