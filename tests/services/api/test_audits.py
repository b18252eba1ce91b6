"""Audits as the index tells them: which there were, and what was held against each other in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from renderchain.core.audit.events import AuditClosed, LeavesOpened, PrintsShown
from renderchain.core.prints import PRINT_FELTS
from sqlalchemy import func, select

from services.common.engine import reading
from services.index.store import Store
from services.index.tables import AUDIT
from tests.services.api.served import Served, serving
from tests.services.conftest import Fresh
from tests.services.played import BOARD, NETWORK, played

EVENTS = [placed.event for block in played(1).blocks for placed in block.events]


@pytest.fixture
def served(fresh: Fresh) -> Iterator[Served]:
    """All blocks are there."""
    engine = fresh()
    store = Store(engine)
    store.open(NETWORK)
    for block in played(1).blocks:
        store.apply(block)
    with serving(engine, store) as found:
        yield found


def rounds() -> Iterator[tuple[LeavesOpened, int, list[PrintsShown]]]:
    """What was opened in one piece, in which audit of its lease, and what was shown against it."""
    for at, event in enumerate(EVENTS):
        if isinstance(event, LeavesOpened) and event.at == 0:
            before = [one for one in EVENTS[:at] if isinstance(one, AuditClosed)]
            later = (one for one in EVENTS[at:] if isinstance(one, PrintsShown))
            shown = [one for one in later if (one.lease_id, one.round) == (event.lease_id, event.round)]
            yield event, sum(one.lease_id == event.lease_id for one in before), shown


def prints_of(served: Served, opened: LeavesOpened, audit: int) -> Any:
    path = f"/v1/leases/{BOARD:#x}/{opened.lease_id}/prints?audit={audit}&round={opened.round}"
    return served.get(path).json["item"]


def test_all_rounds_whose_votes_were_drawn_come_once_the_newest_first(served: Served) -> None:
    with reading(served.engine) as connection:
        count = connection.scalars(
            select(func.count()).select_from(AUDIT).where(AUDIT.c.drawn_block.is_not(None))
        ).one()
    found = served.all_of("/v1/audits", 2)
    keys = [(one["lease"], one["audit"], one["round"]) for one in found]
    assert len(keys) == len(set(keys)) == count > 3
    blocks = [one["drawn_block"] for one in found]
    assert blocks == sorted(blocks, reverse=True)
    for one in found:
        lease = served.get(f"/v1/leases/{one['board']}/{one['lease']}").json["item"]
        assert (one["job"], one["worker"]) == (lease["job"], lease["worker"])
    accepted = served.all_of("/v1/audits?verdict=accepted", 50)
    assert accepted == [one for one in found if one["verdict"] == "accepted"]


def test_opened_leaves_come_with_their_prints_as_the_chain_has_them(served: Served) -> None:
    seen = 0
    for opened, audit, _ in rounds():
        leaves = prints_of(served, opened, audit)["leaves"]
        digests = [f"{one.digest_hi:032x}{one.digest_lo:032x}" for one in opened.contents]
        assert [one["digest"] for one in leaves[: len(digests)]] == digests
        for leaf in leaves[: len(opened.prints) // PRINT_FELTS]:
            seen += 1
            assert len(leaf["print"]["bits"]) == 1024 and len(leaf["print"]["levels"]) == 48
    assert seen


def test_a_vote_is_held_against_the_worker_where_its_bytes_are_others(served: Served) -> None:
    seen = 0
    for opened, audit, shown in rounds():
        votes = {one["seat"]: one["against"] for one in prints_of(served, opened, audit)["votes"]}
        assert set(votes) == {one.seat for one in shown}
        for vote in shown:
            pairs = enumerate(zip(opened.contents, vote.contents, strict=True))
            others = [at for at, (mine, theirs) in pairs if mine.digest != theirs.digest]
            assert [one["leaf"] for one in votes[vote.seat]] == others
            # What is left of its mask of leaves stands for leaves that disagree.
            seen += len(others)
    assert seen


def test_a_counted_vote_says_whether_it_is_for_the_worker(served: Served) -> None:
    """All that objected, and no others, are against it, as the round's verdict counts them."""
    seen = set[str]()
    for one in served.all_of("/v1/audits", 50):
        item = served.get(f"/v1/leases/{one['board']}/{one['lease']}/audit").json["item"]
        votes = [
            vote for vote in item["votes"] if (vote["audit"], vote["round"]) == (one["audit"], one["round"])
        ]
        counted = [vote["found"] for vote in votes if vote["vote"] == "counted"]
        assert all(vote["found"] is None for vote in votes if vote["vote"] in ("drawn", "sealed", "silent"))
        if one["kind"] == "delivery":
            assert set(counted) <= {None}
        elif one["verdict"]:
            assert (len(counted), counted.count("against")) == (one["counted"], one["objecting"])
            seen |= set(counted)
    assert seen >= {"same", "against"}


def test_where_nothing_was_opened_there_is_nothing(served: Served) -> None:
    opened = next(rounds())[0]
    nothing = served.get(f"/v1/leases/{BOARD:#x}/{opened.lease_id}/prints?audit=900")
    assert nothing.json["item"] == {"leaves": [], "votes": []}
    assert served.get(f"/v1/leases/{BOARD:#x}/1/prints").status == 404
