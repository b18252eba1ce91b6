"""What prints say of votes: one that its own contradict is struck, and a rejection counts only if shown."""

from __future__ import annotations

from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.errors import (
    MasksOfOtherLeaves,
    NoMajorityShown,
    ShownVotesDoNotAgree,
    StepIsOver,
    VoteNotContradicted,
    WrongLeafCount,
    WrongPrint,
)
from renderchain.core.audit.state import MEAN, AuditPhase, DrawOutcome, Verdict, Vote, answer_of
from renderchain.core.lifecycle import LeaseState
from renderchain.ports.audit_chain import Opened, ShownVote

from devkit.audited_lease import AUDIT_TERMS, PHASE_S, AuditBench, AuditedLease
from devkit.made_up_job import FEE_FRI, PAYOUT
from devkit.made_up_pixels import Rendering, contents_of, prints_of
from devkit.parties import Networks
from tests.board.opener import Opener

SAME, MACHINE, OTHER, UNEVEN, LIGHT = (
    Rendering.SAME,
    Rendering.MACHINE,
    Rendering.OTHER,
    Rendering.UNEVEN,
    Rendering.LIGHT,
)
PAY_FRI = 2 * AUDIT_TERMS.reward_fri


async def revealed(opened: Networks[Any], *views: Rendering, **claims: int) -> AuditedLease:
    """An audit in which the verifiers revealed what they saw; ``claims`` are what the first says of it."""
    audited = await (await AuditBench.open(opened)).lease()
    await audited.submit()
    await audited.reveal_all(*views, **claims)
    return audited


async def revealed_of_many(opened: Networks[Any], *views: Rendering, **claims: int) -> AuditedLease:
    """The same of a round of seven that looks at so many leaves that their mean says something."""
    audited = await (await AuditBench.open(opened)).lease()
    await audited.submit()
    await audited.vote(SAME, SAME, SAME)
    await audited.appeal(audited.net.artist, range(8))
    await audited.reveal_all(*views, **claims)
    return audited


async def everything(audited: AuditedLease, seat: int, how: Rendering) -> ShownVote:
    """What a seat revealed, with all its prints."""
    leaves = await audited.leaves()
    return ShownVote(seat, contents_of(leaves, how), prints_of(leaves, how))


async def all_opened(audited: AuditedLease) -> Opened:
    leaves = await audited.leaves()
    prints = tuple(tuple(one) for one in prints_of(leaves, SAME))
    return Opened(tuple(contents_of(leaves)), prints)


async def votes(audited: AuditedLease) -> list[Vote]:
    return [one.vote for one in await audited.verifiers()]


async def stake_fri(audited: AuditedLease) -> int:
    return sum([(await audited.net.artist.worker(number)).seat_stake_fri for number in audited.benched])


