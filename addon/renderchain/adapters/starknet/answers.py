"""What nodes answer, read so that none of it harms who asked: neither too long, nor too deep, nor of no form.

One of several nodes that is broken, or lies, must not take down what goes on with the others.
"""

from __future__ import annotations

from typing import Any

from ...core.reader import shallow_json

MOST_BYTES = 2**26  # of an answer, unpacked: the longest, a page of events or a class, has a tenth of that
MOST_DEPTH = 64  # the deepest that is asked for, events of a block's receipts, has eight


def read_json(raw: bytes | str) -> Any:
    """What a node sent; raises ValueError for what is no JSON, or nests deeper than any answer does."""
    return shallow_json(raw.encode() if isinstance(raw, str) else raw, MOST_DEPTH)


def read_message(raw: bytes | str) -> dict[str, Any]:
    """What came by WebSocket; raises ValueError for what is no object."""
    message = read_json(raw)
    if not isinstance(message, dict):
        raise ValueError(f"no object: {str(message)[:80]}")
    return message


def dropped_from(message: dict[str, Any]) -> int:
    """The first block that the chain dropped, by a node's word; raises ValueError, KeyError or TypeError."""
    number = message["params"]["result"]["starting_block_number"]
    if type(number) is not int or number < 0:
        raise ValueError(f"no block: {str(number)[:80]}")
    return number


def answer_class() -> Any:
    """Of aiohttp: an answer that ends where it is too long, and is read as above."""
    from aiohttp import ClientResponse

    class NodeAnswer(ClientResponse):
        async def read(self) -> bytes:
            if self._body is None:
                try:
                    self._body = await _whole(self.content)
                except BaseException:
                    self.close()
                    raise
            return self._body

        async def json(self, **options: Any) -> Any:
            return await super().json(**{**options, "loads": read_json})

    return NodeAnswer


async def _whole(content: Any) -> bytes:
    came = bytearray()
    async for piece in content.iter_any():
        came += piece
        if len(came) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES} bytes")
    return bytes(came)
