"""A folder is sent to a Kubo node elsewhere: of its blocks only those that the node has not got yet.

So an upload that broke off, or was stopped, goes on where it was, and of a scene that was changed only what
changed is sent. A node on this machine reads the whole folder sooner than it is asked about each block.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from typing import Any

from ...core.errors import StoreError
from ...core.reader import shallow_json
from ...ports.content_store import BytesDone
from .dag import text_of
from .failures import FORBIDDEN
from .folder_blocks import FolderBlock, car_of
from .http import asked, check_answer
from .kubo_blocks import whole

ASKED_BYTES = 2**16  # smaller blocks are sent sooner than asked about
AT_ONCE = 16
PART_BYTES = 2**22  # of a stream, which the node keeps whole or not at all
MISSING = "not found"
CLOSED = (*FORBIDDEN, 404, 405)  # to a call; who is let in nowhere hears it of the next one


class KuboUpload:
    """``base_url`` ends with the API's path; ``where`` is the node in errors."""

    def __init__(self, session: Any, base_url: str, action: str, where: str) -> None:
        self._session = session
        self._base_url = base_url
        self._place = (action, where)

    async def send(self, blocks: Collection[FolderBlock], root: bytes, on_bytes: BytesDone) -> bool:
        """Store and pin a folder's blocks; False where the node is none that takes blocks.

        Raises StoreError, or OSError of this machine.
        """
        large = {one.cid for one in blocks if one.size >= ASKED_BYTES}
        there = await self._there(sorted(large | {root}))  # always of one: it may be no such node
        if there is None:
            return False
        # The root goes with what is sent last, whoever has it: with it the node looks for all and pins it.
        missing = {one.cid: one for one in blocks if one.cid == root or one.cid not in there}
        done = sum(one.size for one in blocks) - sum(one.size for one in missing.values())
        on_bytes(done)
        for part in _parts(list(missing.values())):
            is_last = part[-1].cid == root
            if not await self._import(part, root if is_last else None):
                return False
            done += sum(one.size for one in part)
            on_bytes(done)
        return True

    async def _there(self, cids: Collection[bytes]) -> set[bytes] | None:
        """Which of these the node has; None where it says of one something else than yes or no."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def has(cid: bytes) -> bool | None:
            options = {"arg": text_of(cid), "offline": "true"}
            async with (
                turns,
                asked(*self._place),
                self._session.post(f"{self._base_url}block/stat", params=options) as response,
            ):
                if response.status == 200:
                    return True
                said = (await whole(response)).decode(errors="replace")
                return False if response.status == 500 and MISSING in said else None

        asking = [asyncio.create_task(has(cid)) for cid in cids]
        try:
            found = dict(zip(cids, await asyncio.gather(*asking), strict=True))
        finally:
            for one in asking:
                one.cancel()
            await asyncio.gather(*asking, return_exceptions=True)  # before the session closes
        return None if None in found.values() else {cid for cid, is_there in found.items() if is_there}

    async def _import(self, part: list[FolderBlock], root: bytes | None) -> bool:
        """False where the node, or what stands before it, allows nobody to send it blocks."""
        import aiohttp

        raw = await asyncio.to_thread(lambda: b"".join(car_of(root, part)))
        form = aiohttp.FormData()
        form.add_field("file", raw, filename="blocks.car", content_type="application/octet-stream")
        options = {"pin-roots": "true" if root else "false", "offline": "true"}
        async with (
            asked(*self._place),
            self._session.post(f"{self._base_url}dag/import", params=options, data=form) as response,
        ):
            if response.status in CLOSED:
                return False
            await check_answer(response, *self._place)
            said = await whole(response)
        if root and not _is_pinned(said):
            action, where = self._place
            raise StoreError(f"{action} failed: {where} has not kept all that it had. Try again.")
        return True


def _is_pinned(said: bytes) -> bool:
    """What a node answers to the part with the root: a line for it, with what went wrong in it."""
    try:
        (line,) = said.splitlines()
        return not shallow_json(line)["Root"]["PinErrorMsg"]
    except (ValueError, KeyError, TypeError):
        return False


def _parts(blocks: list[FolderBlock]) -> Iterator[list[FolderBlock]]:
    """In order, so that the root is the last of the last."""
    part, size = list[FolderBlock](), 0
    for one in blocks:
        if part and size + one.size > PART_BYTES:
            yield part
            part, size = [], 0
        part.append(one)
        size += one.size
    if part:
        yield part
