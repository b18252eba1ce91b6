"""A worker that is gone in the middle of an audit loses nothing while its watchtower stands by."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from renderchain.core.audit.events import AuditClosed, AuditEvent, LeaseDrawn, VotesDrawn, VotesSealed
from renderchain.core.audit.state import AuditKind, DrawOutcome, Verdict
from renderchain.core.board_events import LeaseAccepted, ResultSubmitted
from renderchain.core.errors import NodeAway, SettingsError
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.audits import AuditHindered, LeavesOpened, ResultsRevealed
from renderchain.core.notices.conditions import PartFailed, WaitEnded, WaitingFor
from renderchain.core.notices.watching import (
    AnswerDue,
    AnsweredAlready,
    ContentLost,
    ContentProvided,
    EvidenceLost,
    OverdueAccepted,
    WatchStarted,
)

from devkit.fakes.tower import Tower
from devkit.fakes.wire import PowerCut, Wire
from tests.unit.app.audit.network import PAY_FRI, SHORT, Network

ACCEPTED = (AuditKind.PIXELS, Verdict.ACCEPTED)


@pytest.fixture
def network(disk: Path) -> Network:
    return Network(disk, blocks=6)


def verdicts(network: Network) -> list[tuple[AuditKind, Verdict]]:
    return [(one.kind, one.verdict) for one in network.told(AuditClosed)]


async def heard(network: Network, kind: type[object], count: int = 1) -> None:
    """Wait until the board has told so many."""
    while len(network.told(kind)) < count:
        await asyncio.sleep(1)


async def settled(network: Network) -> None:
    while await network.worker.chain.open_leases():
        await asyncio.sleep(10)
    await asyncio.sleep(30)


async def worker_dies_after(network: Network, kind: type[object]) -> None:
    """Submit a job of one lease and work at it until the board tells that."""
    await network.open()
    await network.artist.submit(2, SHORT)
    async with network.working(network.worker):
        await heard(network, kind)


def live_beside_everybody(network: Network, tower: Tower) -> None:
    """A job with which nothing is wrong, and a while after it."""

    async def life() -> None:
        await network.open()
        job = await network.artist.submit(2, SHORT)
        async with network.working(), tower.watching():
            report = await network.artist.watching(job)
            await asyncio.sleep(100)
        assert report.paid_fri == PAY_FRI
        await network.check_honest()

    network.world.live(life())


@pytest.mark.parametrize("step", [ResultSubmitted, LeaseDrawn, VotesDrawn])
def test_a_worker_that_is_gone_before_the_votes_is_answered_for_and_paid(
    network: Network, step: type[object]
) -> None:
    tower = Tower(network.worker)

    async def life() -> None:
        await worker_dies_after(network, step)
        async with network.working(*network.verifiers), tower.watching():
            await settled(network)  # nobody watches the job: the window has to pass
        await network.check_honest()
        assert await network.changes(network.worker) == (0, PAY_FRI)

    network.world.live(life())
    assert verdicts(network) == [ACCEPTED]
    assert tower.sent.count("open_leaves") == 1 and len(tower.reporter.heard(LeavesOpened)) == 1
    assert len(tower.reporter.heard(OverdueAccepted)) == 1 and not tower.reporter.heard(AuditHindered)


@pytest.mark.parametrize("step", [VotesSealed, AuditClosed])
def test_a_worker_that_is_gone_later_is_answered_for_all_the_same(
    network: Network, step: type[object]
) -> None:
    tower = Tower(network.worker)

    async def life() -> None:
        await network.open()
        await network.artist.submit(2, SHORT)
        async with network.working(*network.verifiers):
            async with network.working(network.worker):
                await heard(network, step)
            async with tower.watching():
                await settled(network)
        await network.check_honest()

    network.world.live(life())
    assert verdicts(network) == [ACCEPTED]


def test_a_living_worker_answers_first_and_no_gas_is_paid_twice(network: Network) -> None:
    tower = Tower(network.worker, patience_s=60)

    live_beside_everybody(network, tower)
    assert verdicts(network) == [ACCEPTED] and tower.sent == []
    assert [one.lease_count for one in tower.reporter.heard(WatchStarted)] == [0]


def test_both_may_answer_in_one_block(network: Network) -> None:
    tower = Tower(network.worker, patience_s=0)

    live_beside_everybody(network, tower)
    assert verdicts(network) == [ACCEPTED]
    assert tower.reporter.heard(AnsweredAlready) and not tower.reporter.heard(AuditHindered)


def test_events_that_come_late_and_twice_change_nothing(network: Network) -> None:
    tower, wire = Tower(network.worker), Wire(late_s=lambda number: 25.0 * (number % 3))
    wire.retell_after = {2, 5}

    async def life() -> None:
        await worker_dies_after(network, ResultSubmitted)
        async with network.working(*network.verifiers), tower.watching(wire):
            await settled(network)
        await network.check_honest()

    network.world.live(life())
    assert verdicts(network) == [ACCEPTED] and tower.sent.count("open_leaves") == 1
    assert wire.retell_after == set(), "events were not told again"


def test_a_clock_that_is_behind_makes_no_answer_late(network: Network) -> None:
    tower = Tower(network.worker)
    tower.clock_off_s = -100_000

    async def life() -> None:
        await worker_dies_after(network, VotesDrawn)
        async with network.working(*network.verifiers), tower.watching():
            await heard(network, AuditClosed)

    network.world.live(life())
    assert verdicts(network) == [ACCEPTED]
    due = tower.reporter.heard(AnswerDue)
    assert due and all(one.waited_s < 2 * tower.patience_s for one in due)


def test_two_audits_at_once_are_both_answered(network: Network) -> None:
    tower = Tower(network.worker)

    async def life() -> None:
        await network.open()
        await network.artist.submit(4, SHORT)
        async with network.working(network.worker):
            await heard(network, ResultSubmitted, 2)
        async with network.working(*network.verifiers), tower.watching():
            await settled(network)
        await network.check_honest()

    network.world.live(life())
    assert verdicts(network) == [ACCEPTED] * 2
    assert len({one.lease_id for one in tower.reporter.heard(LeavesOpened)}) == 2


def test_a_lease_without_evidence_is_said_and_does_not_stop_the_other(network: Network) -> None:
    tower = Tower(network.worker)

    async def life() -> None:
        await network.open()
        await network.artist.submit(4, SHORT)
        async with network.working(network.worker):
            await heard(network, ResultSubmitted, 2)
        lost = network.told(ResultSubmitted)[0].lease_id
        for path in tower.evidence.glob(f"{lost}.*"):
            path.unlink()
        async with network.working(*network.verifiers), tower.watching():
            await settled(network)
        assert {one.lease_id for one in tower.reporter.heard(EvidenceLost)} == {lost}
        assert {one.lease_id for one in tower.reporter.heard(LeavesOpened)} != {lost}

    network.world.live(life())
    assert sorted(verdicts(network)) == sorted([ACCEPTED, (AuditKind.PIXELS, Verdict.REJECTED)])


def test_evidence_that_comes_late_is_found(network: Network) -> None:
    tower = Tower(network.worker)
    tower.evidence = network.world.folder / "copy"

    async def life() -> None:
        await worker_dies_after(network, VotesDrawn)
        async with network.working(*network.verifiers), tower.watching():
            await heard(network, VotesSealed)
            await asyncio.sleep(60)
            shutil.copytree(network.worker.folder / "evidence", tower.evidence)
            await settled(network)
        await network.check_honest()

    network.world.live(life())
    assert verdicts(network) == [ACCEPTED] and tower.reporter.heard(EvidenceLost)


@pytest.mark.parametrize("lost", [False, True])
def test_a_delivery_in_doubt_is_answered_with_key_and_results(network: Network, lost: bool) -> None:
    tower = Tower(network.worker)

    async def life() -> None:
        await network.open()
        await network.artist.submit(2, SHORT)
        async with network.working():
            await heard(network, AuditClosed)
        (closed,) = network.told(AuditClosed)
        result = await network.worker.chain.submitted(closed.lease_id, 0)
        assert result
        if lost:
            network.world.store.lose(result.results_cid)
        await network.artist.requester().challenge(closed.lease_id, [])
        async with tower.watching():
            await heard(network, VotesDrawn, 2)
            async with network.working(*network.verifiers):
                await settled(network)
        await network.check_honest()

    network.world.live(life())
    assert verdicts(network) == [ACCEPTED, (AuditKind.DELIVERY, Verdict.ACCEPTED)]
    assert len(tower.reporter.heard(ResultsRevealed)) == 1
    assert len(tower.reporter.heard(ContentProvided)) == int(lost)


@pytest.mark.parametrize("copy", ["none", "not complete"])
def test_what_can_not_be_pinned_again_is_said_once(network: Network, copy: str) -> None:
    tower = Tower(network.worker)

    async def life() -> None:
        await worker_dies_after(network, ResultSubmitted)
        (submitted,) = network.told(ResultSubmitted)
        cid = submitted.result.results_cid
        network.world.store.lose(cid)
        kept = tower.evidence / "content" / cid
        if copy == "none":
            shutil.rmtree(kept)
        else:
            (kept / "1").unlink()
        async with network.working(*network.verifiers), tower.watching():
            await heard(network, AuditClosed)
        (lacking,) = tower.reporter.heard(ContentLost)
        assert lacking.cid == cid
        assert cid not in network.world.store.pinned

    network.world.live(life())
    assert not tower.reporter.heard(ContentProvided)


@pytest.mark.parametrize("how", ["operator", "owner"])
def test_a_key_of_the_worker_has_no_business_with_a_watchtower(network: Network, how: str) -> None:
    tower = Tower(network.worker)
    tower.known = frozenset({getattr(network.worker, "address" if how == "operator" else "owner")})

    async def life() -> None:
        await network.open()
        async with tower.watching():
            await asyncio.sleep(10)

    with pytest.raises(SettingsError, match=f"{how} of worker .*never needs it"):
        network.world.live(life())


class Outage(Wire):
    """A wire over which the node is away for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False

    def check(self, where: str) -> None:
        if self.is_away:
            raise NodeAway("The node is away.")


