"""What any account reads of the board in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar

from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.draw import DRAW_AFTER, is_spared
from renderchain.core.audit.events import VotesDrawn
from renderchain.core.audit.gas import checked_gas_price
from renderchain.core.board_events import (
    BoardEvent,
    CaughtUp,
    EntryRefused,
    JobClosed,
    JobCreated,
    JobImproved,
    Reorganised,
)
from renderchain.core.contract_errors import ContractError, UnknownJob, UnknownWorker, contract_error
from renderchain.core.errors import ChainError
from renderchain.core.ids import NO_WORKER, JobId, LeaseId, WorkerId
from renderchain.core.interest import Interest
from renderchain.core.job import FamilyInfo, JobInfo, LeaseInfo, Record, WorkerInfo

from devkit.board import view
from devkit.model.challenges import Model
from devkit.model.ledger import Refused

if TYPE_CHECKING:
    from devkit.board.network import MemoryNetwork

Answer = TypeVar("Answer")
Event = TypeVar("Event")
Call = Callable[[Model], object]


class MemoryAccount:
    """One account of a network; every await lets others run, as that of a real chain does."""

    def __init__(self, network: MemoryNetwork, address: int) -> None:
        self._network = network
        self.address = address

    async def _do(
        self, action: str, call: Callable[[Model], Answer], *later: Call, intent_name: str = ""
    ) -> Answer:
        """Write; it is in a block when this returns. With an intent's name it happens once."""
        await asyncio.sleep(0)
        if intent_name:
            answer = self._network.write_once((self.address, intent_name), action, call)
        else:
            answer = self._network.write(action, call, *later)
        await asyncio.sleep(0)
        return answer

    async def _ask(self, action: str, question: Callable[[Model], Answer]) -> Answer:
        await asyncio.sleep(0)
        try:
            return question(self._network.model)
        except Refused as refused:  # a node does not pass on why a view reverts
            raise ChainError(
                f"{action} failed: the contract reverted. Check what was asked for."
            ) from refused


