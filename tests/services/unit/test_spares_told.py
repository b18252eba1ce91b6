"""What the index makes of leases of the same tasks, whatever becomes of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from renderchain.core.lifecycle import HELD, Twin
from sqlalchemy import select

from devkit.given_twice import STORIES, GivenTwice
from services.common.engine import reading
from services.index.store import Store
from services.index.tables import JOB, LEASE
from tests.services.conftest import Fresh
from tests.services.played import BOARD, NETWORK, announcement, block_of


@pytest.mark.parametrize("story", STORIES)
def test_who_has_tasks_that_were_given_twice_is_told_rightly(
    fresh: Fresh, story: Callable[[GivenTwice], None]
) -> None:
    two = GivenTwice(BOARD)
    story(two)
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    store.apply(block_of(0, 1, announcement()))
    for number, events in enumerate(two.told, 1):
        store.apply(block_of(number, 10 * number, tuple((BOARD, event) for event in events)))
    with reading(engine) as connection:
        rows = {one["lease"]: one for one in connection.execute(select(LEASE)).mappings()}
        (job,) = connection.execute(select(JOB)).mappings()
    for lease in two.model.slots.values():
        if lease.state in HELD:
            told = (rows[lease.number]["count"], rows[lease.number]["twin"])
            assert told == (lease.count, "" if lease.twin is Twin.NONE else lease.twin.name.lower())
    known = two.model.jobs[two.job]
    assert (job["held_tasks"], job["accepted_tasks"]) == (known.held, known.accepted)
