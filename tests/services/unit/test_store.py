"""What the index keeps: the same for the same chain, whatever was dropped, repeated or killed meanwhile."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest
from renderchain.core.board_events import Withdrawn
from renderchain.core.errors import SettingsError
from renderchain.ports.event_feed import BEFORE_ALL, Block
from sqlalchemy import Engine, select, update

from services.common.engine import reading, writing
from services.index.store import Network, OtherWriter, Store
from services.index.tables import EVENT, JOB, LEASE, UNDO, VOTE
from tests.services.conftest import Fresh
from tests.services.played import BOARD, NETWORK, block_of, played
from tests.services.tables import all_rows

SINCE_FIRST = ("challenged_block", "found")  # columns of later migrations
SEEDS = (1, 2, 7)  # whose plays end with leases that go on


def filled(engine: Engine, blocks: tuple[Block, ...]) -> Store:
    store = Store(engine)
    store.open(NETWORK)
    for block in blocks:
        store.apply(block)
    return store


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_of_a_job_are_those_of_the_board(fresh: Fresh, seed: int) -> None:
    found = played(seed)
    engine = fresh()
    filled(engine, found.blocks)
    with reading(engine) as connection:
        rows = {one["job"]: one for one in connection.execute(select(JOB)).mappings()}
    assert rows and rows.keys() <= set(found.jobs)
    for number, row in rows.items():
        job = found.jobs[number]
        counts = (row["held_tasks"], row["accepted_tasks"], row["refunded_tasks"])
        assert counts == (job.held, job.accepted, job.refunded), number


@pytest.mark.parametrize("seed", SEEDS)
def test_leases_that_go_on_are_as_the_board_has_them(fresh: Fresh, seed: int) -> None:
    found = played(seed)
    engine = fresh()
    filled(engine, found.blocks)
    with reading(engine) as connection:
        rows = {one["lease"]: one for one in connection.execute(select(LEASE)).mappings()}
    assert found.leases
    for number, lease in found.leases.items():
        row = rows[number]
        told = (row["first"], row["count"], row["state"])
        assert told == (lease.first, lease.count, lease.state.name.lower()), number


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_was_rolled_back_the_tables_are_those_of_a_fresh_database(fresh: Fresh, seed: int) -> None:
    chance = random.Random(seed)
    print("seed", seed)
    blocks, engine, other = played(seed).blocks, fresh(), fresh()
    store = filled(engine, ())
    at = 0
    for _ in range(40):
        further = min(at + chance.randrange(1, 25), len(blocks))
        for block in blocks[at:further]:
            store.apply(block)
        at = chance.randrange(max(further - 12, 1), further + 1)
        if at < further:
            store.rollback(blocks[at - 1].number)
        if chance.random() < 0.3:  # as after a restart
            store = filled(engine, ())
    for block in blocks[at:]:
        store.apply(block)
    filled(other, blocks)
    assert all_rows(engine) == all_rows(other)


@pytest.mark.parametrize("apart", [1, 40, 1000])
def test_it_can_go_back_to_each_block_to_which_it_says_it_can(fresh: Fresh, apart: int) -> None:
    """Blocks in which nothing was told are left out: of the last thousand that were kept, what most had
    changed was forgotten, and stayed when they were taken back.
    """
    blocks = tuple(replace(one, number=apart * one.number) for one in played(1).blocks)
    engine = fresh()
    filled(engine, blocks)
    for _ in range(2):  # and once more from there, after a restart
        store = Store(engine)
        oldest = store.open(NETWORK)[0].number
        store.rollback(oldest)
        other = fresh()
        filled(other, tuple(one for one in blocks if one.number <= oldest))
        assert all_rows(engine) == all_rows(other)


def test_what_goes_back_before_all_begins_anew(fresh: Fresh) -> None:
    blocks, engine, other = played(1).blocks, fresh(), fresh()
    store = filled(engine, blocks[:30])
    store.rollback(BEFORE_ALL)
    assert store.open(NETWORK) == []
    for block in blocks[:10]:
        store.apply(block)
    filled(other, blocks[:10])
    assert all_rows(engine) == all_rows(other)


def test_a_block_that_fails_half_way_leaves_nothing(fresh: Fresh) -> None:
    blocks, engine = played(1).blocks, fresh()
    at = next(at for at, block in enumerate(blocks) if at > 20 and block.events)
    store, next_block = filled(engine, blocks[:at]), blocks[at]
    before = all_rows(engine)
    torn = replace(next_block, events=(*next_block.events, *next_block.events[-1:]))  # one place twice
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.apply(torn)
    assert all_rows(engine) == before
    store.apply(next_block)
    assert all_rows(engine) != before


def test_of_two_writers_one_is_refused_and_nothing_is_there_twice(fresh: Fresh) -> None:
    blocks, engine = played(1).blocks, fresh()
    one, other = filled(engine, blocks[:5]), filled(engine, ())
    one.apply(blocks[5])
    before = all_rows(engine)
    with pytest.raises(OtherWriter, match="another process"):
        other.apply(blocks[5])
    assert all_rows(engine) == before


def test_numbers_of_events_are_never_used_again(fresh: Fresh) -> None:
    blocks, engine = played(1).blocks, fresh()
    store = filled(engine, blocks[:30])
    with reading(engine) as connection:
        newest = max(connection.scalars(select(EVENT.c.seq)))
    store.rollback(blocks[10].number)
    for block in blocks[11:30]:
        store.apply(block)
    with reading(engine) as connection:
        later = list(connection.scalars(select(EVENT.c.seq).where(EVENT.c.block > blocks[10].number)))
        (said,) = connection.scalars(select(EVENT.c.block).where(EVENT.c.kind == "reorg"))
    assert min(later) > newest + 1 and said == blocks[10].number


def test_events_of_a_contract_count_from_its_announcement_on(fresh: Fresh) -> None:
    engine, outsider = fresh(), 0xBAD
    store = filled(engine, ())
    event = Withdrawn(0, 0xA1, 5)
    assert store.apply(block_of(0, 1, ((outsider, event), (BOARD, event)))) == 0
    announced = played(1).blocks[0]
    store.apply(replace(announced, number=1))
    assert store.apply(block_of(2, 2, ((outsider, event), (BOARD, replace(event, block=2))))) == 1


def test_a_database_of_another_network_is_refused_and_left_alone(fresh: Fresh) -> None:
    engine = fresh()
    filled(engine, played(1).blocks[:5])
    before = all_rows(engine)
    with pytest.raises(SettingsError, match="0xd1"):
        Store(engine).open(Network(NETWORK.chain, 0xD2, NETWORK.registry))
    assert all_rows(engine) == before


def test_blocks_that_an_earlier_version_kept_are_taken_back_too(fresh: Fresh) -> None:
    """What it wrote down to unmake them lacks the columns that came since, and the index ended at that."""
    blocks = played(1).blocks
    engine, other = fresh(), fresh()
    store = filled(engine, blocks)
    with writing(engine) as connection:
        for one in connection.execute(select(UNDO).where(UNDO.c.before.is_not(None))).mappings().all():
            before = {name: it for name, it in json.loads(one["before"]).items() if name not in SINCE_FIRST}
            place = (UNDO.c.block == one["block"], UNDO.c.n == one["n"])
            connection.execute(update(UNDO).where(*place).values(before=json.dumps(before)))
    half = len(blocks) // 2
    store.rollback(blocks[half - 1].number)
    filled(other, blocks[:half])
    kept = {name: sorted(map(str, rows)) for name, rows in votes_and_leases(engine).items()}
    assert kept == {name: sorted(map(str, rows)) for name, rows in votes_and_leases(other).items()}


def votes_and_leases(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Without what the earlier version did not know."""
    with reading(engine) as connection:
        found = {one.name: connection.execute(select(one)).mappings().all() for one in (VOTE, LEASE)}
    return {
        table: [{name: it for name, it in row.items() if name not in SINCE_FIRST} for row in rows]
        for table, rows in found.items()
    }
