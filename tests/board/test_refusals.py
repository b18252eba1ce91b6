"""What both networks refuse, in the same words, and that a refusal changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.errors import (
    AuditInOtherPhase,
    ChallengeWindowOver,
    DrawComesFirst,
    DrawIsAhead,
    LeafNotUnderRoot,
    LeaseIsInAudit,
    MasksOfOtherLeaves,
    NoSuchSeatInRound,
    NotThatVerifier,
    NotTheOpenedAnswer,
    NotTheSealedVote,
    NotTheSubmittedResult,
    OpenedForAnotherDraw,
    SeatHasVoted,
    StepIsOver,
    TooMuchWithoutVerifiers,
    WrongLeafCount,
    WrongPrint,
)
from renderchain.core.audit.state import FIRST_DRAWN, Vote, answer_of
from renderchain.core.contract_errors import (
    BatchSize,
    DeadlineNotReached,
    EmptyResult,
    GivenBackWithoutReason,
    JobIsOver,
    JobNotExpired,
    JobWithoutTasks,
    LeaseInOtherState,
    LeaseOfAnotherJob,
    NeitherOwnerNorOperator,
    NoSuchSlot,
    NothingImproved,
    NothingToClaim,
    NothingToUnstake,
    NothingToWithdraw,
    NotLeaseOperator,
    NotScheduler,
    NotWorkerOwner,
    OperatorAlreadyRegistered,
    PoolTooSmall,
    SchedulerFirst,
    SlotTaken,
    StakeBelowMinimum,
    StakeCoolingDown,
    StakeNotFree,
    TimeoutTooLong,
    TimeoutTooShort,
    TooManyLeaves,
    UnknownJob,
    UnknownWorker,
    VoteFeeTooHigh,
    WorkerDoesNotOffer,
    WrongTaskCount,
)
from renderchain.core.errors import ChainError, InsufficientFunds
from renderchain.core.ids import WorkerId
from renderchain.core.job import LeaseResult, Place, StandingOffer
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.registry_errors import (
    NoSeatStakeGiven,
    NoSeatsToChange,
    NotNamedOperator,
    SeatsChangedAlready,
    StakeBelowSeats,
)
from renderchain.ports.audit_chain import Reveal

from devkit.audited_lease import NONCE, PHASE_S, AuditBench
from devkit.made_up_job import FAMILY, PAYOUT, RULES, TERMS
from devkit.made_up_pixels import Rendering, contents_of, prints_of
from devkit.parties import Networks
from tests.board.opener import Opener

RESULT = LeaseResult(123, 4, 5, 6)


def test_jobs_that_are_not_created(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        artist = (await opened.network(RULES)).artist
        wrong = {
            JobWithoutTasks: replace(TERMS, tasks=0),
            TimeoutTooLong: replace(TERMS, window_s=RULES.window_s + 1),
            TimeoutTooShort: replace(
                TERMS,
                scheduler=artist.address,
                scheduler_grace_s=1,
                lease_timeout_s=RULES.least_assigned_s - 1,
            ),
            TooManyLeaves: replace(TERMS, tasks=2**17, longest_lease=2**17, tiles=2**15 - 1),
            PoolTooSmall: replace(TERMS, audit_pool_fri=1),
        }
        # One leaf is drawn of a lease of two tasks.
        most_fri = min(RULES.seat_unit_fri // 60, 2 * TERMS.reward_fri // 15)
        dear = replace(TERMS, audit_tile_fri=1, audit_fee_fri=most_fri, audit_pool_fri=10**18)
        with pytest.raises(VoteFeeTooHigh, match="let leases be longer or pay more a frame"):
            await artist.create_job(dear)
        for reason, terms in wrong.items():
            with pytest.raises(reason, match="Creating the job was refused by the contract"):
                await artist.create_job(terms)
        with pytest.raises(InsufficientFunds, match="Creating the job was refused.*add funds"):
            await artist.create_job(replace(TERMS, reward_fri=10**6 * FRI_PER_STRK))
        with pytest.raises(JobWithoutTasks):
            await artist.create_job(replace(TERMS, tasks=0), intent_name="job")
        with pytest.raises(ChainError, match="refused before under the same name"):
            await artist.create_job(TERMS, intent_name="job")
        job_id = await artist.create_job(TERMS, intent_name="another")
        assert await artist.create_job(TERMS, intent_name="another") == job_id == 1
        assert await artist.recover() == {}
        assert await artist.tokens_fri(artist.board) == TERMS.escrow_fri

    networks.run(story)


def test_jobs_that_are_not_changed(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        job_id = await net.artist.create_job(TERMS)
        with pytest.raises(NothingImproved, match="Extending job 1 "):
            await net.artist.extend(job_id, 0)
        with pytest.raises(NothingImproved, match="Topping up job 1 "):
            await net.artist.top_up(job_id, TERMS.reward_fri, 0)
        with pytest.raises(JobNotExpired, match="Refunding job 1 "):
            await net.outsider.refund(job_id)
        with pytest.raises(UnknownJob, match="Canceling job 7 "):
            await net.artist.cancel(7)
        for slot in (0, 1):
            await net.worker.claim_lease(job_id, slot)
        with pytest.raises(NothingToWithdraw, match=f"Withdrawing for {net.artist.address:#x}"):
            await net.outsider.withdraw([net.artist.address])

    networks.run(story)


def test_claims_that_are_refused(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        job_id = await net.artist.create_job(TERMS)
        with pytest.raises(UnknownWorker, match="Claiming a lease of job 1 "):
            await net.outsider.claim_lease(job_id, 0)
        with pytest.raises(NoSuchSlot):
            await net.worker.claim_lease(job_id, 16)
        with pytest.raises(UnknownJob):
            await net.worker.claim_lease(9, 0)
        await net.worker.claim_lease(job_id, 0)
        with pytest.raises(SlotTaken):
            await net.worker.claim_lease(job_id, 0)
        await net.worker.claim_lease(job_id, 1)
        with pytest.raises(NothingToClaim):
            await net.worker.claim_lease(job_id, 2)
        large = await net.artist.create_job(replace(TERMS, reward_fri=40 * FRI_PER_STRK))
        await net.owner.add_stake(net.worker_id, 100 * FRI_PER_STRK)
        with pytest.raises(TooMuchWithoutVerifiers, match="Nobody judges this lease"):
            await net.worker.claim_lease(large, 2)
        await net.artist.cancel(large)
        with pytest.raises(JobIsOver):
            await net.artist.top_up(large, 50 * FRI_PER_STRK, 0)

    networks.run(story)


def test_leases_whose_state_does_not_allow_it(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        net = bench.net
        job_id = await net.artist.create_job(TERMS)
        lease, open_one = [await bench.claim(job_id, slot) for slot in (0, 1)]
        lease_id, open_id = lease.lease_id, open_one.lease_id
        with pytest.raises(NotLeaseOperator, match=f"Submitting lease {lease_id} "):
            await net.artist.submit(lease_id, 2, RESULT)
        with pytest.raises(EmptyResult):
            await net.worker.submit(lease_id, 2, replace(RESULT, root=0))
        for count in (0, 3):
            with pytest.raises(WrongTaskCount, match="at least one of them"):
                await net.worker.submit(lease_id, count, RESULT)
        with pytest.raises(GivenBackWithoutReason, match="in a short word why"):
            await net.worker.give_back(lease_id, "")
        with pytest.raises(DeadlineNotReached, match="Expiring leases"):
            await net.outsider.expire(job_id, [lease_id])
        await net.worker.submit(lease_id, 2, lease.pixels.result)
        for step in (net.worker.give_back(lease_id, "away"), net.worker.submit(lease_id, 2, RESULT)):
            with pytest.raises(LeaseInOtherState):
                await step
        with pytest.raises(DrawIsAhead):
            await net.outsider.draw(job_id, [lease_id])
        with pytest.raises(DrawComesFirst):
            await net.artist.challenge_delivery(lease_id)
        with pytest.raises(LeaseInOtherState, match=f"Challenging leaves \\[1\\] of lease {open_id} "):
            await net.artist.challenge_pixels(open_id, [1])
        with pytest.raises(BatchSize):
            await net.outsider.draw(job_id, [])
        net.pass_draw_block()
        refused = await net.outsider.draw(job_id, [open_id, lease_id])
        assert [str(one).split(" was refused")[0] for one in refused] == [
            f"Drawing leases {[open_id, lease_id]}: {open_id}"
        ]
        with pytest.raises(LeaseIsInAudit):
            await net.artist.challenge_delivery(lease_id)
        await lease.vote(*[Rendering.SAME] * 3)
        await lease.advance_late()
        with pytest.raises(DeadlineNotReached, match="of job 1 late"):
            await net.outsider.accept_late(job_id, [lease_id])
        other = await net.artist.create_job(TERMS)
        with pytest.raises(LeaseOfAnotherJob):
            await net.artist.accept(other, [lease_id])
        net.pass_time(TERMS.window_s)
        with pytest.raises(ChallengeWindowOver):
            await net.artist.challenge_delivery(lease_id)
        assert await net.outsider.accept_late(job_id, [lease_id]) == []
        await net.worker.give_back(open_id, "away")
        with pytest.raises(NotTheSubmittedResult):
            await net.worker.open_leaves(open_id, 1, RESULT, [], [], [])

    networks.run(story)


def test_a_scheduler_and_its_refusals(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        grace_s = 500
        terms = replace(TERMS, scheduler=net.outsider.address, scheduler_grace_s=grace_s)
        job_id = await net.artist.create_job(terms)
        with pytest.raises(SchedulerFirst):
            await net.worker.claim_lease(job_id, 0)
        with pytest.raises(NotScheduler):
            await net.artist.assign(job_id, [Place(net.worker_id, 0)])
        with pytest.raises(WorkerDoesNotOffer, match="Assigning leases of job 1 "):
            await net.outsider.assign(job_id, [Place(net.worker_id, 0)])
        await net.owner.set_offer(net.worker_id, StandingOffer(1, 10**6, 1, 2**39))
        refused = await net.outsider.assign(
            job_id, [Place(net.worker_id, 1), Place(net.worker_id, 0), Place(WorkerId(9), 0)]
        )
        assert [type(one) for one in refused] == [WorkerDoesNotOffer, NothingToClaim]
        # The range of the refused place is open for those who come later.
        assert [(await net.worker.lease(one)).count for one in await net.worker.open_leases()] == [2]
        net.pass_time(grace_s)
        assert (await net.worker.lease(await net.worker.claim_lease(job_id, 5))).count == 1

    networks.run(story)


def test_workers_that_are_not_changed(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        net = await opened.network(RULES)
        (_, outsider), worker_id = await net.person(4), net.worker_id
        with pytest.raises(OperatorAlreadyRegistered, match="Registering the worker was refused"):
            await outsider.register(net.worker.address, PAYOUT, [FAMILY], FRI_PER_STRK)
        with pytest.raises(StakeBelowMinimum):
            await outsider.register(net.outsider.address, PAYOUT, [FAMILY], 1)
        with pytest.raises(InsufficientFunds):
            await outsider.register(net.outsider.address, PAYOUT, [FAMILY], 10**6 * FRI_PER_STRK)
        for step in (outsider.set_payout(worker_id, 5), outsider.request_unstake(worker_id, 5)):
            with pytest.raises(NotWorkerOwner):
                await step
        with pytest.raises(NeitherOwnerNorOperator):
            await outsider.set_offer(worker_id, StandingOffer(0, 0, 0, 0))
        with pytest.raises(UnknownWorker):
            await outsider.add_stake(9, 5)
        with pytest.raises(NothingToUnstake):
            await net.owner.complete_unstake(worker_id)
        await net.owner.request_unstake(worker_id, FRI_PER_STRK)
        with pytest.raises(StakeCoolingDown):
            await net.owner.complete_unstake(worker_id)
        with pytest.raises(StakeNotFree):
            await net.owner.stake_seats(worker_id, 4 * FRI_PER_STRK + 1)
        with pytest.raises(NoSeatStakeGiven):
            await net.owner.stake_seats(worker_id, 0)
        await net.owner.stake_seats(worker_id, 4 * FRI_PER_STRK)
        with pytest.raises(StakeBelowSeats):
            await net.owner.set_seats(worker_id, FAMILY, 5)
        with pytest.raises(NoSeatsToChange):
            await net.owner.set_seats(worker_id, FAMILY, 0)
        net.pass_time(1, RULES.epoch_blocks - await net.artist.block_number() % RULES.epoch_blocks)
        await net.owner.set_seats(worker_id, FAMILY, 4)
        with pytest.raises(SeatsChangedAlready):
            await net.owner.set_seats(worker_id, FAMILY, 3)
        with pytest.raises(StakeBelowSeats):
            await net.owner.unstake_seats(worker_id, 1)
        await net.owner.set_operator(worker_id, net.outsider.address)
        with pytest.raises(NotNamedOperator):
            await outsider.accept_operator(worker_id)

    networks.run(story)


def test_steps_of_an_audit_that_are_not_as_they_should_be(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        bench = await AuditBench.open(opened)
        worker, audited = bench.net.worker, await bench.lease()
        lease_id, pixels = audited.lease_id, audited.pixels
        with pytest.raises(AuditInOtherPhase):
            await worker.advance(audited.job_id, [lease_id])
        await audited.submit()
        leaves = await audited.leaves()
        same, other = contents_of(leaves), contents_of(leaves, Rendering.OTHER)
        votes = [answer_of(hash_many, contents) for contents in (other, same, same)]
        first, second, third = [audited.benched[one.worker_id] for one in await audited.verifiers()]
        with pytest.raises(NoSuchSeatInRound, match="Sealing votes on leases"):
            await first.commit([(lease_id, 9, 5)])
        with pytest.raises(NotThatVerifier):
            await bench.net.outsider.commit([(lease_id, 0, 5)])
        await audited.seal(votes)
        for late in (first.commit([(lease_id, 0, 5)]), first.decline(lease_id, 0, Vote.BUSY)):
            with pytest.raises(AuditInOtherPhase):
                await late
        seed, (openings, siblings) = await worker.seed(lease_id, 0), pixels.opened(leaves)
        result, mine = pixels.result, prints_of(leaves, Rendering.SAME)
        with pytest.raises(NotTheSubmittedResult, match="Opening the leaves of lease"):
            await worker.open_leaves(lease_id, seed, replace(result, root=7), openings, siblings, mine)
        with pytest.raises(OpenedForAnotherDraw):
            await worker.open_leaves(lease_id, seed + 1, result, openings, siblings, mine)
        with pytest.raises(WrongLeafCount):
            await worker.open_leaves(lease_id, seed, result, openings, siblings[1:], mine)
        with pytest.raises(WrongLeafCount):
            await worker.open_leaves(lease_id, seed, result, openings, siblings, [])
        with pytest.raises(WrongPrint):
            theirs = prints_of(leaves, Rendering.MACHINE)
            await worker.open_leaves(lease_id, seed, result, openings, siblings, theirs)
        salted = [(salt + 1, content) for salt, content in openings]
        with pytest.raises(LeafNotUnderRoot):
            await worker.open_leaves(lease_id, seed, result, salted, siblings, mine)
        await audited.open()
        with pytest.raises(NotTheSealedVote):
            await second.reveal([Reveal(lease_id, 1, NONCE + 1, votes[1])])
        (refused,) = await second.reveal([Reveal(lease_id, 1, NONCE, votes[1])] * 2)
        assert isinstance(refused, SeatHasVoted) and str(refused).startswith("Revealing votes on leases")
        for step in (bench.net.outsider.appeal(lease_id), audited.open()):
            with pytest.raises(AuditInOtherPhase):
                await step
        bench.net.pass_time(PHASE_S)
        with pytest.raises(StepIsOver):
            await third.reveal([Reveal(lease_id, 2, NONCE, votes[2])])

    networks.run(story)


def test_prints_that_are_not_what_was_sealed(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        await audited.submit()
        lease_id, leaves = audited.lease_id, await audited.leaves()
        same, other = contents_of(leaves), contents_of(leaves, Rendering.OTHER)
        votes = [answer_of(hash_many, contents) for contents in (other, same, same)]
        await audited.seal(votes)
        await audited.open()
        chain = audited.benched[(await audited.verifiers())[0].worker_id]
        reveal, prints = Reveal(lease_id, 0, NONCE, votes[0]), prints_of(leaves, Rendering.OTHER)
        position = (await chain.drawn_leaves(lease_id))[0].position
        assert position == FIRST_DRAWN
        machine = prints_of(leaves, Rendering.MACHINE)
        wrong: tuple[tuple[Any, ...], ...] = (
            (NotTheOpenedAnswer, reveal, other, other, prints, 1 << position, False),
            (NotTheSealedVote, reveal, same, same, [], 0, False),
            (NotTheSealedVote, replace(reveal, nonce=NONCE + 1), other, same, prints, 0, False),
            (WrongPrint, reveal, other, same, machine, 1 << position, False),
            (WrongLeafCount, reveal, other, same, [], 1 << position, False),
            (NoSuchSeatInRound, replace(reveal, seat=3), other, same, prints, 0, False),
            (MasksOfOtherLeaves, reveal, other, same, prints, 1 << position + 1, False),
            (MasksOfOtherLeaves, reveal, other, same, prints, 1, True),
        )
        for reason, shown, contents, answer, felts, differs, mean in wrong:
            with pytest.raises(reason, match=f"Showing prints on lease {lease_id} "):
                await chain.reveal_prints(shown, contents, answer, felts, differs=differs, mean=mean)
        assert (await audited.audit()).revealed == 0, "nothing of it was taken"
        await chain.reveal_prints(reveal, other, same, prints, differs=1 << position, mean=True)
        with pytest.raises(SeatHasVoted):
            await chain.reveal_prints(reveal, other, same, prints, differs=1 << position, mean=True)
        equal = Reveal(lease_id, 1, NONCE, votes[1])
        with pytest.raises(MasksOfOtherLeaves, match="the mean only where one has"):
            await chain.reveal_prints(equal, same, same, [], differs=0, mean=True)

    networks.run(story)