def test_a_vote_that_differs_where_its_print_agrees_is_struck(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await revealed(opened, MACHINE, SAME, SAME, differs=1 << 8)
        assert (await audited.audit()).phase is AuditPhase.SHOW
        before_fri, chain = await stake_fri(audited), audited.net.outsider
        (vote,) = await audited.shown([0], MACHINE, 0)
        await chain.strike(audited.lease_id, 0, vote, await audited.opened(0))
        assert before_fri - await stake_fri(audited) == 20 * FEE_FRI
        assert await chain.balance_fri(chain.address) == FEE_FRI
        assert await votes(audited) == [Vote.STRUCK, Vote.COUNTED, Vote.COUNTED]
        with pytest.raises(VoteNotContradicted):
            await chain.strike(audited.lease_id, 0, vote, await audited.opened(0))
        await audited.advance_late()
        assert (await audited.audit()).verdict is Verdict.ACCEPTED

    networks.run(story)


def test_a_vote_that_agrees_where_its_print_does_not_is_struck(networks: Opener) -> None:
    """Who looked at nothing, and follows the worker, has prints of something else."""

    async def story(opened: Networks[Any]) -> None:
        audited = await revealed(opened, OTHER, SAME, SAME, differs=0)
        (vote,) = await audited.shown([0], OTHER, 0)
        await audited.net.worker.strike(audited.lease_id, 0, vote, await audited.opened(0))
        assert await votes(audited) == [Vote.STRUCK, Vote.COUNTED, Vote.COUNTED]

    networks.run(story)


@pytest.mark.parametrize(("how", "mean"), [(UNEVEN, 0), (MACHINE, 1)])
def test_a_vote_is_struck_that_is_wrong_about_the_mean(networks: Opener, how: Rendering, mean: int) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await revealed_of_many(opened, how, *[SAME] * 6, mean=mean)
        vote, answer = await everything(audited, 3, how), await all_opened(audited)
        await audited.net.outsider.strike(audited.lease_id, MEAN, vote, answer)
        assert (await votes(audited))[0] is Vote.STRUCK

    networks.run(story)


def test_of_a_few_leaves_no_mean_is_judged(networks: Opener) -> None:
    """Honest work of another processor may well be off on the mean of one or two."""

    async def story(opened: Networks[Any]) -> None:
        audited = await revealed(opened, UNEVEN, UNEVEN, SAME, mean=1)
        chain, answer = audited.net.outsider, await all_opened(audited)
        with pytest.raises(VoteNotContradicted):
            await chain.strike(audited.lease_id, MEAN, await everything(audited, 1, UNEVEN), answer)
        await chain.strike(audited.lease_id, MEAN, await everything(audited, 0, UNEVEN), answer)
        await audited.advance_late()
        assert (await audited.audit()).verdict is Verdict.ACCEPTED

    networks.run(story)


def test_honest_votes_can_not_be_struck(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await revealed(opened, OTHER, MACHINE, UNEVEN)
        chain, answer = audited.net.outsider, await all_opened(audited)
        for seat, how in enumerate((OTHER, MACHINE, UNEVEN)):
            (vote,) = await audited.shown([seat], how, 0)
            with pytest.raises(VoteNotContradicted, match="nothing has to be done"):
                await chain.strike(audited.lease_id, 0, vote, await audited.opened(0))
            with pytest.raises(VoteNotContradicted):
                await chain.strike(audited.lease_id, MEAN, await everything(audited, seat, how), answer)
        (vote,) = await audited.shown([0], OTHER, 0)
        with pytest.raises(WrongPrint):
            await chain.strike(audited.lease_id, 0, ShownVote(0, vote.contents, answer.prints), answer)
        with pytest.raises(WrongLeafCount):
            await chain.strike(audited.lease_id, 1, vote, await audited.opened(0))
        audited.net.pass_time(PHASE_S)
        with pytest.raises(StepIsOver):
            await chain.strike(audited.lease_id, 0, vote, await audited.opened(0))

    networks.run(story)


def test_where_two_objectors_are_struck_others_decide(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await revealed(opened, MACHINE, MACHINE, SAME, differs=1 << 8, second=1)
        for seat in (0, 1):
            (vote,) = await audited.shown([seat], MACHINE, 0)
            await audited.net.worker.strike(audited.lease_id, 0, vote, await audited.opened(0))
        await audited.advance_late()
        audit = await audited.audit()
        # One of three sealed votes counts: no majority of them, and what was forfeited pays seven more.
        assert (audit.phase, audit.round, audit.verdict) == (AuditPhase.DRAW, 1, Verdict.NONE)
        await audited.draw()
        await audited.vote(*[SAME] * 7)
        await audited.advance_late()
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED

    networks.run(story)


def test_a_rejection_that_nobody_shows_decides_nothing(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await revealed(opened, OTHER, OTHER, SAME)
        await audited.advance_late()
        audit = await audited.audit()
        assert (audit.phase, audit.verdict) == (AuditPhase.APPEAL, Verdict.UNDECIDED)
        before_fri = await stake_fri(audited)
        await audited.advance_late()
        assert (await audited.net.worker.lease(audited.lease_id)).state is LeaseState.REJECTED
        assert await audited.net.artist.balance_fri(PAYOUT) == PAY_FRI // 2
        assert before_fri == await stake_fri(audited), "a scene of chaos judges nobody"

    networks.run(story)


def test_an_undecided_round_may_be_appealed_by_anyone(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await revealed(opened, OTHER, OTHER, SAME)
        await audited.advance_late()
        await audited.appeal(audited.net.outsider)
        await audited.vote(*[SAME] * 7)
        await audited.advance_late()
        assert (await audited.net.worker.lease(audited.lease_id)).draw_outcome is DrawOutcome.CLEARED
        bond_fri = 7 * 2 * FEE_FRI + PAY_FRI // 20
        assert await audited.net.outsider.balance_fri(audited.net.outsider.address) > bond_fri

    networks.run(story)


def test_only_objectors_who_agree_are_shown(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await revealed(opened, OTHER, LIGHT, MACHINE)
        chain, answer, lease_id = audited.net.outsider, await audited.opened(), audited.lease_id
        (other,), (light,) = await audited.shown([0], OTHER, 0), await audited.shown([1], LIGHT, 0)
        (machine,) = await audited.shown([2], MACHINE, 0)
        for wrong in ([other, light], [other, machine], [other, other]):
            with pytest.raises(ShownVotesDoNotAgree):
                await chain.show(lease_id, 0, wrong, answer, by_levels=False)
        for few in ([], [other]):
            with pytest.raises(NoMajorityShown):
                await chain.show(lease_id, 0, few, answer, by_levels=False)
        await audited.advance_late()
        assert (await audited.audit()).verdict is Verdict.UNDECIDED

    networks.run(story)


def test_objectors_with_other_noise_and_the_same_light_are_shown_by_levels(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await revealed(opened, LIGHT, Rendering.NOISE, SAME)
        chain, answer, lease_id = audited.net.outsider, await audited.opened(0), audited.lease_id
        (light,), (noise,) = await audited.shown([0], LIGHT, 0), await audited.shown([1], Rendering.NOISE, 0)
        with pytest.raises(ShownVotesDoNotAgree):
            await chain.show(lease_id, 0, [light, noise], answer, by_levels=False)
        await chain.show(lease_id, 0, [light, noise], answer, by_levels=True)
        await audited.advance_late()
        assert (await audited.audit()).verdict is Verdict.REJECTED

    networks.run(story)


def test_objectors_whose_light_is_the_workers_are_not_shown_by_levels(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await revealed(opened, OTHER, OTHER, SAME)
        votes_ = await audited.shown([0, 1], OTHER, 0)
        with pytest.raises(ShownVotesDoNotAgree):
            await audited.net.outsider.show(
                audited.lease_id, 0, votes_, await audited.opened(0), by_levels=True
            )

    networks.run(story)


def test_a_rejection_by_the_mean_is_shown_in_pieces(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await revealed_of_many(opened, *[UNEVEN] * 4, SAME, SAME, SAME)
        chain, answer = audited.net.outsider, await all_opened(audited)
        for more in (4, 5, 6):
            vote = [await everything(audited, one, UNEVEN) for one in (3, more)]
            await chain.show(audited.lease_id, MEAN, vote, answer, by_levels=False)
            assert (await audited.audit()).proved == (more == 6)
        await audited.advance_late()
        assert (await audited.audit()).verdict is Verdict.REJECTED
        await audited.advance_late()
        assert await chain.balance_fri(chain.address) == 2 * FEE_FRI, "whoever made the majority hold"

    networks.run(story)


def test_a_strike_after_the_showing_is_counted_anew(networks: Opener) -> None:
    """Four of seven differ and agree with each other, but one of them says nothing of the mean."""

    async def story(opened: Networks[Any]) -> None:
        audited = await revealed_of_many(opened, *[OTHER] * 4, SAME, SAME, SAME, mean=0)
        votes_ = await audited.shown([3, 4, 5, 6], OTHER, 0)
        await audited.net.outsider.show(audited.lease_id, 0, votes_, await audited.opened(), by_levels=False)
        assert (await audited.audit()).proved
        vote, answer = await everything(audited, 3, OTHER), await all_opened(audited)
        await audited.net.worker.strike(audited.lease_id, MEAN, vote, answer)
        await audited.advance_late()
        # Three object, three agree: no leaf on which more than half differ.
        assert (await audited.audit()).verdict is Verdict.ACCEPTED

    networks.run(story)


def test_a_vote_differs_only_where_its_digests_do(networks: Opener) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        await audited.submit()
        with pytest.raises(MasksOfOtherLeaves, match="Only leaves with other digests"):
            await audited.reveal_all(OTHER, SAME, SAME, differs=1 << 9)

    networks.run(story)


def test_what_is_shown_in_a_round_without_a_verdict_does_not_judge_by_the_earlier_one(
    networks: Opener,
) -> None:
    """The last round lacks a majority, so nothing stands; only its silent votes lose."""

    async def story(opened: Networks[Any]) -> None:
        audited = await (await AuditBench.open(opened)).lease()
        worker = audited.net.worker
        await audited.submit()
        await audited.vote(OTHER, OTHER, OTHER)
        await audited.appeal(worker)
        await audited.vote(*[OTHER] * 7)
        await audited.appeal(worker)
        before_fri = await stake_fri(audited)
        leaves = await audited.leaves()
        await audited.seal([answer_of(hash_many, contents_of(leaves, OTHER))] * 15)
        await audited.open()
        seats = [one.seat for one in (await audited.verifiers())[:7]]  # eight of fifteen are silent
        for seat in seats:
            await audited.reveal_one(seat, OTHER)
        await audited.advance_late()
        fresh = len(leaves) - 1  # of this round alone
        votes_ = await audited.shown(seats, OTHER, fresh)
        await worker.show(audited.lease_id, fresh, votes_, await audited.opened(), by_levels=False)
        await audited.advance_late()
        audit = await audited.audit()
        assert (audit.phase, audit.verdict, audit.decided) == (AuditPhase.OVER, Verdict.UNDECIDED, 1)
        assert before_fri - await stake_fri(audited) == 8 * 20 * 2 * FEE_FRI, "of the silent alone"

    networks.run(story)
