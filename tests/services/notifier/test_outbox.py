"""What is to be told is written once, told once, and taken back where it did not happen."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, func, select

from services.common.engine import reading
from services.notifier.deliveries import RETRY_S, TAKEN_S, Deliveries, Delivery
from services.notifier.notice import Addressed, Notice
from services.notifier.outbox import MOST_IN_ONE, MOST_WAITING, SETTLE_BLOCKS, Cursor, OtherWriter, Outbox
from services.notifier.tables import DELIVERY, METADATA, NOTICE

NOW_S = 1_700_000_000
CHANNELS = {("ada", "mail"): "f1", ("ada", "hook"): "f2", ("bob", "mail"): "f3"}


def notice(cause: str, block: int | None = 10, kind: str = "paid", amount_fri: int = 0) -> Notice:
    return Notice(kind, cause, f"Title of {cause}", "Text.", "", NOW_S, block, amount_fri)


def to(
    person: str, cause: str, block: int | None = 10, channel: str = "mail", gather_s: int | None = None
) -> Addressed:
    return Addressed(person, channel, notice(cause, block), gather_s)


class Play:
    """An outbox, and how far it was."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.outbox = engine, Outbox(engine)
        self.cursor = self.outbox.cursor()
        self.deliveries = Deliveries(engine, "sender")

    def hear(self, *found: Addressed, block: int = 10, now_s: int = NOW_S) -> None:
        moved = replace(self.cursor, seq=self.cursor.seq + 1, block=block)
        self.cursor = self.outbox.keep(self.cursor, moved, found, CHANNELS, now_s)

    def drop(self, to_block: int, now_s: int = NOW_S) -> None:
        moved = replace(self.cursor, seq=self.cursor.seq + 1, block=to_block)
        self.cursor = self.outbox.rollback(self.cursor, moved, to_block, now_s)

    def take(self, now_s: int = NOW_S) -> Delivery | None:
        return self.deliveries.take(now_s)

    def send_all(self, now_s: int = NOW_S) -> list[list[str]]:
        """The causes of each delivery."""
        found = []
        while one := self.take(now_s):
            found.append([each.cause for each in one.notices])
            self.deliveries.sent(one, now_s)
        return found

    def state(self, cause: str) -> str:
        with reading(self.engine) as connection:
            return str(connection.scalars(select(NOTICE.c.state).where(NOTICE.c.cause == cause)).one())


@pytest.fixture
def play(engine: Engine) -> Play:
    return Play(engine)


