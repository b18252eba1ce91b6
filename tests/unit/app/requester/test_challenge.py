"""A doubt becomes a challenge of leaves, or of the delivery."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.app.requester.challenge import challenge
from renderchain.core.audit.state import DrawOutcome
from renderchain.core.contract_errors import LeaseInOtherState
from renderchain.core.lifecycle import LeaseState
from renderchain.core.notices.audits import Challenged

from devkit.fakes.clock import run
from tests.unit.app.bench import JOB, LEASE, UseCaseBench


@pytest.fixture
def bench(disk: Path) -> UseCaseBench:
    return UseCaseBench(disk)


@pytest.mark.parametrize("leaves", [[], [3, 1]])
def test_a_challenge_names_leaves_or_doubts_the_delivery(bench: UseCaseBench, leaves: list[int]) -> None:
    run(challenge(bench.chain, bench.reporter, LEASE, leaves))
    sent = ("challenge_pixels", LEASE, leaves) if leaves else ("challenge_delivery", LEASE)
    assert bench.chain.sent == [sent]
    assert bench.reporter.told[-1] == Challenged(LEASE, tuple(leaves))


@pytest.mark.parametrize("leaves", [[], [3, 1]])
def test_a_challenge_that_the_board_refuses_is_not_told_as_made(
    bench: UseCaseBench, leaves: list[int]
) -> None:
    for method in ("challenge_pixels", "challenge_delivery"):
        bench.chain.fail(method, LeaseInOtherState("Challenging"))
    with pytest.raises(LeaseInOtherState):
        run(challenge(bench.chain, bench.reporter, LEASE, leaves))
    assert bench.reporter.heard(Challenged) == []


def test_what_chance_spared_and_nobody_drew_is_drawn_first(bench: UseCaseBench) -> None:
    bench.change_lease(LEASE, DrawOutcome.NOT_DRAWN, LeaseState.SUBMITTED)
    run(challenge(bench.chain, bench.reporter, LEASE, [3]))
    assert bench.chain.sent == [("draw", JOB, [LEASE]), ("challenge_pixels", LEASE, [3])]