def test_a_node_that_is_away_for_a_while_is_waited_for_and_told_once(network: Network) -> None:
    tower, wire = Tower(network.worker), Outage()

    async def life() -> None:
        await worker_dies_after(network, VotesDrawn)
        async with network.working(*network.verifiers), tower.watching(wire):
            await asyncio.sleep(5)
            wire.is_away = True
            await heard(network, VotesSealed)
            await asyncio.sleep(40)
            wire.is_away = False
            await settled(network)
        await network.check_honest()

    network.world.live(life())
    assert verdicts(network) == [ACCEPTED]
    assert [one.condition for one in tower.reporter.heard(WaitingFor)] == ["the node"]
    assert len(tower.reporter.heard(WaitEnded)) == 1
    assert not tower.reporter.heard(AuditHindered) and not tower.reporter.heard(PartFailed)


def test_a_watchtower_may_be_cut_off_and_started_again_at_any_time(disk: Path) -> None:
    for seconds in range(0, 240, 24):
        network = Network(disk / str(seconds), blocks=6)
        tower = Tower(network.worker)

        async def life(network: Network, tower: Tower, seconds: int) -> None:
            await worker_dies_after(network, VotesDrawn)
            async with network.working(*network.verifiers):
                wire = Wire()
                first = asyncio.create_task(tower.watchtower(wire).run(asyncio.Event()))
                await asyncio.sleep(seconds)
                wire.cut()
                first.cancel()
                (ended,) = await asyncio.gather(first, return_exceptions=True)
                assert isinstance(ended, asyncio.CancelledError | PowerCut)
                async with tower.watching():
                    await settled(network)
            await network.check_honest()

        network.world.live(life(network, tower, seconds))
        assert verdicts(network) == [ACCEPTED], seconds
        assert len(tower.reporter.heard(LeavesOpened)) <= 1


