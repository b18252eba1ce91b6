"""What everything costs on-chain: writes docs/gas.md from a devnet's receipts.

make gas
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any

from renderchain.core.ids import NO_JOB, JobId, LeaseId
from renderchain.core.job import Place
from renderchain.core.private_package import WrappedKey
from starknet_py.contract import Contract

from benchmarks.audit_steps import Held, audit, close, drawn, hold
from benchmarks.company import CLOSE, COMMIT, REVEAL, in_company
from benchmarks.gas_page import (
    ACCEPT,
    ALONE,
    COMPANY,
    NOTHING,
    PHASE_NAMES,
    SPARED,
    SPARED_DRAW,
    Figures,
    Job,
    page,
)
from benchmarks.meter import Meter
from devkit.network.devnet import pass_draw_block
from devkit.network.many_workers import ManyWorkers, many_workers
from devkit.network.services import REPO
from tools.contracts import tool

WORKERS = 8
SLOTS, MOST = 4, 32  # of a worker; leases at once
BATCH = 16
SIZES = ((96, 1), (320, 10), (800, 100), (1000, 125))
DISPUTED = (40, 8)  # frames of a lease whose rounds draw sixteen leaves, and leaves that an appellant names
SPARED_CALLS = ("claim_lease", "submit", ACCEPT)


async def whole_job(
    net: ManyWorkers, meter: Meter, frames: int, lease: int, *, floor_exp: int = 0, dear: bool = False
) -> Job:
    """Gas by phase of a job that its artist schedules; an aggregator posts the results."""
    job = Job(frames, lease, -(-frames // lease))

    async def phase(name: str, work: Awaitable[Any]) -> Any:
        answer, gas = await meter.of(name, work)
        kind = name if name in PHASE_NAMES else "audits"
        job.phases[kind] += gas
        return answer

    left, job_id = job.leases, NO_JOB
    terms = net.terms(frames, lease, floor_exp=floor_exp, dear=dear)
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
    await meter.of(NOTHING, nothing(net))
    terms = net.terms(10, 2, scheduled=False, floor_exp=5)
    terms = replace(terms, audit_pool_fri=2 * terms.audit_pool_fri)  # one of its leases is split
    job_id, _ = await meter.of("create_job + approve", artist.create_job(terms))
    await meter.of("ask_key", worker.ask_key(job_id))
    given = [(await worker.worker_id(), WrappedKey(b"e" * 32, b"k" * 32, b"t" * 16))]
    await meter.of("give_keys, to one worker", artist.give_keys(job_id, given))
    held = await spared(net, meter, job_id)
    await meter.of(ACCEPT, artist.accept(job_id, [held[0]]))
    await meter.of(SPARED_DRAW, worker.draw(job_id, [held[1]]))
    await artist.accept(job_id, [held[1]])
    last = await worker.claim_lease(job_id, 0)
    await meter.of("give_back", worker.give_back(last, "away"))
    part = await worker.claim_lease(job_id, 0)
    await meter.of("submit half of a lease", worker.submit(part, 1, (await hold(worker, part)).pixels.result))
    await meter.of("extend", artist.extend(job_id, 1))
    await meter.of("top_up + approve", artist.top_up(job_id, 2 * 10**15, 0))
    await meter.of("cancel + withdraw", artist.cancel(job_id))


async def nothing(net: ManyWorkers) -> None:
    """A transaction without a call."""
    sent = await net.artist_account.execute_v3(calls=[], auto_estimate=True)
    await net.artist_account.client.wait_for_tx(sent.transaction_hash, check_interval=0.05)


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


async def one_lease(net: ManyWorkers, meter: Meter, frames: int = 10) -> Held:
    """A newcomer's lease, claimed and submitted; chance has it audited."""
    job_id = await net.artist.create_job(net.terms(frames, frames, scheduled=False))
    worker = net.workers[0]
    lease_id = await meter.step("claim_lease", worker.claim_lease(job_id, 0))
    held = await hold(worker, lease_id)
    await meter.step("submit", worker.submit(lease_id, held.info.count, held.pixels.result))
    pass_draw_block(net.node.rpc_url)
    return held


