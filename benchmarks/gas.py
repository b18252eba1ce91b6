"""What everything costs on-chain: writes docs/gas.md from a devnet's receipts.

make gas
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from renderchain.core.ids import NO_JOB, JobId, LeaseId
from renderchain.core.job import Place
from starknet_py.contract import Contract
from starknet_py.net.full_node_client import FullNodeClient

from benchmarks.audit_steps import audit, close, drawn, hold
from devkit.network.devnet import pass_draw_block
from devkit.network.many_workers import TILES, ManyWorkers, many_workers
from devkit.network.services import REPO
from tools.contracts import tool

WORKERS = 8
SLOTS, MOST = 4, 32  # of a worker; leases at once
BATCH = 16
RECORD = (192, 1)  # with the jobs before it 40 audits a worker, or nearly
SPARED_CALLS = ("claim_lease", "submit", "accept and pay one lease")
PHASE_NAMES = ("create and assign", "submit", "audits", "accept and pay")
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

    async def step(self, name: str, work: Awaitable[Any]) -> Any:
        """The same without the gas."""
        answer, _ = await self.of(name, work)
        return answer


@dataclass
class Job:
    """A job that was measured; gas by phase."""

    frames: int
    lease: int
    leases: int
    audits: int = 0
    phases: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PHASE_NAMES, 0))

    @property
    def each(self) -> int:
        """Gas a frame."""
        return sum(self.phases.values()) // self.frames


async def whole_job(net: ManyWorkers, meter: Meter, frames: int, lease: int, *, floor_exp: int = 0) -> Job:
    """Gas by phase of a job that its artist schedules; an aggregator posts the results."""
    job = Job(frames, lease, -(-frames // lease))

    async def phase(name: str, work: Awaitable[Any]) -> Any:
        answer, gas = await meter.of(name, work)
        kind = name if name in PHASE_NAMES else "audits"
        job.phases[kind] += gas
        return answer

    left, job_id = job.leases, NO_JOB
    terms = net.terms(frames, lease, floor_exp=floor_exp)
    numbers = [await one.worker_id() for one in net.workers]
    while left:
        places = [Place(number, slot) for slot in range(SLOTS) for number in numbers][: min(left, MOST)]
        if job_id:
            assert await phase("create and assign", net.artist.assign(job_id, places)) == []
        else:
            job_id = await phase("create and assign", net.artist.create_job(terms, places=places))
        held = [await hold(one, lease_id) for one in net.workers for lease_id in await one.open_leases()]
        signed = [(one, one.pixels.result) for one in held]
        entries = [
            (one.lease_id, one.info.count, result, one.worker.sign_result(one.info, result))
            for one, result in signed
        ]
        assert await phase("submit", net.aggregator.submit_signed(entries)) == []
        if audited := await drawn(net, held):
            job.audits += len(audited)
            await audit(net, audited, phase)
            await close(net, audited, phase)
        leases = [one.lease_id for one in held]
        assert await phase("accept and pay", net.artist.accept(job_id, leases)) == []
        left -= len(places)
    return job


async def until_spared(net: ManyWorkers, meter: Meter, frames: int, lease: int) -> list[Job]:
    """Such jobs until chance has no lease of one audited; that is the last one."""
    jobs = [await whole_job(net, meter, frames, lease, floor_exp=4)]
    while jobs[-1].audits:
        jobs.append(await whole_job(net, meter, frames, lease, floor_exp=4))
    return jobs


async def single_calls(net: ManyWorkers, meter: Meter) -> None:
    """Each call by itself, in a network that has worked before."""
    artist, worker = net.artist, net.workers[0]
    terms = net.terms(10, 2, scheduled=False, floor_exp=5)
    terms = replace(terms, audit_pool_fri=2 * terms.audit_pool_fri)  # one of its leases is split
    job_id, _ = await meter.of("create_job + approve", artist.create_job(terms))
    held = await spared(net, meter, job_id)
    await meter.of("accept and pay one lease", artist.accept(job_id, [held[0]]))
    await artist.accept(job_id, [held[1]])
    last = await worker.claim_lease(job_id, 0)
    await meter.of("give_back", worker.give_back(last, "away"))
    part = await worker.claim_lease(job_id, 0)
    await meter.of("submit half of a lease", worker.submit(part, 1, (await hold(worker, part)).pixels.result))
    await meter.of("extend", artist.extend(job_id, 1))
    await meter.of("top_up + approve", artist.top_up(job_id, 2 * 10**15, 0))
    await meter.of("cancel + withdraw", artist.cancel(job_id))


async def spared(net: ManyWorkers, meter: Meter, job_id: JobId) -> list[LeaseId]:
    """Two leases of the first worker that chance spared, claimed and submitted one by one."""
    worker = net.workers[0]
    found: list[LeaseId] = []
    for slot in range(5):
        names = ("claim_lease", "submit") if slot == 0 else ("", "")
        lease_id, _ = await meter.of(names[0], worker.claim_lease(job_id, slot))
        held = await hold(worker, lease_id)
        await meter.of(names[1], worker.submit(lease_id, held.info.count, held.pixels.result))
        if not await drawn(net, [held]):
            found.append(lease_id)
        else:
            quiet = Meter(net.artist_account.client)
            await audit(net, [held], quiet.step)
            await close(net, [held], quiet.step)
        if len(found) == 2:
            break
    meter.rows[:] = [row for row in meter.rows if row[0]]
    return found


async def one_audit(net: ManyWorkers, meter: Meter, *, others: int = 0, appeals: bool = False) -> int:
    """Gas of a newcomer's lease of ten frames from the claim to its pay; each step in the meter's rows."""
    first = len(meter.rows)
    job_id = await net.artist.create_job(net.terms(10, 10, scheduled=False))
    worker = net.workers[0]
    lease_id, _ = await meter.of("claim_lease", worker.claim_lease(job_id, 0))
    held = await hold(worker, lease_id)
    await meter.of("submit", worker.submit(lease_id, held.info.count, held.pixels.result))
    pass_draw_block(net.node.rpc_url)
    await audit(net, [held], meter.step, others=others, how="MACHINE")
    if appeals:
        await meter.of("appeal + approve", net.artist.appeal(lease_id))
        await audit(net, [held], meter.step, round_=1)
    await close(net, [held], meter.step)
    await meter.of("accept and pay", net.artist.accept(job_id, [lease_id]))
    return sum(gas for _, gas in meter.rows[first:])


async def in_batches(net: ManyWorkers, meter: Meter) -> list[tuple[str, int]]:
    """Gas a lease of each step for sixteen leases of one worker at once."""
    job_id = await net.artist.create_job(net.terms(16, 1, scheduled=False))
    worker = net.workers[0]
    held = [await hold(worker, await worker.claim_lease(job_id, slot)) for slot in range(BATCH)]
    for one in held:
        await worker.submit(one.lease_id, one.info.count, one.pixels.result)
    pass_draw_block(net.node.rpc_url)
    first = len(meter.rows)
    await audit(net, held, meter.step)
    await close(net, held, meter.step)
    await meter.of("accept", net.artist.accept(job_id, [one.lease_id for one in held]))
    found: dict[str, int] = {}
    for name, gas in meter.rows[first:]:
        found[name] = found.get(name, 0) + gas // BATCH
    return list(found.items())


async def naive(net: ManyWorkers, meter: Meter, frames: int) -> int:
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


def job_table(jobs: list[Job], naive_gas: int) -> str:
    """Gas a frame by phase."""
    rows: list[list[Any]] = []
    for job in jobs:
        split = [job.phases[one] // job.frames for one in PHASE_NAMES]
        audited = f"{job.audits} of {job.leases}"
        rows.append([job.frames, job.lease, audited, *split, job.each, f"{naive_gas / job.each:.1f}x"])
    return table(["frames", "frames a lease", "audited", *PHASE_NAMES, "a frame", "naive / ours"], rows)


@dataclass
class Figures:
    """All that is on the page."""

    calls: list[tuple[str, int]] = field(default_factory=list)
    steps: list[tuple[str, int]] = field(default_factory=list)
    audited: list[tuple[str, int]] = field(default_factory=list)
    batches: list[tuple[str, int]] = field(default_factory=list)
    newcomers: list[Job] = field(default_factory=list)
    veterans: list[Job] = field(default_factory=list)
    spared: list[Job] = field(default_factory=list)
    naive: int = 0


def page(found: Figures) -> str:
    """docs/gas.md."""
    best = found.spared[-1]
    low, usual = [best.each * price / 10**18 for price in FRI_PER_GAS]
    return f"""# Gas

