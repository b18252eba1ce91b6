"""A stand-in for a node with a year of one board: it answers what a worker's start asks, as nodes do.

Jobs of ten leases in eight families, each lease claimed, submitted, drawn, audited by three votes, accepted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from renderchain.core.job import JobTerms

BOARD, PORT = 0xB0A2D, 47115
YEAR_S, BLOCK_S, PAGE = 365 * 86400, 30, 1000
FAMILIES, LEASES_A_JOB = 8, 10
NEWEST = YEAR_S // BLOCK_S + 100
NAMES = ("LeaseClaimed", "ResultSubmitted", "LeaseDrawn", "VotesDrawn", "VotesSealed", "LeaseAccepted")
DATA = {  # felts of each kind
    "JobCreated": len(JobTerms.__dataclass_fields__),
    "JobClosed": 1,
    "LeaseClaimed": 7,
    "ResultSubmitted": 5,
    "LeaseDrawn": 2,
    "VotesDrawn": 8,
    "VotesSealed": 1,
    "LeaseAccepted": 2,
}
Event = dict[str, Any]


def events_of(leases: int) -> Iterator[tuple[int, str, list[int]]]:
    """Block, name and keys of each event, jobs one after the other."""
    jobs, blocks = leases // LEASES_A_JOB, YEAR_S // BLOCK_S
    for job in range(1, jobs + 1):
        block = blocks * (job - 1) // jobs
        yield block, "JobCreated", [job, job % FAMILIES, 0xA271]
        for lease in range(LEASES_A_JOB):
            for name in NAMES:
                yield block + lease + 1, name, [job, job * LEASES_A_JOB + lease]
        yield block + LEASES_A_JOB + 1, "JobClosed", [job]


def raw_events(leases: int) -> list[Event]:
    """The events as a node gives them, in the order of their blocks."""
    from starknet_py.hash.selector import get_selector_from_name

    found = []
    for number, (block, name, keys) in enumerate(sorted(events_of(leases), key=lambda one: one[0])):
        felts = [hex(one) for one in (get_selector_from_name(name), *keys)]
        place = {"transaction_index": number, "event_index": 0, "transaction_hash": hex(number + 1)}
        told = {"from_address": hex(BOARD), "keys": felts, "data": ["0x1"] * DATA[name], **place}
        found.append(told | {"block_number": block, "block_hash": hex(block + 1)})
    return found


def page_of(events: list[Event], asked: dict[str, Any]) -> dict[str, Any]:
    """The next events that fit, at most a page, and where the page after it begins."""
    first, keys = asked["from_block"]["block_number"], asked.get("keys") or []
    at, found = int(asked.get("continuation_token") or 0), list[Event]()
    while at < len(events) and len(found) < min(asked["chunk_size"], PAGE):
        one, at = events[at], at + 1
        pairs = list(zip(keys, one["keys"], strict=False))
        has_keys = len(pairs) == len(keys) and all(not wanted or have in wanted for wanted, have in pairs)
        if has_keys and one["block_number"] >= first:
            found.append(one)
    return {"events": found, **({"continuation_token": str(at)} if at < len(events) else {})}


def block_of(wanted: Any, end_s: int) -> dict[str, Any]:
    """A block without transactions."""
    number = NEWEST if wanted == "latest" else wanted["block_number"]
    price = {"price_in_fri": "0x1", "price_in_wei": "0x1"}
    commitments = (f"{one}_commitment" for one in ("event", "transaction", "receipt", "state_diff"))
    return {
        "block_hash": hex(number + 1),
        "parent_hash": hex(number),
        "block_number": number,
        "timestamp": end_s - (NEWEST - number) * BLOCK_S,
        "status": "ACCEPTED_ON_L2",
        "l1_da_mode": "BLOB",
        "new_root": "0x1",
        "sequencer_address": "0x1",
        "starknet_version": "0.14.0",
        "transactions": [],
        **dict.fromkeys(("l1_gas_price", "l1_data_gas_price", "l2_gas_price"), price),
        **dict.fromkeys(("event_count", "transaction_count", "state_diff_length"), 0),
        **dict.fromkeys(commitments, "0x1"),
    }


def serve(leases: int, ready: Any) -> None:
    """Answer until the process is ended."""
    from aiohttp import web

    end_s, events = int(time.time()), raw_events(leases)

    async def answer(request: Any) -> Any:
        body = await request.json()
        method, params = body["method"], body.get("params", {})
        newest = {"block_number": NEWEST, "block_hash": hex(NEWEST + 1)}
        facts: dict[str, Any] = {
            "blockHashAndNumber": newest,
            "specVersion": "0.10.2",
            "blockNumber": NEWEST,
            "chainId": "0x534e",
        }
        result: Any = facts.get(method.removeprefix("starknet_"))
        if method == "starknet_getEvents":
            result = page_of(events, params["filter"])
        elif result is None:
            result = block_of(params["block_id"], end_s)
        return web.json_response({"jsonrpc": "2.0", "id": body["id"], "result": result})

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", PORT).start()
        ready.set()
        await asyncio.Event().wait()

    asyncio.run(run())
