"""How a worker stands: its stake, what it may render and verify, what it holds, what it is owed."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ...core.durations import duration_of
from ...core.ids import WorkerId
from ...core.job import LeaseInfo, family_name
from ...core.money import format_strk
from ...core.provider import Leaving, RegistryRules, Standing
from ...core.worker_control import Control
from ...ports.provider_chain import ProviderBoard, ProviderChain


async def status_of(chain: ProviderChain, worker_id: WorkerId, control: Control) -> list[str]:
    """Lines for a person; raises UnknownWorker or ChainError."""
    families = await chain.families_of(worker_id)
    standing, rules = await chain.standing(worker_id, families), await chain.rules()
    block, now_s = await chain.newest_block()
    worker = standing.worker
    lines = [f"Worker {worker_id} on {chain.chain_name}, block {block}"]
    for name, account in (("owner", worker.owner), ("operator", worker.operator), ("payout", worker.payout)):
        if account:
            lines.append(f"{name}: {account:#x} ({format_strk(await chain.tokens_fri(account))} STRK)")
    if not worker.operator:
        lines.append("operator: none yet")
    if standing.named:
        lines.append(f"operator named, who has not accepted: {standing.named:#x}")
    lines += _purses(standing, now_s, block)
    lines += _profile(standing, rules)
    for board in chain.boards:
        named = f"the board {board.board:#x}" if len(chain.boards) > 1 else "the board"
        owed = format_strk(await board.balance_fri(worker.payout))
        lines.append(f"owed by {named} to the payout account: {owed} STRK")
    lines += await _leases(chain.boards, worker_id)
    lines.append(f"told to the worker here: {_told(control)}")
    return lines


def _purses(standing: Standing, now_s: int, block: int) -> list[str]:
    worker = standing.worker
    free, locked = format_strk(max(worker.free_fri, 0)), format_strk(worker.locked_fri)
    lines = [
        f"work stake: {format_strk(worker.stake_fri)} STRK, of which {free} are free and {locked} locked"
    ]
    lines += _leaving(standing.work_leaving, now_s, block)
    lines.append(f"seat stake: {format_strk(worker.seat_stake_fri)} STRK")
    return lines + _leaving(standing.seat_leaving, now_s, block)


def _leaving(leaving: Leaving, now_s: int, block: int) -> list[str]:
    if not leaving.amount_fri:
        return []
    amount = format_strk(leaving.amount_fri)
    if leaving.is_ready(now_s, block):
        return [f"  {amount} STRK of it have cooled down: `stake collect`"]
    wait_s, blocks = max(leaving.ready_s - now_s, 0), max(leaving.ready_block - block, 0)
    return [f"  {amount} STRK of it cool down for another {duration_of(wait_s)}, at least {blocks} blocks"]


def _profile(standing: Standing, rules: RegistryRules) -> list[str]:
    offer = standing.offer
    supported = ", ".join(map(family_name, standing.supported)) or "none: it is given nothing to render"
    seats = ", ".join(f"{units} in {family_name(one)}" for one, units in standing.seats.items() if units)
    votes = "none"
    if offer.audit_fee_fri and offer.audits_until_epoch > rules.epoch:
        votes = f"from {format_strk(offer.audit_fee_fri)} STRK on, scenes of up to {offer.memory_mib} MiB"
    work = "nothing"
    if offer.slots:
        work = f"{offer.slots} slots from {format_strk(offer.least_reward_fri)} STRK a frame on"
    return [
        f"families: {supported}",
        f"seats: {seats or 'none'} (epoch {rules.epoch})",
        f"votes: {votes}",
        f"offered to schedulers: {work}",
    ]


async def _leases(boards: Sequence[ProviderBoard], worker_id: WorkerId) -> list[str]:
    lines = list[str]()
    for board in boards:
        held = await board.open_leases(worker_id)
        where = f" on the board {board.board:#x}" if len(boards) > 1 else ""
        lines += [f"leases{where}:", *map(_lease, held)] if held else []
    return lines or ["leases: none"]


def _lease(lease: LeaseInfo) -> str:
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(lease.since_s))
    tasks = f"{lease.count} frames" if lease.count != 1 else "1 frame"
    state = lease.state.name.lower()
    return f"  {lease.lease_id} of job {lease.job_id}: {state}, {tasks}, since {since} UTC"


def _told(control: Control) -> str:
    if control.draining:
        return "to end what it has, and then itself"
    return "to claim nothing" if control.paused else "to work"
