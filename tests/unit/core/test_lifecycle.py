"""The table of leases, and what follows from it."""

from __future__ import annotations

from renderchain.core.lifecycle import HELD, TRANSITIONS, LeaseEvent, LeaseState, after


def test_what_can_happen_to_a_lease_is_in_the_table() -> None:
    assert after(LeaseState.CLAIMED, LeaseEvent.SUBMIT) is LeaseState.SUBMITTED
    assert after(LeaseState.SUBMITTED, LeaseEvent.GIVE_BACK) is None
    assert after(LeaseState.ACCEPTED, LeaseEvent.REJECT) is None


def test_a_worker_holds_what_can_still_go_on_and_committees_look_at_what_was_handed_in() -> None:
    assert {LeaseState.CLAIMED, LeaseState.SUBMITTED} == HELD
    ended = set(LeaseState) - HELD - {LeaseState.NONE}
    assert ended == {state for state in TRANSITIONS.values() if state not in HELD}
