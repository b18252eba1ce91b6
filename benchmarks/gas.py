"""What everything costs on-chain: writes docs/gas.md from a devnet's receipts.

make gas
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from renderchain.core.job import LeaseResult
from starknet_py.contract import Contract
from starknet_py.net.full_node_client import FullNodeClient

from benchmarks.network import Bench, bench
from tools.contracts import tool
from tools.network.services import REPO

WORKERS = 8
RESULT = LeaseResult(3**150, 2**127, 2**126, 3**140)
GOAL = 25_000
FRI_PER_GAS = (8 * 10**8, 8 * 10**9)  # lowest and usual price on mainnet in 2026


@dataclass
class Meter:
    """The L2 gas of everything between two blocks."""

    client: FullNodeClient
    rows: list[tuple[str, int]] = field(default_factory=list)

    async def of(self, name: str, work: Awaitable[Any]) -> tuple[Any, int]:
        """Do it and note the gas of all its transactions under that name."""
        first = await self.client.get_block_number() + 1
        answer = await work
        gas = 0
        for number in range(first, await self.client.get_block_number() + 1):
            block = await self.client.get_block_with_receipts(block_number=number)
            gas += sum(one.receipt.execution_resources.l2_gas for one in block.transactions)
        self.rows.append((name, gas))
        return answer, gas


async def whole_job(net: Bench, meter: Meter, frames: int, lease: int) -> dict[str, int]:
    """Gas by phase of a job whose leases are assigned, submitted through an aggregator, accepted."""
    phases: dict[str, int] = {}

    async def phase(name: str, work: Awaitable[Any]) -> Any:
        answer, gas = await meter.of(name, work)
        phases[name] = phases.get(name, 0) + gas
        return answer

    job_id = await phase("create", net.artist.create_job(net.terms(frames, lease)))
    left = -(-frames // lease)
    numbers = [await one.worker_id() for one in net.workers]
    while left:
        places = [(number, slot) for slot in range(4) for number in numbers][: min(left, 32)]
        assert await phase("assign", net.scheduler.assign(job_id, places)) == []
        held = [(one, lease_id) for one in net.workers for lease_id in await one.open_leases()]
        signed = [(lease_id, RESULT, one.sign_result(lease_id, RESULT)) for one, lease_id in held]
        assert await phase("submit", net.scheduler.submit_signed(signed)) == []
        leases = [lease_id for _, lease_id in held]
        assert await phase("accept and pay", net.artist.accept(job_id, leases, net.payouts)) == []
        left -= len(places)
    return phases


async def single_calls(net: Bench, meter: Meter) -> None:
    """Each call by itself, in a network that has worked before."""
    artist, worker = net.artist, net.workers[0]
    job_id, _ = await meter.of("create_job + approve", artist.create_job(net.terms(10, 2, scheduled=False)))
    first, _ = await meter.of("claim_lease", worker.claim_lease(job_id, 0))
    second, _ = await meter.of("claim_lease, slot never used", worker.claim_lease(job_id, 15))
    await meter.of("submit", worker.submit(first, RESULT))
    await meter.of("submit, slot never used", worker.submit(second, RESULT))
    await meter.of("accept + withdraw of one lease", artist.accept(job_id, [first], net.payouts[:1]))
    await meter.of("accept of one lease, pay kept", artist.accept(job_id, [second]))
    await meter.of("withdraw", artist.withdraw(net.payouts[:1]))
    third = await worker.claim_lease(job_id, 0)
    await meter.of("give_back", worker.give_back(third))
    await meter.of("extend", artist.extend(job_id, 1))
    await meter.of("top_up + approve", artist.top_up(job_id, 2 * 10**15, 0))
    await meter.of("cancel + withdraw", artist.cancel(job_id))


async def naive(net: Bench, meter: Meter, frames: int) -> int:
    """Gas a frame of the contract with one record and three transactions a frame."""
    with tempfile.TemporaryDirectory() as folder:
        sierra, casm = Path(folder) / "sierra.json", Path(folder) / "casm.json"
        project = str(REPO / "benchmarks" / "naive_board")
        path = ["--contract-path", "naive_board::NaiveBoard"]
        subprocess.run([tool("starknet-compile"), project, str(sierra), *path], check=True)
        subprocess.run([tool("starknet-sierra-compile"), str(sierra), str(casm)], check=True)
        declared = await Contract.declare_v3(
            net.artist_account,
            compiled_contract=sierra.read_text(),
            compiled_contract_casm=casm.read_text(),
            auto_estimate=True,
        )
        abi = json.loads(sierra.read_text())["abi"]
    await declared.wait_for_acceptance(check_interval=0.05)
    deployed = await Contract.deploy_contract_v3(
        net.artist_account, declared.class_hash, abi=abi, auto_estimate=True
    )
    await deployed.wait_for_acceptance(check_interval=0.05)
    board = deployed.deployed_contract

    async def run() -> None:
        for name, arguments in [("create_job", (frames, 1))] + [
            (name, (frame, 7) if name == "submit" else (frame,))
            for frame in range(frames)
            for name in ("claim", "submit", "accept")
        ]:
            sent = await board.functions[name].invoke_v3(*arguments, auto_estimate=True)
            await sent.wait_for_acceptance(check_interval=0.05)

    _, gas = await meter.of("naive", run())
    return gas // frames


def table(head: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table."""
    shown = [[f"{one:,}" if isinstance(one, int) else str(one) for one in row] for row in rows]
    lines = [head, ["---"] * len(head), *shown]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page(calls: list[tuple[str, int]], jobs: list[tuple[int, int, dict[str, int]]], naive_gas: int) -> str:
    """docs/gas.md."""
    phases = ("create", "assign", "submit", "accept and pay")
    rows: list[list[Any]] = []
    for frames, lease, parts in jobs:
        together = sum(parts.values())
        split = [parts[one] // frames for one in phases]
        rows.append([frames, lease, *split, together // frames, f"{naive_gas / (together / frames):.0f}x"])
    frames, _, parts = jobs[-1]
    each = sum(parts.values()) // frames
    low, usual = [each * price / 10**18 for price in FRI_PER_GAS]
    return f"""# Gas

Written by `make gas` (benchmarks/gas.py) from the receipts of starknet-devnet, {date.today()}: L2 gas, with
everything that a transaction costs: validation, fee transfer, events, new storage.

## One call

{table(["call", "L2 gas"], [[name, gas] for name, gas in calls])}

A slot that never held a lease costs two new storage cells (402,000 each) once; its later leases write the
same cells again. In the same way an account's balance and a worker's lock take a new cell only once.

## A whole job, gas a frame

{WORKERS} workers that have worked before; leases are assigned by a scheduler, results posted by an
aggregator, acceptance and payout done by the artist, each for all workers in one transaction.

{table(["frames", "frames a lease", *phases, "a frame", "naive / ours"], rows)}

The naive contract (benchmarks/naive_board: one record and three transactions a frame, no escrow, no stake)
takes {naive_gas:,} a frame. The goal for 1,000 frames on {WORKERS} workers is {GOAL:,}; measured: {each:,},
which is {low:.1e} to {usual:.1e} STRK a frame at {FRI_PER_GAS[0] / 1e9} to {FRI_PER_GAS[1] / 1e9} gFri.
"""


async def main() -> None:
    """Measure everything and write the page."""
    async with bench(WORKERS) as net:
        meter = Meter(net.artist_account.client)
        await whole_job(net, meter, WORKERS * 4, 1)  # so that slots, locks and boards are known
        jobs = [
            (frames, lease, await whole_job(net, meter, frames, lease))
            for frames, lease in ((96, 1), (320, 10), (800, 100), (1000, 125))
        ]
        meter.rows.clear()
        await single_calls(net, meter)
        calls = list(meter.rows)
        naive_gas = await naive(net, meter, 5)
    text = page(calls, jobs, naive_gas)
    (REPO / "docs" / "gas.md").write_text(text)
    print(text)


if __name__ == "__main__":
    asyncio.run(main())
