"""A scheduler on a real chain: heartbeats that real accounts sign, and a loop that assigns by real events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.keys import KeystoreFile
from renderchain.adapters.starknet.chain import StarknetChain
from renderchain.adapters.starknet.heartbeat_signatures import is_signed
from renderchain.app.scheduler.intake import Intake
from renderchain.app.scheduler.scheduler import Scheduler
from renderchain.composition.scheduler import open_scheduler
from renderchain.composition.watchtower import run_watchtower
from renderchain.core.board_events import LeaseClaimed
from renderchain.core.job import LeaseResult, StandingOffer
from renderchain.core.lifecycle import JobState, LeaseState
from renderchain.core.notices.process import BoardFollowed
from renderchain.core.scheduling.heartbeat import Heartbeat, HeartbeatRefused, SignedHeartbeat
from renderchain.core.scheduling.plan import PlanRules
from renderchain.core.scheduling.serving import Serving
from renderchain.settings import Settings

from devkit.fakes.reporter import RecordingReporter
from devkit.made_up_job import RULES, TERMS
from devkit.network.clients import Chains, Views
from devkit.network.deploy import announce_board
from devkit.network.local import Account

RESULT = LeaseResult(123, 4, 5, 6)
LOOK_S = 0.2


def intake_of(net: Views) -> tuple[Scheduler, Intake]:
    """The outsider schedules."""
    chain: Any = net.outsider
    scheduler = Scheduler(chain, RecordingReporter(), PlanRules(lead_s=1.0, load_s=1.0), 0, time.time)
    places = {"chain_id": chain.chain_id, "board": chain.board, "scheduler": chain.address}

    def signed(one: SignedHeartbeat, operator: int, key: int) -> bool:
        return is_signed(one, **places, operator=operator, key=key)

    return scheduler, Intake(chain, scheduler, signed, time.time)


def beat(net: Views, scheduler: int, worker: StarknetChain | None = None) -> bytes:
    """What the worker says now of a board (None: the first), signed by its operator's account."""
    heartbeat = Heartbeat(net.worker_id, int(time.time() * 1000), 4096, True, (), ())
    signed: SignedHeartbeat = (worker or net.worker).sign_heartbeat(heartbeat, scheduler)
    return signed.to_bytes()


def settings_of(net: Views, one: Account, folder: Path, **more: Any) -> Settings:
    """Somebody's, with a key store of its own."""
    folder.mkdir()
    keystore, password = folder / "keys.json", folder / "password"
    password.write_text("long enough")
    KeystoreFile(keystore, password).save(one.address, one.private_key)
    node = net.node
    place = Settings(node.rpc_url, net.deployed.directory, one.address, "devnet", node.ws_url, folder=folder)
    return replace(place, keystore=keystore, password_file=password, **more)


async def render_all(net: Views, done: asyncio.Event) -> None:
    """A worker that submits whatever it is given, and an artist that accepts it once its draw is over."""
    while not done.is_set():
        for lease_id in await net.worker.open_leases():
            lease = await net.artist.lease(lease_id)
            if lease.state is LeaseState.CLAIMED:
                await net.worker.submit(lease_id, lease.count, RESULT)
                net.pass_draw_block()
                await net.artist.accept(lease.job_id, [lease_id])
        await asyncio.sleep(LOOK_S)


def test_by_signed_heartbeats_a_job_is_assigned_to_its_end(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            scheduler, intake = intake_of(net)
            address = net.outsider.address
            await net.owner.set_offer(net.worker_id, StandingOffer(1, 10**6, 4, 2**39))
            terms = replace(TERMS, scheduler=address, scheduler_grace_s=100, tasks=5)
            terms = replace(terms, audit_pool_fri=10 * TERMS.audit_pool_fri)
            with pytest.raises(HeartbeatRefused, match="not signed for this scheduler"):
                await intake.hear(beat(net, address + 1))
            job_id = await net.artist.create_job(terms)
            done = asyncio.Event()
            scheduling = asyncio.create_task(scheduler.run())
            rendering = asyncio.create_task(render_all(net, done))
            try:
                while (await net.artist.job(job_id)).state is not JobState.COMPLETED:
                    await intake.hear(beat(net, address))
                    await asyncio.sleep(LOOK_S)
            finally:
                scheduling.cancel()
                done.set()
                await rendering
                await asyncio.gather(scheduling, return_exceptions=True)
            assert intake.counts["refused"] == 1
            told = await net.artist.told_of(job_id, 0)
            claims = [one for one in told if type(one).__name__ == "LeaseClaimed"]
            assert claims and all(one.assigned for one in claims)

    asyncio.run(run())


def test_a_board_that_is_announced_later_is_scheduled_and_watched_without_a_restart(
    chains: Callable[[], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("renderchain.app.upkeep.boards.LOOK_S", LOOK_S)

    async def run() -> None:
        async with chains() as opened:
            net = await opened.network()
            await net.owner.set_offer(net.worker_id, StandingOffer(1, 10**6, 4, 2**39))
            scheduler, tower = opened.accounts[3:5]
            watched = {"evidence": tmp_path / "evidence", "workers": (net.worker_id,)}
            stop, told, seen = asyncio.Event(), RecordingReporter(), RecordingReporter()
            settings = settings_of(net, scheduler, tmp_path / "scheduler")
            watching = asyncio.create_task(
                run_watchtower(settings_of(net, tower, tmp_path / "tower", **watched), seen, stop)
            )
            try:
                async with open_scheduler(settings, told, Serving()) as parts:
                    assert list(parts.boards) == [net.deployed.board]
                    scheduling = asyncio.create_task(parts.run())
                    try:
                        board = await announce_board(await opened.account(opened.accounts[0]), net.deployed)
                        net.pass_time(RULES.cooldown_s + 2)  # else it is announced, and not active
                        while board not in parts.boards or not seen.heard(BoardFollowed):
                            await asyncio.sleep(LOOK_S)
                        assert (
                            told.heard(BoardFollowed) == seen.heard(BoardFollowed) == [BoardFollowed(board)]
                        )
                        artist, worker = [await on_board(opened, net, index, board) for index in (0, 2)]
                        terms = replace(TERMS, scheduler=scheduler.address, scheduler_grace_s=100)
                        job_id = await artist.create_job(
                            replace(terms, audit_pool_fri=10 * TERMS.audit_pool_fri)
                        )
                        while not await worker.open_leases():
                            await parts.boards[board].intake.hear(beat(net, scheduler.address, worker))
                            await asyncio.sleep(LOOK_S)
                        claims = [
                            one for one in await artist.told_of(job_id, 0) if isinstance(one, LeaseClaimed)
                        ]
                        assert all(one.assigned for one in claims)
                    finally:
                        scheduling.cancel()
                        await asyncio.gather(scheduling, return_exceptions=True)
            finally:
                stop.set()
                await watching

    asyncio.run(run())


async def on_board(opened: Chains, net: Views, index: int, board: int) -> StarknetChain:
    """One of the people on one of the boards."""
    account, sender = await opened.sender(opened.accounts[index])
    return await StarknetChain.connect(account, sender, net.deployed.directory, board)
