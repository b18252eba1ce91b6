"""The artist's side: jobs created, improved, accepted, canceled, challenged."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ...core.audit.events import LeaseChallenged
from ...core.board_events import BoardEvent, JobCreated
from ...core.candidates import Candidate
from ...core.contract_errors import ContractError, LeaseInOtherState, NothingToWithdraw, contract_error
from ...core.ids import NO_WORKER, JobId, LeaseId
from ...core.job import JobTerms, Place
from ...core.lease_id import split_lease_id
from ...core.lifecycle import LeaseState
from .candidates import read_candidates
from .errors import said
from .market import accepted_prices_fri
from .view import NAMED, StarknetView, ask

NEWEST_JOB = 0  # to the board's assign
NAMED_FOR_ALL = NAMED + 1  # so that a worker that is named itself has four others
log = logging.getLogger(__name__)


class StarknetRequester(StarknetView):
    """The part of StarknetChain that a requester or a scheduler calls."""

    async def recover(self) -> dict[str, JobId]:
        """Finish what an earlier process left, on whichever board; returns the job ids of those that created
        jobs, by intent.
        """
        found = {}
        for name, receipt in await self._sender.recover():
            job_id = self._find_in(receipt, "JobCreated", 1, of_any=True)
            if job_id is not None:
                found[name] = JobId(job_id)
        return found

    async def is_pending(self, intent_name: str) -> bool:
        """Whether a transaction of that name may still happen."""
        return self._sender.is_open(intent_name)

    async def create_job(
        self, terms: JobTerms, intent_name: str = "", *, places: Sequence[Place] = ()
    ) -> JobId:
        """Pay the escrow and create the job in one transaction; returns the job's id.

        With the same intent it is created once, even across crashes. A requester who is the job's
        scheduler may name the places that its first leases are assigned to.
        """
        calls = [self._approval(terms.escrow_fri), self._call("create_job", terms.as_dict())]
        if places:
            named = await self._name_verifiers(terms, NO_WORKER, NAMED_FOR_ALL)
            calls.append(self._call("assign", NEWEST_JOB, _wanted(places), named))
        receipt = await self._sender.send("Creating the job", calls, intent_name=intent_name)
        for refusal in self._refusals("Assigning its first leases", receipt):
            log.warning("%s", refusal)
        return JobId(self._of_event(receipt, "JobCreated", 1))

    async def has_verifiers(self, terms: JobTerms) -> bool:
        """Whether workers could name verifiers for such a job now."""
        strict = replace(terms, takes_unjudged=False)
        return len(await self._name_verifiers(strict, NO_WORKER, NAMED_FOR_ALL)) == NAMED_FOR_ALL

    async def seat_unit_fri(self) -> int:
        """What a verifier's seat takes in stake; a vote's fee is at most a part of it."""
        return int(await ask(self._registry, "seat_unit_fri"))

    async def accepted_prices_fri(self, family: int) -> list[int]:
        """What a frame pays in the family's last jobs of which something was accepted, one a requester."""
        return await accepted_prices_fri(self._stream, await self.block_number(), family)

    async def extend(self, job_id: JobId, more_s: int) -> None:
        """As the requester, let the job last longer."""
        await self._invoke(f"Extending job {job_id}", "extend", job_id, more_s)

    async def top_up(self, job_id: JobId, reward_fri: int, more_pool_fri: int) -> None:
        """As the requester, raise the reward of new leases, add to the audit pool, or both."""
        job = await self.job(job_id)
        unsettled = job.tasks - job.accepted - job.refunded + job.spare_tasks
        cost_fri = max(reward_fri - job.reward_fri, 0) * unsettled + more_pool_fri
        call = self._call("top_up", job_id, reward_fri, more_pool_fri)
        await self._sender.send(f"Topping up job {job_id}", [self._approval(cost_fri), call])

    async def cancel(self, job_id: JobId) -> None:
        """As the requester, take back what nobody holds; it is in the account afterwards."""
        action, call = f"Canceling job {job_id}", self._call("cancel", job_id)
        try:
            await self._sender.send(action, [call, self._call("withdraw", [self.address])])
        except NothingToWithdraw:  # workers hold all frames
            await self._sender.send(action, [call])

    async def refund(self, job_id: JobId) -> None:
        """Refund an expired job to its requester; anyone may."""
        await self._invoke(f"Refunding job {job_id}", "refund", job_id)

    async def assign(self, job_id: JobId, places: Sequence[Place]) -> list[ContractError]:
        """As the job's scheduler, give each place its tasks; returns the refusals."""
        named = await self._name_verifiers(await self.job(job_id), NO_WORKER, NAMED_FOR_ALL)
        action = f"Assigning leases of job {job_id}"
        return await self._batch(action, "assign", job_id, _wanted(places), named)

    async def accept(self, job_id: JobId, lease_ids: Sequence[LeaseId]) -> list[ContractError]:
        """As the requester, accept submitted leases, which pays their workers; returns the refusals."""
        action = f"Accepting leases {list(lease_ids)} of job {job_id}"
        return await self._batch(action, "accept", job_id, sorted(lease_ids))

    async def name_verifiers(self, lease_id: LeaseId) -> None:
        """As the requester, name verifiers of a lease that was taken unjudged; it may be challenged then."""
        lease = await self.lease(lease_id)
        job, (worker_id, *_) = await self.job(lease.job_id), split_lease_id(lease_id)
        named = await self._willing(job, worker_id, NAMED, job.fee_fri(lease.count))
        await self._invoke(f"Naming verifiers of lease {lease_id}", "name_verifiers", lease_id, named)

    async def challenge_pixels(self, lease_id: LeaseId, leaves: Sequence[int]) -> None:
        """As the requester, pay a bond and have leaves audited."""
        action = f"Challenging leaves {list(leaves)} of lease {lease_id}"
        approval = self._approval(await self._bond_fri(action, lease_id, pixels=True))
        await self._invoke(action, "challenge_pixels", lease_id, list(leaves), first=approval)

    async def challenge_delivery(self, lease_id: LeaseId) -> None:
        """As the requester, pay a bond and have verifiers fetch the results."""
        action = f"Challenging the delivery of lease {lease_id}"
        bond_fri = await self._bond_fri(action, lease_id, pixels=False)
        await self._invoke(action, "challenge_delivery", lease_id, first=self._approval(bond_fri))

    async def told_of_draws(self, from_block: int) -> list[BoardEvent]:
        """The claims, submissions and first draws since a block, of all jobs."""
        kinds = ("LeaseClaimed", "ResultSubmitted", "LeaseDrawn")
        return [event for kind in kinds for event in await self._stream.past_of(kind, from_block)]

    async def challenged(self, from_block: int) -> list[LeaseChallenged]:
        """What requesters doubted since a block."""
        found = await self._stream.past_of("LeaseChallenged", from_block)
        return [event for event in found if isinstance(event, LeaseChallenged)]

    async def created(self, from_block: int) -> list[JobCreated]:
        """The jobs that this account created since a block."""
        found = await self._stream.created_by(self.address, from_block)
        return [event for event in found if isinstance(event, JobCreated)]

    async def told_of(self, job_id: JobId, from_block: int, kinds: Sequence[type] = ()) -> list[BoardEvent]:
        """What the board told of a job since a block, in order: of these kinds of events, or of all."""
        return await self._stream.told_of(job_id, from_block, [one.__name__ for one in kinds])

    async def block_time_s(self, block: int) -> int:
        """When a block was made, in seconds since 1970."""
        asked = self._account.client.get_block_with_tx_hashes(block_number=block)
        return int((await said("Reading a block", asked)).timestamp)

    async def candidates(self, from_block: int) -> list[Candidate]:
        """The workers that registered since a block, at most the newest ``MOST_CANDIDATES``."""
        return await read_candidates(self, self._registry, from_block)

    async def challenge_bond_fri(self, lease_id: LeaseId, *, pixels: bool) -> int:
        """What a challenge of pixels, or of the delivery, takes until one is right."""
        return await self._bond_fri(f"Asking for the bond of lease {lease_id}", lease_id, pixels=pixels)

    async def _bond_fri(self, action: str, lease_id: LeaseId, *, pixels: bool) -> int:
        """What a challenge costs; raises LeaseInOtherState, where the board's own answer gives no reason."""
        if LeaseState((await self._ask("lease", lease_id))["state"]) is not LeaseState.SUBMITTED:
            raise contract_error(action, LeaseInOtherState.code)
        return int(await self._ask("bond_to_challenge_fri", lease_id, pixels))


def _wanted(places: Sequence[Place]) -> list[dict[str, Any]]:
    """Places as the board takes them: rising, so that it need not look for doubles."""
    return [vars(place) for place in sorted(places)]
