"""How many transactions one client sends, where their time goes, and how late an event is heard.

    make bench-chain

The peer is starknet-py's own way: automatic estimate, nonce from the node, one call after the other.
The limit is the devnet's own: transactions that were signed before, sent by nobody who does anything else.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import date
from pathlib import Path
from typing import Any

from renderchain.adapters.journal.sqlite import SqliteJournal
from renderchain.adapters.starknet.fees import kind_of
from renderchain.core.ids import JobId
from renderchain.ports.outbox import IntentState

from devkit.network.many_workers import ManyWorkers, many_workers

OURS, THEIRS, EVENTS, SINGLE = 120, 30, 100, 50


async def ours(net: ManyWorkers, job_id: JobId) -> tuple[float, float]:
    """Transactions a second of our sender, each intended, signed, sent and confirmed; and our CPU's part."""
    call = net.artist._call("extend", job_id, 1)
    sender = net.artist._sender
    await sender.send("warming up", [call])
    started_s, cpu_s = time.monotonic(), time.process_time()
    await asyncio.gather(*(sender.send("extending", [call], checked=False) for _ in range(OURS)))
    took_s = time.monotonic() - started_s
    return OURS / took_s, (time.process_time() - cpu_s) / took_s


async def theirs(net: ManyWorkers, job_id: JobId) -> float:
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


async def signed(net: ManyWorkers, job_id: JobId, count: int) -> list[Any]:
    """Transactions with the account's next nonces."""
    account, calls = net.artist_account, [net.artist._call("extend", job_id, 1)]
    fees = net.artist._sender._fees
    nonce = await account.get_nonce()
    await fees.learn_by_estimate("extending", account, calls, nonce)
    bounds, _ = await fees.bounds("extending", kind_of(calls))
    return [
        await account.sign_invoke_v3(calls, nonce=nonce + index, resource_bounds=bounds, tip=0)
        for index in range(count)
    ]


async def devnet_alone(net: ManyWorkers, job_id: JobId) -> float:
    """Transactions a second that the devnet takes from a client that only writes bytes."""
    from starknet_py.net.client_utils import _create_broadcasted_txn

    bodies = [
        json.dumps(
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "starknet_addInvokeTransaction",
                "params": {"invoke_transaction": _create_broadcasted_txn(one)},
            }
        )
        for one in await signed(net, job_id, OURS)
    ]
    headers = {"Content-Type": "application/json"}
    async with net.node.session() as session:
        started_s = time.monotonic()
        for body in bodies:
            async with session.post(net.node.rpc_url, data=body, headers=headers) as answer:
                assert "result" in await answer.json()
        return OURS / (time.monotonic() - started_s)


async def milliseconds(step: Callable[[], Awaitable[Any]]) -> float:
    """What a step takes, the median of many."""
    took = []
    for _ in range(SINGLE):
        started_s = time.monotonic()
        await step()
        took.append(time.monotonic() - started_s)
    return statistics.median(took) * 1000


async def steps_ms(net: ManyWorkers, job_id: JobId) -> dict[str, float]:
    """What the steps of one transaction take, each alone."""
    client = net.artist_account.client
    (one,) = await signed(net, job_id, 1)
    receipt = await client.wait_for_tx((await client.send_transaction(one)).transaction_hash)

    async def sign() -> None:
        await net.artist_account.sign_invoke_v3(
            [net.artist._call("extend", job_id, 1)], nonce=1, resource_bounds=one.resource_bounds, tip=0
        )

    with tempfile.TemporaryDirectory(prefix="renderchain-bench-") as folder:
        journal = SqliteJournal(Path(folder) / "journal.sqlite")

        async def keep() -> None:
            intent = journal.intend(str(time.monotonic_ns()), 1, "extending", [(1, 2, [3, 4])])
            intent = journal.note_signed(intent, 1, 1, {"calldata": list(range(10))})
            journal.note_end(intent, IntentState.CONFIRMED)

        return {
            "journal, three commits": await milliseconds(keep),
            "signing": await milliseconds(sign),
            "one question and its answer": await milliseconds(client.get_block_number),
            "reading the receipt": await milliseconds(
                lambda: client.get_transaction_receipt(receipt.transaction_hash)
            ),
        }


async def latencies_s(net: ManyWorkers, job_id: JobId) -> list[float]:
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
    """Print the figures."""
    load = os.getloadavg()[1]
    async with many_workers(1) as net:
        job_id = await net.artist.create_job(net.terms(10, 2, scheduled=False))
        peer = await theirs(net, job_id)
        alone = await devnet_alone(net, job_id)
        steps = await steps_ms(net, job_id)
        own, cpu = await ours(net, job_id)
        late = sorted(await latencies_s(net, job_id))
    p50, p95 = statistics.median(late), late[int(len(late) * 0.95)]
    print(
        f"{date.today()}  {os.cpu_count()} cores, {platform.machine()}, load {load:.1f} before the run  "
        "starknet-devnet on the same machine"
    )
    print(f"our sender              {own:6.1f} transactions a second (goal 30)")
    print(f"starknet-py             {peer:6.1f} transactions a second, automatic estimate")
    print(f"ours / starknet-py      {own / peer:6.1f}")
    print(f"devnet alone            {alone:6.1f} transactions a second, signed before")
    print(f"one of ours             {1000 / own:6.1f} ms; devnet {own / alone:.0%} of it, our CPU {cpu:.0%}")
    for name, took in steps.items():
        print(f"  {name:<28}{took:6.1f} ms")
    print(f"send to event, p50      {p50 * 1000:6.0f} ms")
    print(f"send to event, p95      {p95 * 1000:6.0f} ms (goal 1000)")


if __name__ == "__main__":
    asyncio.run(main())
