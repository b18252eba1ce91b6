"""A notifier that is killed again and again: nothing is lost, and what comes twice has the id that it had."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from renderchain.ports.event_feed import Block
from sqlalchemy import Engine, select

from services.common.engine import open_engine, reading
from services.index.store import Store
from services.notifier.tables import CURSOR
from tests.services.api.served import Served, serving
from tests.services.conftest import Fresh
from tests.services.notifier.conftest import NewDatabase
from tests.services.notifier.expected import expected
from tests.services.notifier.receivers import Received, Request
from tests.services.notifier.test_listening import BOTH
from tests.services.notifier.written import hooked, write_operator
from tests.services.played import NETWORK, played

REPO = Path(__file__).parents[3]
PATIENCE_S = 600
TRY_S = 0.05
KILLS, SEED = 4, 21


@dataclass(frozen=True)
class Process:
    """One of the notifier's lives, and where its log begins in the file of all."""

    process: subprocess.Popen[bytes]
    log: Path
    begin: int

    def wait_until_it_hears(self) -> None:
        """Until it asks the index for events."""
        end_s = time.monotonic() + PATIENCE_S
        while b"listening the index" not in self.log.read_bytes()[self.begin :]:
            assert self.process.poll() is None and time.monotonic() < end_s, self.log.read_text()
            time.sleep(TRY_S)


@contextmanager
def notifier(file: Path, database: str) -> Iterator[Process]:
    """A process, which is killed at the end of this."""
    command = [sys.executable, "-m", "tests.services.notifier.impatient"]
    command += ["--config", str(file), "--database", database, "--port", "0"]
    log = file.with_name("notifier.log")
    with log.open("ab") as told, subprocess.Popen(command, cwd=REPO, stderr=told) as process:
        try:
            yield Process(process, log, told.tell())
            assert process.poll() in (None, -signal.SIGKILL), log.read_text()
        finally:
            process.send_signal(signal.SIGKILL)


def has_place(engine: Engine) -> bool:
    """Whether the notifier knows where in the index it is."""
    with reading(engine) as connection:
        if not engine.dialect.has_table(connection, CURSOR.name):
            return False
        found = connection.scalars(select(CURSOR.c.seq)).one_or_none()
        return found is not None and found >= 0


def causes(requests: list[Request]) -> dict[str, set[str]]:
    """The ids by which each came."""
    found: dict[str, set[str]] = {}
    for request in requests:
        for one in request.json["data"]["notices"]:
            found.setdefault(one["cause"], set()).add(request.headers["webhook-id"])
    return found


def test_a_notifier_that_is_killed_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, fresh: Fresh, new_database: NewDatabase, receiver: Received
) -> None:
    print(f"seed {SEED}")
    dice, blocks, database = random.Random(SEED), played(1).blocks, new_database()
    receiver.answer = lambda request: (500 if dice.random() < 0.2 else 200, {})
    index, kept = fresh(), open_engine(database)
    store = Store(index)
    store.open(NETWORK)
    store.apply(blocks[0])
    at = 1

    def go_on(count: int) -> None:
        nonlocal at
        for _ in range(min(count, len(blocks) - at)):
            store.apply(blocks[at])
            at += 1
        if at > 12 and dice.random() < 0.4:
            at -= dice.randint(1, 10)
            store.rollback(blocks[at - 1].number)

    def live(served: Served) -> None:
        file = write_operator(tmp_path, index=served.url, person=hooked(f"{receiver.url}/hook", more=BOTH))
        with notifier(file, database):
            while not has_place(kept):  # it begins with what comes next
                store.apply(blocks[1])
                time.sleep(TRY_S)
                store.rollback(blocks[0].number)
        for _ in range(KILLS):
            with notifier(file, database) as process:
                if dice.random() < 0.7:
                    process.wait_until_it_hears()
                for _ in range(3):
                    go_on(len(blocks) // (3 * KILLS))
                    time.sleep(dice.uniform(0, 0.7))  # until the moment at which it is killed
        with notifier(file, database):
            while at < len(blocks):
                go_on(len(blocks))
            total = sum(expected(blocks).values())
            receiver.wait(lambda requests: len(causes(requests)) >= total)

    with serving(index, store) as served:
        live(served)
    kept.dispose()
    found = causes(receiver.requests)
    assert [one for one, ids in found.items() if len(ids) != 1] == []
    assert Counter(cause.rpartition("/")[2] for cause in found) == expected(blocks)


def test_of_two_notifiers_one_hears_both_send_and_the_other_takes_over(
    tmp_path: Path, fresh: Fresh, new_database: NewDatabase, receiver: Received
) -> None:
    blocks, database = played(1).blocks, new_database()
    index, kept = fresh(), open_engine(database)
    store = Store(index)
    store.open(NETWORK)
    store.apply(blocks[0])
    half = len(blocks) // 2

    def told(some: tuple[Block, ...]) -> None:
        total = sum(expected(some).values())
        receiver.wait(lambda requests: len(causes(requests)) >= total)

    with serving(index, store) as served:
        file = write_operator(tmp_path, index=served.url, person=hooked(f"{receiver.url}/hook", more=BOTH))
        with notifier(file, database) as first:
            first.wait_until_it_hears()
            while not has_place(kept):
                store.apply(blocks[1])
                time.sleep(TRY_S)
                store.rollback(blocks[0].number)
            with notifier(file, database) as second:
                for block in blocks[1:half]:
                    store.apply(block)
                told(blocks[:half])
                first.process.kill()
                first.process.wait()
                second.wait_until_it_hears()
                for block in blocks[half:]:
                    store.apply(block)
                told(blocks)
    kept.dispose()
    found = causes(receiver.requests)
    assert {len(ids) for ids in found.values()} == {1}
    assert Counter(cause.rpartition("/")[2] for cause in found) == expected(blocks)
