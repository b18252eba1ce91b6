"""Blocks of a Kubo node, which ipfshttpclient would read one at a time and whole into memory."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator
from typing import Any

from .dag import MAX_BLOCK_BYTES, text_of
from .http import asked, check_answer

WAKE_BYTES = 2**16


class KuboBlocks:
    """``streams`` is the session for answers of any length. ``base_url`` ends with the API's path; ``where``
    is the node in errors.
    """

    most_streamed_bytes = 2**26
    most_streamed_file_bytes = 2**17  # above, Kubo takes longer for the stream than for a call for each file

    def __init__(self, session: Any, streams: Any, base_url: str, action: str, where: str) -> None:
        self._session = session
        self._streams = streams
        self._base_url = base_url
        self._place = (action, where)

    async def stream(self, cid: bytes) -> AsyncGenerator[bytes, None]:
        """All blocks below one; breaks off at the first that the node has to ask others for."""
        # It asks for one after the other, each a way there and back; we ask for many at once.
        options = {"arg": text_of(cid), "progress": "false", "offline": "true"}
        async with (
            asked(*self._place),
            self._streams.post(f"{self._base_url}dag/export", params=options) as response,
        ):
            await check_answer(response, *self._place)
            _wake_seldom(response)
            async for piece in response.content.iter_any():
                yield piece

    async def bytes_of(self, cid: bytes, at: int, size: int) -> AsyncGenerator[bytes, None]:
        """Bytes of a file: for large ones half as much work for Kubo as a stream of blocks."""
        options = {"arg": text_of(cid), "offset": str(at), "length": str(size), "progress": "false"}
        async with (
            asked(*self._place),
            self._streams.post(f"{self._base_url}cat", params=options) as response,
        ):
            await check_answer(response, *self._place)
            async for piece in response.content.iter_any():
                yield piece

    async def block(self, cid: bytes) -> bytes:
        """One block, from wherever it is."""
        options = {"arg": text_of(cid)}
        async with (
            asked(*self._place),
            self._session.post(f"{self._base_url}block/get", params=options) as response,
        ):
            await check_answer(response, *self._place)
            return await whole(response)


def _wake_seldom(response: Any) -> None:
    """Have the system wait for some blocks: Kubo sends each part of one by itself, and we'd wake for each."""
    connection = response.connection
    if connection and response.version < (1, 1) and hasattr(socket, "SO_RCVLOWAT"):  # it ends by closing
        ours = connection.transport.get_extra_info("socket")
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, WAKE_BYTES)


async def whole(response: Any) -> bytes:
    """An answer's bytes, up to one more than a block may have."""
    parts, left = list[bytes](), MAX_BLOCK_BYTES + 1
    while left > 0 and (part := await response.content.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
