"""The worker's way to its node, as a process that can be killed: passes bytes on between two ports.

    python front.py PORT NODE_PORT

A devnet that is killed has lost its chain. When this is killed instead, the worker meets what it meets
when a node dies: every connection breaks, in the middle of whatever was said, and none opens until it is
back; and what was sent may have been done or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

CHUNK = 2**16


async def pump(near: asyncio.StreamReader, far: asyncio.StreamWriter) -> None:
    """One direction, until either end is gone."""
    with contextlib.suppress(OSError):
        while chunk := await near.read(CHUNK):
            far.write(chunk)
            await far.drain()
    far.close()


async def main(port: int, node_port: int) -> None:
    """Until it is killed."""

    async def connected(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            far, there = await asyncio.open_connection("127.0.0.1", node_port)
        except OSError:
            back.close()
            return
        await asyncio.gather(pump(near, there), pump(far, back))

    server = await asyncio.start_server(connected, "127.0.0.1", port, reuse_address=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