def test_the_migrations_make_the_tables_that_the_code_uses(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_same_thing_is_told_once_by_each_channel(play: Play) -> None:
    play.hear(to("ada", "a"), to("ada", "a", channel="hook"), to("bob", "a"))
    play.hear(to("ada", "a"), to("ada", "b"))
    assert play.send_all() == [["a"], ["a"], ["a"], ["b"]]
    play.hear(to("ada", "a"), to("ada", "b"))
    assert play.send_all() == []


def test_what_is_to_be_told_and_the_place_are_kept_together(play: Play) -> None:
    play.hear(to("ada", "a"))
    before = play.cursor
    with pytest.raises(OtherWriter):
        play.outbox.keep(Cursor(), replace(before, seq=99), [to("ada", "b")], CHANNELS, NOW_S)
    assert play.outbox.cursor() == before
    assert play.send_all() == [["a"]]


def test_two_senders_never_have_the_same_delivery(play: Play) -> None:
    play.hear(*(to("ada", f"c{n}") for n in range(40)))
    taken: list[str] = []

    def work(name: str) -> None:
        mine = Deliveries(play.engine, name)
        while one := mine.take(NOW_S):
            taken.append(one.id)
            mine.sent(one, NOW_S)

    threads = [threading.Thread(target=work, args=[f"s{n}"]) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(taken) == len(set(taken)) == 40


def test_what_a_sender_took_that_died_is_taken_by_another_with_the_same_id(play: Play) -> None:
    play.hear(to("ada", "a"))
    first = play.take()
    assert first is not None and play.take(NOW_S + TAKEN_S - 1) is None
    other = Deliveries(play.engine, "other")
    second = other.take(NOW_S + TAKEN_S)
    assert second == first
    play.deliveries.failed(first, "too slow", NOW_S + TAKEN_S)  # it comes back, too late
    other.sent(second, NOW_S + TAKEN_S)
    assert other.counts() == {"sent": 1}


def test_a_failure_is_tried_again_later_and_later_and_then_given_up(play: Play) -> None:
    play.hear(to("ada", "a"))
    now_s, waits = NOW_S, []
    while one := play.take(now_s):
        wait_s = play.deliveries.failed(one, "it answers 500", now_s)
        if wait_s is None:
            break
        waits.append(wait_s)
        assert play.take(now_s + wait_s - 1) is None
        now_s += wait_s
    assert tuple(waits) == RETRY_S == (5, 300, 1800, 7200, 18_000, 36_000)
    assert play.deliveries.counts() == {"failed": 1}
    assert play.deliveries.again(now_s) == 1
    assert play.send_all(now_s) == [["a"]]


def test_who_asks_us_to_wait_is_left_alone_so_long_but_not_for_ever(play: Play) -> None:
    play.hear(to("ada", "a"), to("bob", "a"))
    first, second = play.take(), play.take()
    assert first is not None and second is not None
    assert play.deliveries.failed(first, "429", NOW_S, 77) == 77
    assert play.deliveries.failed(second, "429", NOW_S, 10**7) == RETRY_S[-1]


def test_a_channel_that_wants_no_more_hears_no_more_until_it_leads_elsewhere(play: Play) -> None:
    play.hear(to("ada", "a"), to("ada", "b"), to("ada", "c", channel="hook"))
    one = play.take()
    assert one is not None
    play.deliveries.gone(one, "f1", "410", NOW_S)
    play.hear(to("ada", "d"))
    assert play.send_all() == [["c"]]
    changed = {**CHANNELS, ("ada", "mail"): "elsewhere"}
    moved = replace(play.cursor, seq=50)
    play.cursor = play.outbox.keep(play.cursor, moved, [to("ada", "e")], changed, NOW_S)
    assert play.send_all() == [["e"]]


def test_what_was_gathered_goes_out_together_at_its_time(play: Play) -> None:
    later_s = NOW_S + 3600
    play.hear(
        *(to("ada", f"c{n:03}", gather_s=later_s) for n in range(MOST_IN_ONE + 1)),
        to("bob", "x", gather_s=later_s),
    )
    assert play.outbox.gather(later_s - 1) == 0 and play.send_all() == []
    assert play.outbox.gather(later_s) == 3 and play.outbox.gather(later_s) == 0
    sizes = sorted(len(one) for one in play.send_all(later_s))
    assert sizes == [1, 1, MOST_IN_ONE]


def test_a_flood_is_gathered_and_nothing_of_it_is_lost(play: Play) -> None:
    causes = [f"c{n:03}" for n in range(MOST_WAITING + 30)]
    play.hear(*(to("ada", one) for one in causes), to("bob", "x"))
    assert play.deliveries.counts() == {"due": MOST_WAITING + 1}
    hour_s = NOW_S - NOW_S % 3600 + 3600
    play.outbox.gather(hour_s)
    told = [cause for one in play.send_all(hour_s) for cause in one]
    assert sorted(told) == sorted([*causes, "x"])


def test_a_dropped_block_that_nobody_was_told_of_is_never_told(play: Play) -> None:
    play.hear(to("ada", "a", 9), to("ada", "b", 10), to("ada", "g", 10, gather_s=NOW_S + 10))
    play.drop(9)
    play.hear(block=10 + SETTLE_BLOCKS + 1)
    play.outbox.gather(NOW_S + 10)
    assert play.send_all(NOW_S + 10) == [["a"]]
    assert play.state("b") == play.state("g") == "withdrawn"


def test_what_was_dropped_and_comes_again_is_told_as_if_nothing_had_been(play: Play) -> None:
    play.hear(to("ada", "told", 10))
    assert play.send_all() == [["told"]]
    play.hear(to("ada", "not yet", 10))
    play.drop(9)
    play.hear(to("ada", "told", 11), to("ada", "not yet", 11), block=11)
    play.hear(block=10 + 2 * SETTLE_BLOCKS)
    assert play.send_all() == [["not yet"]]


def test_what_was_told_and_did_not_happen_is_taken_back_once(play: Play) -> None:
    play.hear(to("ada", "a", 10))
    play.send_all()
    play.drop(9)
    play.hear(block=10 + SETTLE_BLOCKS)
    assert play.send_all() == []
    play.hear(block=10 + SETTLE_BLOCKS + 1)
    play.hear(block=10 + SETTLE_BLOCKS + 2)
    one = play.take()
    assert one is not None and [each.title for each in one.notices] == ["Taken back: Title of a"]
    play.deliveries.sent(one, NOW_S)
    assert play.send_all() == []
    play.hear(to("ada", "a", 40), block=40)  # it happens after all
    assert play.send_all() == [["a"]]


def test_what_is_on_its_way_as_its_block_is_dropped_may_have_arrived(play: Play) -> None:
    play.hear(to("ada", "a", 10), to("bob", "b", 10))
    on_its_way, tried = play.take(), play.take()
    assert on_its_way is not None and tried is not None
    play.deliveries.failed(tried, "no answer", NOW_S)
    play.drop(9)
    play.deliveries.sent(on_its_way, NOW_S)
    play.hear(block=11 + SETTLE_BLOCKS)
    found = []
    while one := play.take():
        found += [each.title for each in one.notices]
        play.deliveries.sent(one, NOW_S)
    assert sorted(found) == ["Taken back: Title of a", "Taken back: Title of b"]


def test_of_a_digest_only_what_still_holds_is_told(play: Play) -> None:
    play.hear(to("ada", "a", 9, gather_s=NOW_S), to("ada", "b", 10, gather_s=NOW_S))
    play.outbox.gather(NOW_S)
    play.drop(9)
    assert play.send_all() == [["a"]]


def test_conditions_and_what_is_told_of_them_are_kept_together(play: Play) -> None:
    play.outbox.change_conditions({"ada/x/1": (NOW_S, False)}, [], CHANNELS, NOW_S)
    assert play.outbox.conditions() == {"ada/x/1": (NOW_S, False)}
    play.outbox.change_conditions({"ada/x/1": (NOW_S, True)}, [to("ada", "ada/x/1@5", None)], CHANNELS, NOW_S)
    assert play.outbox.conditions() == {"ada/x/1": (NOW_S, True)}
    play.outbox.change_conditions({"ada/x/1": None}, [], CHANNELS, NOW_S)
    assert play.outbox.conditions() == {} and play.send_all() == [["ada/x/1@5"]]


def test_what_is_long_over_is_forgotten_and_nothing_else(play: Play) -> None:
    play.hear(to("ada", "old"), to("ada", "due"), to("bob", "gathered", gather_s=NOW_S + 5))
    one = play.take()
    assert one is not None
    play.deliveries.sent(one, NOW_S)
    play.hear(to("ada", "new"), now_s=NOW_S + 100)
    play.outbox.forget(NOW_S + 50)
    with reading(play.engine) as connection:
        causes = set(connection.scalars(select(NOTICE.c.cause)))
        deliveries = connection.scalars(select(func.count()).select_from(DELIVERY)).one()
    assert causes == {"due", "gathered", "new"} and deliveries == 2


def test_amounts_survive_the_database(play: Play) -> None:
    play.hear(Addressed("ada", "mail", notice("a", amount_fri=2**127)))
    one = play.take()
    assert one is not None and one.notices[0].amount_fri == 2**127