Written by `make gas` (benchmarks/gas.py) from the receipts of starknet-devnet, {date.today()}. The figures
are L2 gas and include everything that a transaction costs: validation, fee transfer, events, new storage.
Frames have {TILES} tiles.

## One call

{table(["call", "L2 gas"], [[name, gas] for name, gas in found.calls])}

A slot's first lease costs two new storage cells (402,000 each); later leases in that slot write the same
cells again. In the same way, an account's balance and a worker's lock take a new cell only once, and a job
takes seven new cells unless an earlier job left its own (docs/decisions/0009). Acceptance sends the pay
itself.

## A lease, from the claim to its pay

Ten frames, each transaction by itself. A first round has three verifiers; a second, after an appeal, seven.

{table(["lease", "L2 gas"], [[name, gas] for name, gas in found.audited])}

## One step of an audit

{table(["step", "L2 gas"], [[name, gas] for name, gas in found.steps])}

## Sixteen audits at once, gas a lease

One draw, one advance and one reveal serve all sixteen; each verifier sends one commit, and the worker opens
each lease by itself.

{table(["step", "L2 gas a lease"], [[name, gas] for name, gas in found.batches])}

## A whole job, gas a frame

{WORKERS} workers that have worked before, each with a signing key (docs/decisions/0010). The artist
schedules: one transaction creates the job and assigns leases to all workers, one posts what all workers
signed, one accepts and pays all of them. Audits are drawn, revealed and advanced in batches. Where a worker
has more than four leases, assigning, posting and accepting are repeated. With workers that have no record,
every lease is audited:

