"""Blocks of a Kubo node, which ipfshttpclient would read one at a time and whole into memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from functools import partial
from typing import Any

from .dag import MAX_BLOCK_BYTES, text_of
from .http import asked, check_answer
from .in_thread import in_thread
from .kubo_call import KuboApi, KuboCall

PIECE_BYTES = 2**21  # read in one turn of a thread, and written in one of another


class KuboBlocks:
    """``session`` is for single blocks; in ``pool`` there is a thread for each answer of any length."""

    most_streamed_bytes = 2**26
    most_streamed_file_bytes = 2**17  # above, Kubo takes longer for the stream than for a call for each file

    def __init__(self, session: Any, api: KuboApi, action: str, pool: Executor) -> None:
        self._session = session
        self._api = api
        self._action = action
        self._pool = pool

    async def stream(self, cid: bytes) -> AsyncGenerator[bytes, None]:
        """All blocks below one; breaks off at the first that the node has to ask others for."""
        # It asks for one after the other, each a way there and back; we ask for many at once.
        options = {"arg": text_of(cid), "progress": "false", "offline": "true"}
        async for piece in self._pieces("dag/export", options):
            yield piece

    async def bytes_of(self, cid: bytes, at: int, size: int) -> AsyncGenerator[bytes, None]:
        """Bytes of a file: for large ones half as much work for Kubo as a stream of blocks."""
        options = {"arg": text_of(cid), "offset": str(at), "length": str(size), "progress": "false"}
        async for piece in self._pieces("cat", options):
            yield piece

    async def block(self, cid: bytes) -> bytes:
        """One block, from wherever it is."""
        place = (self._action, self._api.where)
        call = self._session.post(f"{self._api.base_url}block/get", params={"arg": text_of(cid)})
        async with asked(*place), call as response:
            await check_answer(response, *place)
            return await whole(response)

    async def _pieces(self, name: str, options: dict[str, str]) -> AsyncGenerator[bytes, None]:
        call = KuboCall(self._api, self._action)
        try:
            asking, reading = partial(call.ask, name, options), partial(call.read, PIECE_BYTES)
            await in_thread(asking, pool=self._pool, stop=call.stop)
            while piece := await in_thread(reading, pool=self._pool, stop=call.stop):
                yield piece
        finally:
            call.close()


async def whole(response: Any) -> bytes:
    """An answer's bytes, up to one more than a block may have."""
    parts, left = list[bytes](), MAX_BLOCK_BYTES + 1
    while left > 0 and (part := await response.content.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
