"""Random calls by many accounts to the reference model: money adds up to the fri, and nobody is stuck.

The same callers as on a devnet, which test_money.py has; here they make many more calls.
"""

from __future__ import annotations

import pytest
from renderchain.core.audit.phases import Act

from tests.invariants.memory import OnTwoBoards
from tests.invariants.rounds import play_round

LEAST_CALLS, MOST_ROUNDS = 4000, 5  # so many times as many, until every end was seen
DOUBTS = {"challenge_delivery", "challenge_pixels", "name_verifiers"}
ENDS = {"LeasePaid", "LeaseAccepted", "LeaseEnded", "SpareGiven", "SpareRefunded"}


def has_seen_all() -> bool:
    return set(OnTwoBoards.told) >= ENDS and set(OnTwoBoards.done) >= DOUBTS


def test_money_adds_up_after_every_random_call_of_the_model(request: pytest.FixtureRequest) -> None:
    wanted, number = (request.config.getoption(name) for name in ("--invariant-calls", "--invariant-seed"))
    OnTwoBoards.total, OnTwoBoards.done, OnTwoBoards.told = 0, {}, {}
    rounds = 0
    least = max(wanted, LEAST_CALLS)
    while OnTwoBoards.total < least or (not has_seen_all() and OnTwoBoards.total < MOST_ROUNDS * least):
        OnTwoBoards.chance = number + rounds
        play_round(OnTwoBoards, number + rounds)
        rounds += 1
    print(f"{OnTwoBoards.total} calls, {rounds} seeds from {number}")
    for what, counts in (("done", OnTwoBoards.done), ("told", OnTwoBoards.told)):
        print(f"{what}:", ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    assert {act.value for act in Act} <= set(OnTwoBoards.done), "a call of an audit that nobody made"
    assert set(OnTwoBoards.told) >= ENDS, "an end that no lease came to"
    assert set(OnTwoBoards.done) >= DOUBTS, "a doubt that no requester had"
