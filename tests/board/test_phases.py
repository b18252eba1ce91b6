"""In each phase of an audit, before and after its steps, just that may be done which the table says."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest
from renderchain.adapters.poseidon import hash_many
from renderchain.core.audit.errors import (
    AuditInOtherPhase,
    NoDrawToRaise,
    NothingToDraw,
    StepIsOver,
    StepNotOverdue,
)
from renderchain.core.audit.phases import Act, is_allowed, steps_of
from renderchain.core.audit.state import AuditPhase, Vote, answer_of
from renderchain.core.contract_errors import ContractError
from renderchain.ports.audit_chain import Opened, Reveal, ShownVote

from devkit.audited_lease import AUDIT_TERMS, PHASE_S, AuditBench, AuditedLease
from devkit.made_up_job import FEE_FRI
from devkit.made_up_pixels import Rendering, contents_of
from devkit.parties import Networks
from tests.board.opener import Opener

SAME, MACHINE, *_ = Rendering
TERMS = replace(AUDIT_TERMS, second_look=True, audit_pool_fri=17 * FEE_FRI)
OUT_OF_TURN = (AuditInOtherPhase, NoDrawToRaise, NothingToDraw, StepIsOver, StepNotOverdue)
PHASES = [phase for phase in AuditPhase if phase is not AuditPhase.NONE]


async def reach(bench: AuditBench[Any], phase: AuditPhase) -> AuditedLease:
    """A lease whose audit waits for that."""
    audited = await bench.lease(terms=TERMS)
    if phase is AuditPhase.DRAW:
        await audited.let_audit(False)
    await audited.submit()
    if phase in (AuditPhase.DRAW, AuditPhase.COMMIT):
        return audited
    leaves = await audited.leaves()
    answer, other = [answer_of(hash_many, contents_of(leaves, how)) for how in (SAME, MACHINE)]
    await audited.seal([answer, answer, other])
    if phase is AuditPhase.OPEN:
        return audited
    await audited.open()
    seats = await audited.verifiers()
    await audited.reveal_seat(seats[0], answer)
    if phase is AuditPhase.REVEAL:
        return audited
    await audited.reveal_seat(seats[1], answer)
    await audited.reveal_one(2, MACHINE)
    if phase is AuditPhase.SHOW:
        return audited
    await audited.advance_late()
    if phase is AuditPhase.APPEAL:
        return audited
    await audited.advance_late()
    if phase is AuditPhase.LOOK:
        return audited
    await finish(audited)
    if phase is AuditPhase.KEY:
        await audited.net.artist.challenge_delivery(audited.lease_id)
    return audited


async def finish(audited: AuditedLease) -> None:
    """From the block that decides about a second look to the end."""
    await audited.draw()
    if (await audited.audit()).phase is AuditPhase.DRAW:
        await audited.draw()
        await audited.vote(*[SAME] * 7)
        await audited.advance_late()


def tries(audited: AuditedLease) -> dict[Act, Coroutine[Any, Any, Any]]:
    """Every act of an audit with something wrong about it, so that it is refused even in its phase."""
    chain, lease, wrong = audited.net.outsider, audited.lease_id, Reveal(audited.lease_id, 2, 1, 1)
    vote, answer, result = ShownVote(2, [], []), Opened((), ()), audited.pixels.result
    return {
        Act.REVEAL_KEY: chain.reveal_key(lease, result, bytes(32)),
        Act.DRAW: chain.draw(audited.job_id, [lease]),
        Act.COMMIT: chain.commit([(lease, 2, 1)]),
        Act.DECLINE: chain.decline(lease, 2, Vote.BUSY),
        Act.OPEN: chain.open_leaves(lease, 1, result, [], [], []),
        Act.REVEAL: chain.reveal([wrong]),
        Act.REVEAL_PRINTS: chain.reveal_prints(wrong, [], [], [], differs=0, mean=False),
        Act.STRIKE: chain.strike(lease, 0, vote, answer),
        Act.SHOW: chain.show(lease, 0, [vote], answer, by_levels=False),
        Act.RAISE: chain.raise_fee(lease, 16),
        Act.APPEAL: chain.appeal(lease, [2**23]),
        Act.ADVANCE: chain.advance(audited.job_id, [lease]),
    }


@pytest.mark.parametrize("phase", PHASES, ids=[one.name for one in PHASES])
def test_each_phase_takes_what_the_table_says(networks: Opener, phase: AuditPhase) -> None:
    async def story(opened: Networks[Any]) -> None:
        audited = await reach(await AuditBench.open(opened), phase)
        before = await audited.audit()
        assert before.phase is phase
        await check(audited, phase, over=False)
        assert await audited.audit() == before, "nothing of it was done"
        audited.net.pass_time(steps_of(phase) * PHASE_S)
        await check(audited, phase, over=True)

    networks.run(story)


async def check(audited: AuditedLease, phase: AuditPhase, *, over: bool) -> None:
    """What ends the phase comes last."""
    moves = {Act.ADVANCE} | ({Act.DRAW} if over else set())
    last = Act.DRAW if phase is AuditPhase.LOOK else Act.ADVANCE
    for act, call in sorted(tries(audited).items(), key=lambda one: (one[0] in moves, one[0] is last)):
        still = (await audited.audit()).phase is phase
        if not still:
            call.close()
            continue
        refusal = await refusal_of(call)
        allowed = is_allowed(phase, act, over=over)
        assert allowed != isinstance(refusal, OUT_OF_TURN), f"{act}: {refusal}"
        assert refusal or act in moves, f"{act} was done"


async def refusal_of(call: Coroutine[Any, Any, Any]) -> ContractError | None:
    """None if it was done."""
    try:
        await call
    except ContractError as refused:
        return refused
    return None
