"""Blocks of a Kubo node, which ipfshttpclient would read one at a time and whole into memory."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

from .dag import MAX_BLOCK_BYTES, text_of
from .http import asked, check_answer
from .in_thread import in_thread
from .kubo_call import KuboApi, KuboCall
from .transfer import Feed, ReadInto, Take

PIECE_BYTES = 2**20


class KuboBlocks:
    """``session`` is for single blocks; ``pool`` has threads for answers of any length."""

    most_streamed_bytes = 2**26
    most_streamed_file_bytes = 2**17  # above, Kubo takes longer for the stream than for a call for each file

    def __init__(self, session: Any, api: KuboApi, action: str, pool: Executor) -> None:
        self._session = session
        self._api = api
        self._action = action
        self._pool = pool

    async def stream(self, cid: bytes, feed: Feed) -> None:
        """All blocks below one; breaks off at the first that the node has to ask others for."""
        # It asks for one after the other, each a way there and back; we ask for many at once.
        options = {"arg": text_of(cid), "progress": "false", "offline": "true"}

        def take(read_into: ReadInto) -> None:
            buffer = memoryview(bytearray(PIECE_BYTES))
            while size := read_into(buffer):
                feed(buffer[:size])

        await self._answered("dag/export", options, take)

    async def bytes_of(self, cid: bytes, at: int, size: int, take: Take) -> None:
        """Bytes of a file: for large ones half as much work for Kubo as a stream of blocks."""
        options = {"arg": text_of(cid), "offset": str(at), "length": str(size), "progress": "false"}
        await self._answered("cat", options, take, size)

    async def block(self, cid: bytes) -> bytes:
        """One block, from wherever it is."""
        place = (self._action, self._api.where)
        call = self._session.post(f"{self._api.base_url}block/get", params={"arg": text_of(cid)})
        async with asked(*place), call as response:
            await check_answer(response, *place)
            return await whole(response)

    async def _answered(self, name: str, options: dict[str, str], take: Take, size: int = 0) -> None:
        """Ask and take the answer in one thread; memory for it that is used again is half of the pace."""
        call = KuboCall(self._api, self._action)

        def run() -> None:
            try:
                call.ask(name, options, answer_bytes=size)
                take(call.read_into)
            finally:
                call.close()

        await in_thread(run, pool=self._pool, stop=call.stop)


async def whole(response: Any) -> bytes:
    """An answer's bytes, up to one more than a block may have."""
    parts, left = list[bytes](), MAX_BLOCK_BYTES + 1
    while left > 0 and (part := await response.content.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
