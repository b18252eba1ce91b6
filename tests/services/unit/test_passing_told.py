"""What the index makes of leases that ended without a draw."""

from __future__ import annotations

import pytest
from renderchain.core.board_events import BoardEvent, JobCreated, LeaseAccepted, LeaseClaimed, ResultSubmitted
from renderchain.core.ids import JobId, WorkerId
from renderchain.core.job import LeaseResult
from renderchain.core.lease_id import join_lease_id
from sqlalchemy import select

from devkit.made_up_job import TERMS
from services.common.engine import reading
from services.index.store import Store
from services.index.tables import LEASE
from tests.services.conftest import Fresh
from tests.services.played import BOARD, NETWORK, announcement, block_of

JOB, HELD = JobId(1), join_lease_id(WorkerId(1), 0, 1)


@pytest.mark.parametrize(("unjudged", "said"), [(0, "passed"), (1, "")])
def test_what_ends_undrawn_was_spared_by_chance_or_is_judged_by_nobody(
    fresh: Fresh, unjudged: int, said: str
) -> None:
    told: list[BoardEvent] = [
        JobCreated(0, JOB, TERMS.family, 0xA271, TERMS),
        LeaseClaimed(0, JOB, HELD, 0xF, 0, 2, 0, 1, 0, unjudged),
        ResultSubmitted(0, JOB, HELD, 2, LeaseResult(1, 2, 3, 4)),
        LeaseAccepted(0, JOB, HELD, 0xBA1, 2 * TERMS.reward_fri),
    ]
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    store.apply(block_of(0, 1, announcement()))
    for number, event in enumerate(told, 1):
        store.apply(block_of(number, 10 * number, ((BOARD, event),)))
    with reading(engine) as connection:
        (row,) = connection.execute(select(LEASE)).mappings()
    assert (row["state"], row["draw"]) == ("accepted", said)
