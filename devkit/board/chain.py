"""The board in memory as one account uses it: requester, worker, and both sides of an audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from renderchain.core.audit.events import LeaseChallenged, LeaseDrawn
from renderchain.core.board_events import (
    BoardEvent,
    JobCreated,
    LeaseAccepted,
    LeaseClaimed,
    LeasePaid,
    ResultSubmitted,
)
from renderchain.core.candidates import Candidate
from renderchain.core.contract_errors import (
    ContractError,
    LeaseInOtherState,
    NothingToWithdraw,
    contract_error,
)
from renderchain.core.ids import NO_WORKER, JobId, LeaseId
from renderchain.core.job import JobInfo, JobTerms, LeaseResult, Place
from renderchain.core.lifecycle import LeaseState
from renderchain.core.market import MOST_JOBS, newest_prices_fri

from devkit.board import view
from devkit.board.audits import MemoryAudits
from devkit.board.heartbeats import MemoryHeartbeats
from devkit.board.keys import MemoryPackageKeys
from devkit.board.receipts import MemoryReceipts
from devkit.model.challenges import Model
from devkit.model.families import LEAST_NAMED
from devkit.model.holders import VoteRequest
from devkit.model.ledger import need

MAX_REASON = 31  # letters of a felt


class MemoryChain(MemoryAudits, MemoryPackageKeys, MemoryReceipts, MemoryHeartbeats):
    """Implements all chain ports; make it with ``MemoryNetwork.chain``."""

    async def create_job(self, terms: JobTerms, intent_name: str = "") -> JobId:
        """Pay the escrow and create the job; with the same intent it happens once."""
        return await self._do(
            "Creating the job", lambda model: model.create_job(self.address, terms), intent_name=intent_name
        )

    async def has_verifiers(self, terms: JobTerms) -> bool:
        """Whether workers could name verifiers for such a job now."""
        needs = (terms.package_bytes, terms.memory_mib)
        asked = VoteRequest(terms.family, terms.least_fee_fri, *needs, frozenset({self.address}))
        wanted = LEAST_NAMED + 1  # so that a worker that is named itself has four others

        def question(model: Model) -> bool:
            model.now_s, model.block = self._network.now_s, self._network.block  # a view of the newest
            found = model.willing_verifiers(asked, NO_WORKER, wanted=wanted)
            return len(found) == wanted and model.finds_votes(asked, NO_WORKER)

        return await self._ask("Reading willing_verifiers", question)

    async def seat_unit_fri(self) -> int:
        """What a verifier's seat takes in stake."""
        return await self._ask("Reading seat_unit_fri", lambda model: model.rules.seat_unit_fri)

    async def recover(self) -> dict[str, JobId]:
        """Finish what an earlier process left: here nothing can be left."""
        return {}

    async def is_pending(self, intent_name: str) -> bool:
        """Whether a transaction of that name may still happen: here each is in a block, or never will be."""
        return False

    async def accepted_prices_fri(self, family: int) -> list[int]:
        """What a frame pays in the family's last jobs of which something was accepted, one a requester."""
        created = [one for one in await self._past(JobCreated, 0) if one.family == family]
        numbers = {one.job_id for one in await self._past(LeasePaid, 0)}
        numbers |= {one.job_id for one in await self._past(LeaseAccepted, 0)}
        return newest_prices_fri(created[-MOST_JOBS:], numbers)

    async def extend(self, job_id: JobId, more_s: int) -> None:
        """As the requester, let the job last longer."""
        await self._do(f"Extending job {job_id}", lambda model: model.extend(self.address, job_id, more_s))

    async def top_up(self, job_id: JobId, reward_fri: int, more_pool_fri: int) -> None:
        """As the requester, raise the reward of new leases, add to the audit pool, or both."""
        await self._do(
            f"Topping up job {job_id}",
            lambda model: model.top_up(self.address, job_id, reward_fri, more_pool_fri),
        )

    async def cancel(self, job_id: JobId) -> None:
        """As the requester, take back what nobody holds; it is in the account afterwards."""
        action = f"Canceling job {job_id}"

        def cancel(model: Model) -> None:
            model.cancel(self.address, job_id)

        try:
            await self._do(action, cancel, lambda model: model.withdraw(self.address, [self.address]))
        except NothingToWithdraw:
            await self._do(action, cancel)

    async def refund(self, job_id: JobId) -> None:
        """Refund an expired job to its requester; anyone may."""
        await self._do(f"Refunding job {job_id}", lambda model: model.refund(self.address, job_id))

    async def assign(self, job_id: JobId, places: Sequence[Place]) -> list[ContractError]:
        """As the job's scheduler, give each place its tasks; returns the refusals."""
        wanted = sorted(places)
        action = f"Assigning leases of job {job_id}"

        def assign(model: Model) -> None:
            model.assign(self.address, job_id, wanted, model.named_for(job_id))

        return await self._batch(action, assign)

    async def accept(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """As the requester, accept leases, which pays their workers; returns what was refused."""
        wanted = sorted(lease_ids)
        action = f"Accepting leases {list(lease_ids)} of job {job_id}"
        return await self._batch(action, lambda model: model.accept(self.address, job_id, wanted))

    async def accept_late(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """Accept leases whose window is over; anyone may. Returns what was refused."""
        wanted = sorted(lease_ids)
        action = f"Accepting leases {list(lease_ids)} of job {job_id} late"
        return await self._batch(action, lambda model: model.accept_late(self.address, job_id, wanted))

    async def name_verifiers(self, lease_id: LeaseId) -> None:
        """As the requester, name verifiers of a lease that was taken unjudged."""

        def name(model: Model) -> None:
            lease = model.lease(lease_id)
            need(lease, "lease in another state")
            assert lease
            job = model.job(lease.job)
            named = model.willing_verifiers(model.asked(job, lease.count, job.requester), lease.worker)
            model.name_verifiers(self.address, lease_id, named)

        await self._do(f"Naming verifiers of lease {lease_id}", name)

    async def challenge_pixels(self, lease_id: LeaseId, leaves: Sequence[int]) -> None:
        """As the requester, pay a bond and have 1 to 8 leaves audited."""
        wanted = list(leaves)
        action = f"Challenging leaves {wanted} of lease {lease_id}"
        await self._do(action, lambda model: model.challenge_pixels(self.address, lease_id, wanted))

    async def challenge_delivery(self, lease_id: LeaseId) -> None:
        """As the requester, pay a bond and have a committee fetch the results."""
        action = f"Challenging the delivery of lease {lease_id}"
        await self._do(action, lambda model: model.challenge_delivery(self.address, lease_id))

    async def created(self, from_block: int) -> list[JobCreated]:
        """The jobs that this account created since a block."""
        return [one for one in await self._past(JobCreated, from_block) if one.requester == self.address]

    async def kept_job(self, job_id: JobId) -> JobInfo | None:
        """A job's state; None where the board does not keep it."""
        return await self._ask(f"Reading job {job_id}", lambda model: view.kept_job(model, job_id))

    async def told_of(self, job_id: JobId, from_block: int, kinds: Sequence[type] = ()) -> list[BoardEvent]:
        """What the board told of a job since a block, in order: of these kinds of events, or of all."""
        found = await self._past(object, from_block)
        of_job = [cast(BoardEvent, one) for one in found if getattr(one, "job_id", None) == job_id]
        return [one for one in of_job if not kinds or isinstance(one, tuple(kinds))]

    async def block_time_s(self, block: int) -> int:
        """When a block was made."""
        return await self._ask("Reading a block", lambda _: self._network.time_of(block))

    async def candidates(self, from_block: int) -> list[Candidate]:
        """The network's workers."""
        return await self._ask("Reading workers", view.candidates)

    async def challenge_bond_fri(self, lease_id: LeaseId, *, pixels: bool) -> int:
        """What a challenge takes until one is right."""

        action = f"Asking for the bond of lease {lease_id}"
        if (await self.lease(lease_id)).state is not LeaseState.SUBMITTED:
            raise contract_error(action, LeaseInOtherState.code)

        def bond_fri(model: Model) -> int:
            lease = model.lease(lease_id)
            assert lease
            return model.challenge_bond_fri(model.job(lease.job), lease, pixels)

        return await self._ask(action, bond_fri)

    async def told_of_draws(self, from_block: int) -> list[BoardEvent]:
        """The claims, submissions and first draws since a block, of all jobs."""
        claimed = await self._past(LeaseClaimed, from_block)
        submitted = await self._past(ResultSubmitted, from_block)
        return [*claimed, *submitted, *(await self._past(LeaseDrawn, from_block))]

    async def challenged(self, from_block: int) -> list[LeaseChallenged]:
        """What requesters doubted since a block, of all jobs."""
        return await self._past(LeaseChallenged, from_block)

    async def claim_lease(self, job_id: JobId, slot: int, most: int = 0) -> LeaseId:
        """Take the range that the board chooses into a free slot, or at most so many tasks of it."""
        worker = await self.worker_id()

        def claim(model: Model) -> LeaseId:
            verifiers = model.named_for(job_id, worker)
            return model.claim_lease(self.address, job_id, worker, slot, most, verifiers)

        action = f"Claiming a lease of job {job_id}"
        return await self._do(action, claim)

    async def submit(self, lease_id: LeaseId, count: int, result: LeaseResult) -> None:
        """Post the result of a lease's first ``count`` tasks; the others are given back."""
        action = f"Submitting lease {lease_id}"
        await self._do(action, lambda model: model.submit(self.address, lease_id, count, result))

    async def expire(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """End claimed leases that timed out; anyone may. Returns what was refused."""
        wanted = list(lease_ids)
        action = f"Expiring leases {wanted} of job {job_id}"
        return await self._batch(action, lambda model: model.expire(self.address, job_id, wanted))

    async def give_back(self, lease_id: LeaseId, reason: str) -> None:
        """As the worker, return a lease before submitting."""
        said = reason[:MAX_REASON]
        action = f"Giving back lease {lease_id}"
        await self._do(action, lambda model: model.give_back(self.address, lease_id, said))

    async def open_leases(self) -> list[LeaseId]:
        """The leases that this account's worker holds now, claimed or submitted."""
        return await self.leases_of(await self.worker_id())


async def no_others() -> list[MemoryChain]:
    """What a process that works on one board finds where it looks for more."""
    return []
