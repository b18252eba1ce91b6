"""A scheduler, put together from settings."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..adapters.fee_budget_file import FeeBudgetFile
from ..adapters.locks import hold
from ..adapters.starknet.chain import StarknetChain
from ..adapters.starknet.heartbeat_signatures import is_signed
from ..app.scheduler.intake import Intake
from ..app.scheduler.scheduler import Scheduler
from ..app.upkeep.boards import Work, work_on_boards
from ..app.upkeep.conditions import Conditions
from ..core.audit.gas import DRAW_GAS, lease_gas
from ..core.scheduling.heartbeat import SignedHeartbeat
from ..core.scheduling.plan import PlanRules
from ..core.scheduling.serving import Serving
from ..ports.reporter import Reporter
from ..settings import Settings
from .board_folders import reporter_of
from .network import network_name, patient_boards, when_there
from .worker import lock_of

LEAD_S, LOAD_S = 15.0, 20.0  # until an assigned lease is rendered: blocks and events, and its package


@dataclass(frozen=True)
class BoardScheduler:
    """What schedules on one board, and hears the workers there."""

    scheduler: Scheduler
    intake: Intake


@dataclass(frozen=True)
class SchedulerParts:
    """What a service answers with, by the boards' addresses, and ``run``, which schedules until cancelled
    and adds boards that are announced meanwhile.
    """

    boards: Mapping[int, BoardScheduler]
    address: int
    run: Callable[[], Coroutine[Any, Any, None]]


@asynccontextmanager
async def open_scheduler(
    settings: Settings, reporter: Reporter, serving: Serving
) -> AsyncIterator[SchedulerParts]:
    """For the settings' account on all boards, one process here at a time; a node is waited for.

    Raises ChainError, KeyStoreError or SettingsError.
    """
    conditions = Conditions(reporter, time.time)
    budget = FeeBudgetFile(settings.folder / "fees.json", settings.daily_fee_limit_fri, time.time)
    account_lock = lock_of(await when_there(lambda: network_name(settings), conditions), settings.account)
    async with (
        hold(settings.folder / "agent.lock", f"the folder {settings.folder}"),
        hold(account_lock, f"the account {settings.account:#x}"),
        patient_boards(settings, reporter, conditions, budget) as boards,
    ):
        price_fri = await boards.chains[0].gas_price_fri()
        always_fri, drawn_fri = lease_gas() * price_fri, DRAW_GAS * price_fri
        rules = PlanRules(LEAD_S, LOAD_S, lease_gas_fri=always_fri, draw_gas_fri=drawn_fri)

        def scheduling_on(chain: StarknetChain) -> BoardScheduler:
            telling = reporter_of(reporter, chain.board, boards.first)
            return _on_board(chain, settings, telling, rules, serving)

        parts = {one.board: scheduling_on(one) for one in boards.chains}

        def work_on(chain: StarknetChain) -> Work:
            if chain.board not in parts:
                parts[chain.board] = scheduling_on(chain)
            return parts[chain.board].scheduler.run

        run = partial(work_on_boards, boards.chains, work_on, boards.active, reporter)
        yield SchedulerParts(parts, settings.account, run)


def _on_board(
    chain: StarknetChain, settings: Settings, reporter: Reporter, rules: PlanRules, serving: Serving
) -> BoardScheduler:
    scheduler = Scheduler(chain, reporter, rules, settings.from_block, time.time, serving)
    places = {"chain_id": chain.chain_id, "board": chain.board, "scheduler": chain.address}

    def signed(one: SignedHeartbeat, operator: int, key: int) -> bool:
        return is_signed(one, **places, operator=operator, key=key)

    return BoardScheduler(scheduler, Intake(chain, scheduler, signed, time.time))