@pytest.mark.parametrize("delay_s", [0, 30])
def test_the_block_of_each_step_may_be_dropped(disk: Path, delay_s: float) -> None:
    for number in range(1, 9):
        network = Network(disk / str(number), verifiers=4, blocks=6)
        tower = Tower(network.worker)

        async def drop(network: Network, number: int) -> None:
            await heard(network, AuditEvent, number + 1)
            event = network.told(AuditEvent)[number]
            await asyncio.sleep(delay_s)
            network.world.network.reorganise(event.block)

        async def life(network: Network, tower: Tower, number: int) -> None:
            await worker_dies_after(network, LeaseDrawn)
            beside = asyncio.create_task(drop(network, number))
            async with network.working(*network.verifiers), tower.watching():
                await beside
                await settled(network)
            await network.check_honest()

        network.world.live(life(network, tower, number))
        assert {one for one in verdicts(network)} == {ACCEPTED}, number


def test_a_watchtower_that_starts_long_after_accepts_what_was_spared(network: Network) -> None:
    tower = Tower(network.worker)
    accepted: list[LeaseAccepted] = []

    async def life() -> None:
        await worker_dies_after(network, ResultSubmitted)
        await asyncio.sleep(5 * SHORT.window_s)
        async with network.working(*network.verifiers), tower.watching():
            await settled(network)
        accepted.extend(network.told(LeaseAccepted))
        (lease_id,) = {one.lease_id for one in accepted}
        lease = await network.worker.chain.lease(lease_id)
        assert lease.state is LeaseState.ACCEPTED and lease.draw_outcome is DrawOutcome.CLEARED

    network.world.live(life())
    assert len(accepted) == 1
