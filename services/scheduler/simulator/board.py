"""The board in memory at a clock that jumps: every lease of a simulation is one that the rules allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from renderchain.core.board_events import LeaseClaimed
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.job import LeaseResult, Place, StandingOffer
from renderchain.core.lease_id import MAX_SLOTS
from renderchain.core.lifecycle import HELD
from renderchain.core.money import FRI_PER_STRK

from devkit.made_up_job import FAMILY, TERMS
from devkit.model.challenges import Model
from devkit.model.ledger import Addresses, Refused
from devkit.rules import AT_ONCE, Rules

ARTIST, SCHEDULER, OPERATORS = 0xA, 0xB, 0x10000
BLOCK_S = 2
RESULT = LeaseResult(1, 2, 3, 4)
# Timeouts of an hour at most, so that schedulers may give leases of minutes.
RULES = Rules(lease_timeout_s=3600, unjudged_cap_fri=2**100, slowest_block_s=60, **AT_ONCE)
ADDRESSES = Addresses(chain_id=1, board=0xB0A2D, registry=0x2E6, admin=3)
REWARD_FRI = FRI_PER_STRK // 10
STAKE_FRI = 10**6 * FRI_PER_STRK


class SimulatedBoard:
    """Nobody judges these leases, and the artist accepts them at once: what is tried is who renders what."""

    def __init__(self) -> None:
        self._model = Model(RULES, ADDRESSES, lambda number: number + 1)
        self._model.fund(ARTIST, 2**120)

    def register(self, least_reward_fri: int = 1, slots: int = MAX_SLOTS) -> WorkerId:
        """One more worker, that takes what schedulers assign."""
        model, operator = self._model, OPERATORS + len(self._model.workers)
        model.fund(operator, STAKE_FRI)
        number = model.register(operator, operator, operator, [FAMILY], STAKE_FRI)
        model.set_offer(operator, number, StandingOffer(least_reward_fri, 2**40, slots, 2**39))
        return number

    def create(
        self,
        now_s: float,
        tasks: int,
        longest: int,
        timeout_s: int,
        *,
        spares: int,
        grace_s: int,
        reward_fri: int,
    ) -> JobId:
        """A job; with a grace it has a scheduler."""
        self._enter(now_s)
        terms = replace(
            TERMS,
            tasks=tasks,
            reward_fri=reward_fri,
            longest_lease=longest,
            lease_timeout_s=timeout_s,
            expires_in_s=10**7,
            scheduler=SCHEDULER if grace_s else 0,
            scheduler_grace_s=grace_s,
            spare_tasks=spares,
            takes_unjudged=True,
            audit_fee_fri=1,
            audit_tile_fri=0,
            audit_pool_fri=2**80,
        )
        return self._model.create_job(ARTIST, terms)

    def assign(self, now_s: float, job: JobId, places: Sequence[Place]) -> list[LeaseClaimed]:
        """The leases that came of it; what the board refuses is left out."""
        self._enter(now_s)
        try:
            self._model.assign(SCHEDULER, job, sorted(places), [])
        except Refused:
            return []
        return [one for one in self._model.events if isinstance(one, LeaseClaimed)]

    def claim(self, now_s: float, job: JobId, worker: WorkerId, most: int = 0) -> LeaseClaimed | None:
        """What a worker takes by itself; None if there is nothing, or it may not."""
        self._enter(now_s)
        slot = next((one for one in range(MAX_SLOTS) if not self._holds(worker, one)), None)
        if slot is None:
            return None
        try:
            self._model.claim_lease(OPERATORS + worker - 1, job, worker, slot, most, [])
        except Refused:
            return None
        return next(one for one in self._model.events if isinstance(one, LeaseClaimed))

    def submit(self, now_s: float, job: JobId, lease: LeaseId, count: int) -> bool:
        """Whether it still could be; it is accepted at once."""
        self._enter(now_s)
        try:
            self._model.submit(OPERATORS + (lease >> 40) - 1, lease, count, RESULT)
            self._model.accept(ARTIST, job, [lease])
        except Refused:
            return False
        return True

    def expire(self, now_s: float, job: JobId, lease: LeaseId) -> bool:
        """Whether it was over, as anyone may say; its tasks are open then, unless a spare has them."""
        self._enter(now_s)
        try:
            self._model.expire(ARTIST, job, [lease])
        except Refused:
            return False
        return True

    def open_tasks(self, job: JobId) -> int:
        """How many can be had."""
        return self._model.jobs[job].free

    def _holds(self, worker: WorkerId, slot: int) -> bool:
        lease = self._model.slots.get((worker, slot))
        return lease is not None and lease.state in HELD

    def _enter(self, now_s: float) -> None:
        self._model.enter_block(int(now_s), int(now_s) // BLOCK_S)