async def one_audit(net: ManyWorkers, meter: Meter, others: int = 0) -> int:
    """Gas of such a lease of ten frames from the claim to its pay; ``others``: seats on other machines.

    Repeated until each of its votes has a holder of its own, as each vote then costs two transactions.
    """
    while True:
        meter.rows.clear()
        held = await one_lease(net, meter)
        await audit(net, [held], meter.step, others=others, how="MACHINE")
        await close(net, [held], meter.step)
        await meter.of("accept and pay", net.artist.accept(held.info.job_id, [held.lease_id]))
        voters = [one.worker_id for one in await net.artist.verifiers(held.lease_id)]
        if len(set(voters)) == len(voters):
            return sum(gas for _, gas in meter.rows)


async def one_dispute(net: ManyWorkers, meter: Meter) -> list[tuple[str, int]]:
    """Gas by round of one that three reject falsely: seven, then fifteen do not, on forty leaves."""
    frames, named = DISPUTED
    held = await one_lease(net, meter, frames)
    rounds = []
    for round_, (others, appellant) in enumerate(((3, held.worker), (3, net.artist), (7, None))):
        first = len(meter.rows)
        await audit(net, [held], meter.step, round_=round_, others=others, how="OTHER")
        leaves = len(await net.artist.drawn_leaves(held.lease_id))
        if appellant:
            names = range(named) if round_ == 0 else ()
            await meter.of("appeal + approve", appellant.appeal(held.lease_id, list(names)))
        gas = sum(gas for _, gas in meter.rows[first:])
        rounds.append((f"round {round_ + 1}: {leaves} leaves, {others} votes with prints", gas))
    await net.artist.accept(held.info.job_id, [held.lease_id])
    return rounds


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


def means(rows: list[tuple[str, int]]) -> dict[str, int]:
    """The mean of each step: of three votes the last one also counts them."""
    found: dict[str, list[int]] = {}
    for name, gas in rows:
        found.setdefault(name, []).append(gas)
    return {name: sum(all_) // len(all_) for name, all_ in found.items()}


async def audited(net: ManyWorkers, meter: Meter, found: Figures) -> None:
    """Whole leases, and each step of their audits."""
    plain = await one_audit(net, meter)
    steps = means(meter.rows)
    gpu = await one_audit(net, meter, others=3)
    others = means(meter.rows)
    found.audited = [(ALONE, plain), ("audited, no digest is equal (prints)", gpu)]
    meter.rows.clear()
    found.dispute = await one_dispute(net, meter)
    disputed = means(meter.rows)
    found.steps = list({**disputed, **others, **steps}.items())


async def main() -> None:
    """Measure everything and write the page."""
    found = Figures()
    async with many_workers(WORKERS) as net:
        meter = Meter(net.artist_account.client)
        await whole_job(net, meter, WORKERS * SLOTS, 1)  # so that slots, locks and boards are known
        meter.rows.clear()
        await audited(net, meter, found)
        found.newcomers = [await whole_job(net, meter, *size) for size in SIZES]
        found.batches = await in_batches(net, meter)
        await whole_job(net, meter, WORKERS, 1, dear=True)  # a record that gives credit for the next ones
        found.veterans = [await whole_job(net, meter, *size, floor_exp=4) for size in SIZES]
        found.spared = await until_spared(net, meter, *SIZES[-1])
        meter.rows.clear()
        await single_calls(net, meter)
        found.calls = list(meter.rows)
        spared_gas = sum(gas for name, gas in found.calls if name in SPARED_CALLS)
        found.audited.insert(0, (SPARED, spared_gas))
        together = await in_company(net, meter)
        found.audited.insert(2, (COMPANY, sum(gas for _, gas in together)))
        found.steps += [row for row in means(together).items() if row[0] in (COMMIT, REVEAL, CLOSE)]
        found.naive = await naive(net, meter, 5)
    text = page(found)
    (REPO / "docs" / "gas.md").write_text(text)
    print(text)


if __name__ == "__main__":
    asyncio.run(main())
