"""Steps of audits that the artist's client ends, as nobody else may ever do so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from renderchain.app.requester.overdue_audits import (
    AGAIN_S,
    AT_REST,
    PATIENCE,
    PATIENCE_BLOCKS,
    PATIENCE_S,
    OverdueAudits,
)
from renderchain.core.audit.draw import DRAW_AFTER, READABLE_AFTER
from renderchain.core.audit.events import AuditClosed, LeaseDrawn, VotesDrawn
from renderchain.core.audit.phases import Act, is_allowed, steps_of
from renderchain.core.audit.state import NO_AUDIT, AuditKind, AuditPhase, DrawOutcome, Verdict
from renderchain.core.board_events import LeaseEnded, ResultSubmitted
from renderchain.core.contract_errors import LeaseInOtherState
from renderchain.core.errors import NodeAway
from renderchain.core.lifecycle import LeaseState

from devkit.fakes.clock import run
from devkit.fakes.people import OFFER, Artist, Machine
from devkit.fakes.world import PHASE_S, World
from tests.unit.app.bench import JOB, LEASE, UseCaseBench

SINCE_S = 5000
DRAWN = LeaseDrawn(62, JOB, LEASE, 0, DrawOutcome.IN_AUDIT)
CLOSED = AuditClosed(90, JOB, LEASE, AuditKind.PIXELS, Verdict.ACCEPTED)
ADVANCED = ("advance", JOB, [LEASE])
ENDED = [one for one in AuditPhase if is_allowed(one, Act.ADVANCE, over=True)]


class Desk:
    """One lease under audit, which entered a phase at ``SINCE_S``."""

    def __init__(self, disk: Path, phase: AuditPhase) -> None:
        bench = UseCaseBench(disk)
        bench.change_lease(LEASE, DrawOutcome.IN_AUDIT, LeaseState.SUBMITTED)
        self.bench, self.chain, self.now_s = bench, bench.chain, float(SINCE_S)
        block = self.chain.block
        self.chain.audits[LEASE] = replace(NO_AUDIT, phase=phase, since_s=SINCE_S, draw_block=block)
        self.audits = OverdueAudits(self.chain, JOB, lambda: self.now_s)
        self.audits.note(DRAWN)

    def look_at(self, now_s: float) -> list[tuple[object, ...]]:
        """What is sent when it is looked at then."""
        self.now_s = now_s
        run(self.audits.look())
        sent, self.chain.sent = self.chain.sent, []
        return sent


def patience_s(desk: Desk, phase: AuditPhase) -> float:
    return PATIENCE_S if phase is AuditPhase.KEY else desk.chain.step_s / PATIENCE


@pytest.mark.parametrize("phase", ENDED)
def test_each_step_that_is_over_is_ended_after_others_had_time_to(disk: Path, phase: AuditPhase) -> None:
    desk = Desk(disk, phase)
    over_s = SINCE_S + steps_of(phase) * desk.chain.step_s + patience_s(desk, phase)
    assert desk.look_at(over_s - 1) == []
    assert desk.look_at(over_s + AGAIN_S) == [ADVANCED]
    assert desk.chain.company_until_s["advance"] == 0.0, "others' money waits, so it goes by itself"


@pytest.mark.parametrize("phase", AT_REST)
def test_nothing_ends_where_there_is_no_step(disk: Path, phase: AuditPhase) -> None:
    desk = Desk(disk, phase)
    desk.chain.audits[LEASE] = replace(desk.chain.audits[LEASE], draw_block=10**9)
    assert desk.look_at(SINCE_S + 10**6) == []


@pytest.mark.parametrize("phase", [AuditPhase.DRAW, AuditPhase.LOOK])
def test_votes_are_drawn_that_nobody_draws(disk: Path, phase: AuditPhase) -> None:
    desk = Desk(disk, phase)
    assert desk.look_at(SINCE_S) == []
    desk.chain.block += DRAW_AFTER + READABLE_AFTER + PATIENCE_BLOCKS
    assert desk.look_at(SINCE_S + AGAIN_S) == [("draw", JOB, [LEASE])]


def test_what_chance_spared_or_is_over_is_not_looked_at(disk: Path) -> None:
    desk = Desk(disk, AuditPhase.KEY)
    ends = (CLOSED, LeaseEnded(90, JOB, LEASE, LeaseState.REJECTED, reopened=False))
    for event in ends:
        desk.audits.note(DRAWN)
        desk.audits.note(event)
        desk.audits.note(LeaseDrawn(91, JOB, LEASE, 0, DrawOutcome.PASSED))
        assert desk.look_at(SINCE_S + 10**6) == []
    desk.audits.note(DRAWN)
    desk.audits.forget()
    assert desk.look_at(SINCE_S + 10**6) == []


def test_a_node_that_is_behind_is_asked_again(disk: Path) -> None:
    desk = Desk(disk, AuditPhase.KEY)
    desk.bench.change_lease(LEASE, DrawOutcome.PASSED, LeaseState.SUBMITTED)
    late_s = SINCE_S + 10**6
    assert desk.look_at(late_s) == []
    desk.bench.change_lease(LEASE, DrawOutcome.IN_AUDIT, LeaseState.SUBMITTED)
    assert desk.look_at(late_s + AGAIN_S - 1) == []
    assert desk.look_at(late_s + AGAIN_S) == [ADVANCED]


def test_what_hinders_one_is_told_and_tried_again(disk: Path) -> None:
    desk = Desk(disk, AuditPhase.KEY)
    late_s = SINCE_S + 10**6
    desk.chain.fail("advance", NodeAway("away"), LeaseInOtherState("Advancing"))
    with pytest.raises(NodeAway):
        desk.look_at(late_s)
    assert desk.look_at(late_s + 60) == [], "somebody was faster"
    desk.audits.note(VotesDrawn(90, JOB, LEASE, 0, AuditKind.PIXELS, 1, 0, ()))
    assert desk.look_at(late_s + 61) == [ADVANCED]


def test_a_worker_that_keeps_its_key_to_itself_loses_though_nobody_else_is_there(
    world: World, artist: Artist, machine: Machine
) -> None:
    """Nobody is drawn before the key is told: bond and pay stayed on the board for good."""
    short = replace(OFFER, longest_lease=1, window_s=300, lease_timeout_s=1000)

    async def life() -> None:
        watching = artist.watching(await artist.submit(1, short))
        async with machine.working():
            while not artist.frames():
                await asyncio.sleep(10)
        (submitted,) = world.network.told(ResultSubmitted)
        await asyncio.sleep(200)  # the artist draws, and chance spares it
        await artist.chain.challenge_delivery(submitted.lease_id)
        await asyncio.sleep(3 * PHASE_S)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    world.live(life())
    assert [one.state for one in world.network.told(LeaseEnded)] == [LeaseState.REJECTED]
