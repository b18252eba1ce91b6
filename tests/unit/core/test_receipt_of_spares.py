"""The receipt of a job whose tasks were given twice, whatever became of the two leases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from renderchain.core.lifecycle import LeaseState
from renderchain.core.manifest import Manifest
from renderchain.core.receipt.document import Receipt
from renderchain.core.receipt.history import Brought, JobHistory
from renderchain.core.receipt.money import wrong_payments
from renderchain.core.receipt.states import wrong_leases

from devkit.given_twice import ARTIST, FIRST, GIVEN_TWICE, RESULT, SECOND, STORIES, GivenTwice

BOARD = 0xB0A2D
SETTINGS = Manifest(
    *((4, 5), "a.blend", "Scene", ("V",), "CYCLES", 64, 64, "24", (1,), 4, False, "PNG", "AgX"), files=()
)


def end(two: GivenTwice) -> None:
    """Whoever holds tasks brings them, or has brought them; what is open then is refunded."""
    for operator, lease in ((FIRST, two.held), (SECOND, two.spare)):
        found = two.model.lease(lease)
        assert found
        if found.state is LeaseState.CLAIMED:
            two.call("submit", operator, lease, found.count, RESULT)
        if found.state is LeaseState.SUBMITTED:
            two.pay(lease)
    if not two.model.jobs[two.job].settled:
        two.call("cancel", ARTIST, two.job)


@pytest.mark.parametrize("raised", [False, True])
@pytest.mark.parametrize("story", STORIES)
def test_whatever_became_of_the_leases_all_money_is_accounted_for(
    story: Callable[[GivenTwice], None], raised: bool
) -> None:
    two = GivenTwice(BOARD)
    brought = [Brought(1, GIVEN_TWICE.escrow_fri)]
    story(two)
    if raised and not two.model.jobs[two.job].settled:
        before_fri = two.model.tokens[BOARD]
        two.call("top_up", ARTIST, two.job, 2 * GIVEN_TWICE.reward_fri, 0)
        brought.append(Brought(len(two.told), two.model.tokens[BOARD] - before_fri))
    end(two)
    history = JobHistory([event for events in two.told for event in events], brought)
    assert history.created and history.is_closed
    receipt = Receipt(
        *(1, BOARD, two.job, two.model.block, history.created.requester, history.created.terms),
        *(SETTINGS, history.is_closed, history.receipts({}, {}), history.payments, ()),
        package_cid="",
        settings_sha256="0" * 64,
    )
    assert not [*wrong_payments(receipt), *wrong_leases(receipt)]
