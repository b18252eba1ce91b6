"""How many transactions one client sends, and how late an event is heard.

    make bench-chain

The peer is starknet-py's own way: automatic estimate, nonce from the node, one call after the other.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import time
from contextlib import aclosing
from datetime import date
from typing import Any

from benchmarks.network import Bench, bench

OURS, THEIRS, EVENTS = 120, 30, 100


async def ours(net: Bench, job_id: int) -> float:
    """Transactions a second of our sender, each intended, signed, sent and confirmed."""
    call = net.artist._call("extend", job_id, 1)
    sender = net.artist._sender
    await sender.send("warming up", [call])
    started_s = time.monotonic()
    await asyncio.gather(*(sender.send("extending", [call], checked=False) for _ in range(OURS)))
    return OURS / (time.monotonic() - started_s)


async def theirs(net: Bench, job_id: int) -> float:
    """The same with starknet-py's signer and automatic estimate."""
    from starknet_py.net.account.account import Account
    from starknet_py.net.signer.key_pair import KeyPair

    one = net.accounts[0]
    pair = KeyPair.from_private_key(one.private_key)
    client = net.artist_account.client
    account = Account(address=one.address, client=client, key_pair=pair, chain=net.artist.chain_id)
    call: Any = net.artist._call("extend", job_id, 1)
    started_s = time.monotonic()
    for _ in range(THEIRS):
        sent = await account.execute_v3(calls=[call], auto_estimate=True)
        await client.wait_for_tx(sent.transaction_hash, check_interval=0.01)
    return THEIRS / (time.monotonic() - started_s)


async def latencies_s(net: Bench, job_id: int) -> list[float]:
    """Seconds from the moment a transaction is sent until another client's handler has its event."""
    heard: asyncio.Queue[float] = asyncio.Queue()
    start = await net.artist.block_number()

    async def listen() -> None:
        async with aclosing(net.workers[0].events(start + 1)) as events:
            async for _ in events:
                heard.put_nowait(time.monotonic())

    listener = asyncio.create_task(listen())
    await asyncio.sleep(1)
    call = net.artist._call("extend", job_id, 1)
    found = []
    for _ in range(EVENTS):
        sent_s = time.monotonic()
        await net.artist._sender.send("extending", [call], checked=False)
        found.append(await asyncio.wait_for(heard.get(), 30) - sent_s)
    listener.cancel()
    return found


async def main() -> None:
    """Print the three figures."""
    async with bench(1) as net:
        job_id = await net.artist.create_job(net.terms(10, 2, scheduled=False))
        peer = await theirs(net, job_id)
        own = await ours(net, job_id)
        late = sorted(await latencies_s(net, job_id))
    p50, p95 = statistics.median(late), late[int(len(late) * 0.95)]
    print(
        f"{date.today()}  {os.cpu_count()} cores, {platform.machine()}  starknet-devnet on the same machine"
    )
    print(f"our sender              {own:6.1f} transactions a second (goal 30)")
    print(f"starknet-py             {peer:6.1f} transactions a second, automatic estimate")
    print(f"ours / starknet-py      {own / peer:6.1f}")
    print(f"send to event, p50      {p50 * 1000:6.0f} ms")
    print(f"send to event, p95      {p95 * 1000:6.0f} ms (goal 1000)")


if __name__ == "__main__":
    asyncio.run(main())