class MemoryView(MemoryAccount):
    """Implements ChainView."""

    @property
    def chain_id(self) -> int:
        """The chain's identifier."""
        return self._network.model.addresses.chain_id

    @property
    def board(self) -> int:
        """The board's address."""
        return self._network.model.addresses.board

    async def events(self, from_block: int, job_id: JobId | None = None) -> AsyncGenerator[BoardEvent, None]:
        """Every event of the board from that block on, or of one job."""
        async with aclosing(self._network.follow(from_block)) as told:
            async for event in told:
                about = job_id if isinstance(event, Reorganised) else getattr(event, "job_id", None)
                if job_id is None or about == job_id:
                    yield event

    async def news(
        self,
        from_block: int,
        families: Collection[int],
        votes_since_s: float,
        jobs_from_block: int | None = None,
    ) -> AsyncGenerator[BoardEvent, None]:
        """What concerns this account's worker from now on; before that, what may still matter of the past."""
        network = self._network
        knows_jobs = jobs_from_block is None
        jobs_from = from_block if jobs_from_block is None else jobs_from_block
        interest = Interest(families, self.address, await self.worker_id(), knows_jobs=knows_jobs)
        while True:
            head, drops = network.block, network.drops
            past = [event for number in range(head + 1) for event in network.events_of(number)]
            for event in past:
                interest.grow([event])
                interest.shrink([event])
            for event in past:
                first = jobs_from if isinstance(event, JobCreated | JobClosed | JobImproved) else from_block
                if event.block >= first and self._matters(event, families, votes_since_s):
                    yield event
            yield CaughtUp(head)
            if drops != network.drops:
                interest.forget()
                yield Reorganised(head)
                continue
            over = list[BoardEvent]()  # of which the same block may tell more
            async with aclosing(network.follow(head + 1)) as events:
                async for event in events:
                    if isinstance(event, Reorganised):
                        interest.forget()
                        yield event
                        break
                    if over and over[-1].block < event.block:
                        interest.shrink(over)
                        over = []
                    over.append(event)
                    interest.grow([event])
                    if interest.wants(event):
                        yield event

    def _matters(self, event: BoardEvent, families: Collection[int], votes_since_s: float) -> bool:
        if isinstance(event, VotesDrawn):
            return self._network.time_of(event.block) >= votes_since_s
        if isinstance(event, JobCreated):
            return event.family in families
        return isinstance(event, JobClosed | JobImproved) and bool(families)

    async def open_jobs(self, from_block: int, families: Collection[int]) -> list[JobCreated]:
        """The beginnings of the families' jobs since a block that have not closed."""
        over = {one.job_id for one in await self._past(JobClosed, from_block)}
        created = await self._past(JobCreated, from_block)
        return [one for one in created if one.family in families and one.job_id not in over]

    async def created_in(self, block: int, job_id: JobId) -> JobCreated | None:
        """A job's beginning, if that was in that block."""
        created = [one for one in await self._past(JobCreated, block) if one.block == block]
        return next((one for one in created if one.job_id == job_id), None)

    async def block_number(self) -> int:
        """The newest block."""
        return await self._ask("Asking for the newest block", lambda _: self._network.block)

    async def gas_price_fri(self) -> int:
        """What a unit of gas costs."""
        return checked_gas_price(
            await self._ask("Asking for gas prices", lambda _: self._network.gas_price_fri)
        )

    async def balance_fri(self, account: int) -> int:
        """What an account may withdraw."""
        return await self._ask("Reading balance_of", lambda model: model.unpaid.get(account, 0))

    async def tokens_fri(self, account: int) -> int:
        """STRK in the account itself."""
        return await self._ask("Reading balance_of", lambda model: model.tokens.get(account, 0))

    async def job(self, job_id: JobId) -> JobInfo:
        """A job's state."""
        action = f"Reading job {job_id}"
        found = await self._ask(action, lambda model: view.job_info(model, job_id))
        if found is None:
            raise contract_error(action, UnknownJob.code)
        return found

    async def lease(self, lease_id: LeaseId) -> LeaseInfo:
        """A lease's state."""
        return await self._ask(f"Reading lease {lease_id}", lambda model: view.lease_info(model, lease_id))

    async def passes_draw(self, lease: LeaseInfo) -> bool:
        """Whether chance has no audit of a submitted lease, by the hash of its draw's block."""
        await asyncio.sleep(0)
        block_hash = self._network.hash_of(lease.since_block + DRAW_AFTER)
        return is_spared(hash_many, block_hash, self.board, lease)

    async def worker(self, worker_id: WorkerId) -> WorkerInfo:
        """A worker's stake and addresses."""
        action = f"Reading worker {worker_id}"
        found = await self._ask(action, lambda model: view.worker_info(model, worker_id))
        if found is None:
            raise contract_error(action, UnknownWorker.code)
        return found

    async def record(self, worker_id: WorkerId, family: int) -> Record:
        """What verifiers found of a worker's leases of a family."""
        return await self._ask("Reading record", lambda model: model.record_of(worker_id, family))

    async def worker_id(self) -> WorkerId:
        """The number of the worker whose operator this account is."""
        return await self._ask("Reading worker_id_of", lambda model: model.worker_id_of(self.address))

    async def may_be_unjudged(self, family: int, worker_id: WorkerId = NO_WORKER) -> bool:
        """Whether nobody could judge its leases, willing or not: it is young, or fewer than four others
        hold seats.
        """

        def question(model: Model) -> bool:
            model.now_s, model.block = self._network.now_s, self._network.block  # a view of the newest
            return model.may_be_unjudged(family, worker_id)

        return await self._ask("Reading seat_at", question)

    async def family(self, family: int) -> FamilyInfo:
        """How a family's verifiers stand."""

        def question(model: Model) -> FamilyInfo:
            model.now_s, model.block = self._network.now_s, self._network.block  # a view of the newest
            return view.family_info(model, family)

        return await self._ask("Reading family", question)

    async def leases_of(self, worker_id: WorkerId) -> list[LeaseId]:
        """The leases that a worker holds now, claimed or submitted."""
        return await self._ask("Reading open_leases", lambda model: view.open_leases(model, worker_id))

    async def burned_fri(self) -> int:
        """What was burned since the network exists, of stake and of what boards held."""
        return await self._ask("Reading burned_fri", lambda model: model.burned_fri + model.board_burned_fri)

    async def withdraw(self, accounts: Iterable[int]) -> None:
        """Send accounts their whole balance on the board."""
        wanted = list(accounts)
        named = ", ".join(f"{one:#x}" for one in wanted)
        await self._do(f"Withdrawing for {named}", lambda model: model.withdraw(self.address, wanted))

    async def _batch(self, action: str, call: Callable[[Model], None]) -> list[ContractError]:
        """Send a batch; returns the reasons of entries that were refused while others were done."""

        def told(model: Model) -> list[EntryRefused]:
            call(model)
            return [event for event in model.events if isinstance(event, EntryRefused)]

        refused = await self._do(action, told)
        return [contract_error(f"{action}: {one.subject}", one.reason) for one in refused]

    async def _past(self, kind: type[Event], from_block: int, lease_id: LeaseId | None = None) -> list[Event]:
        """Events of one kind since a block, about one lease or about all."""
        await asyncio.sleep(0)
        found = self._network.told(kind, from_block)
        return [event for event in found if lease_id in (None, getattr(event, "lease_id", None))]