{job_table(found.newcomers, found.naive)}

With workers whose record allows a rate of 1/16:

{job_table(found.veterans, found.naive)}

The job of {best.frames:,} frames, repeated until chance spared all of its leases; this was try number
{len(found.spared)}. Nobody calls the draw then, because the acceptance itself looks at the block's hash:

{job_table([best], found.naive)}

The naive contract (benchmarks/naive_board: one record and three transactions a frame, no escrow, no stake)
takes {found.naive:,} a frame. The goal for {best.frames:,} frames on {WORKERS} workers that are not audited
is {GOAL:,} a frame. Measured were {best.each:,}, which is {low:.1e} to {usual:.1e} STRK a frame at
{FRI_PER_GAS[0] / 1e9} to {FRI_PER_GAS[1] / 1e9} gFri.
"""


async def audited(net: ManyWorkers, meter: Meter, found: Figures) -> None:
    """Whole leases, and each step of their audits."""
    plain = await one_audit(net, meter)
    prints = await one_audit(net, meter, others=1)
    appealed = await one_audit(net, meter, appeals=True)
    found.audited = [
        ("audited, equal digests", plain),
        ("audited, one verifier on another machine (prints)", prints),
        ("audited, equal digests, appealed", appealed),
    ]
    seen: dict[str, int] = {}
    for name, gas in meter.rows:
        seen.setdefault(name, gas)
    found.steps = list(seen.items())


async def main() -> None:
    """Measure everything and write the page."""
    found = Figures()
    sizes = ((96, 1), (320, 10), (800, 100), (1000, 125))
    async with many_workers(WORKERS) as net:
        meter = Meter(net.artist_account.client)
        await whole_job(net, meter, WORKERS * SLOTS, 1)  # so that slots, locks and boards are known
        found.newcomers = [await whole_job(net, meter, *size) for size in sizes]
        await whole_job(net, meter, *RECORD)
        meter.rows.clear()
        await audited(net, meter, found)
        found.batches = await in_batches(net, meter)
        found.veterans = [await whole_job(net, meter, *size, floor_exp=4) for size in sizes]
        found.spared = await until_spared(net, meter, *sizes[-1])
        meter.rows.clear()
        await single_calls(net, meter)
        found.calls = list(meter.rows)
        spared_gas = sum(gas for name, gas in found.calls if name in SPARED_CALLS)
        found.audited.insert(0, ("not audited", spared_gas))
        found.naive = await naive(net, meter, 5)
    text = page(found)
    (REPO / "docs" / "gas.md").write_text(text)
    print(text)


if __name__ == "__main__":
    asyncio.run(main())
