"""What is due goes out, in words that people read gladly, and nobody waits for another's channel."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from services.notifier import sending as sent
from services.notifier.channels import http, ways
from services.notifier.channels.ways import Channels
from services.notifier.deliveries import Delivery
from services.notifier.digest import HEADINGS, MOST_LINES, message_of
from services.notifier.index import open_index
from services.notifier.kinds import KINDS
from services.notifier.links import Links
from services.notifier.listening import Listening
from services.notifier.notice import Addressed, Notice
from services.notifier.pages import Readiness, make_app
from services.notifier.people import People
from services.notifier.sending import Sending
from tests.services.answering import answer, get
from tests.services.notifier.receivers import Received, Request
from tests.services.notifier.test_outbox import NOW_S, Play
from tests.services.notifier.written import hooked, people_of, write_operator

PATIENCE_S = 600
TRY_S = 0.02
STRK = 10**18


def notice(kind: str, title: str, happened_s: int = NOW_S, amount_fri: int = 0) -> Notice:
    text, link = f"Text of {title}.", "https://d/#/x"
    return Notice(kind, f"{title}/{kind}", title, text, link, happened_s, 1, amount_fri)


def delivery(*notices: Notice) -> Delivery:
    return Delivery("d1", "ada", "mail", 0, NOW_S, notices)


def test_one_notice_is_told_as_it_is_with_its_time_where_the_person_is() -> None:
    found = message_of(delivery(notice("job_done", "Job 7 is done")), "Europe/Berlin", "https://d/", NOW_S)
    assert (found.id, found.kind, found.title) == ("d1", "job_done", "Job 7 is done")
    assert found.text == "Text of Job 7 is done.\n\n14 Nov 23:13" and found.link == "https://d/#/x"


def test_a_digest_has_what_matters_first_and_adds_up_what_was_paid() -> None:
    paid = [notice("paid", f"Worker 3 was paid {n}", NOW_S + n, STRK // 4) for n in range(MOST_LINES + 2)]
    found = message_of(
        delivery(*paid, notice("audit_lost", "Worker 3 lost an audit"), notice("job_done", "Job 7 is done")),
        "UTC",
        "https://d/",
        NOW_S,
    )
    assert found.kind == "digest" and found.link == "https://d/"
    assert found.title == "Job 7 is done, and 15 more notices"
    parts = found.text.split("\n\n")
    assert parts[0] == "Jobs that are done:\n- Job 7 is done (14 Nov 22:13)"
    lines = parts[1].split("\n")
    assert lines[0] == "Paid, 3.5 STRK together:" and lines[-1] == "- and 2 more"
    assert len(lines) == MOST_LINES + 2 and parts[2].startswith("Audits lost:\n")


def test_every_kind_has_a_heading() -> None:
    assert set(HEADINGS) == set(KINDS)


@asynccontextmanager
async def running(engine: Engine, people: People) -> AsyncIterator[Sending]:
    one = Sending(engine, people, Channels(None, None), "https://d/")
    tasks = [asyncio.create_task(one.run()), asyncio.create_task(one.tend())]
    try:
        yield one
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await asyncio.to_thread(is_so):
            await asyncio.sleep(TRY_S)


def two_people(folder: Path, slow: str, quick: str) -> People:
    ada, bob = hooked(f"{slow}/ada"), hooked(f"{quick}/bob").replace('"ada"', '"bob"')
    return people_of(write_operator(folder, person=ada + bob))


def test_a_channel_that_hangs_keeps_nobody_else_waiting(
    engine: Engine, tmp_path: Path, receiver: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ASK_S", PATIENCE_S)
    monkeypatch.setattr(ways, "TRY_S", PATIENCE_S)
    release = threading.Event()

    people = two_people(tmp_path, receiver.url, receiver.url)
    play = Play(engine)
    play.hear(*(Addressed("ada", "hook", notice("paid", f"a{n}")) for n in range(20)))
    play.hear(*(Addressed("bob", "hook", notice("paid", f"b{n}")) for n in range(5)))
    hang(receiver, release)

    def came(person: str) -> int:
        return sum(one.path == f"/{person}" for one in receiver.requests)

    async def run() -> None:
        async with running(engine, people):
            await until(lambda: came("bob") == 5)
            assert came("ada") == 1  # one at a time, in order
            release.set()
            await until(lambda: play.deliveries.counts() == {"sent": 25})

    try:
        asyncio.run(run())
    finally:
        release.set()
    order = [one.json["data"]["title"] for one in receiver.requests if one.path == "/ada"]
    assert order == [f"a{n}" for n in range(20)]


def hang(receiver: Received, release: threading.Event) -> None:
    """Have what is for ada answered after that alone."""
    take = receiver.take

    def later(one: Request) -> tuple[int, dict[str, str]]:
        found = take(one)
        if one.path == "/ada":
            release.wait(PATIENCE_S)
        return found

    receiver.take = later  # type: ignore[method-assign]


def test_what_a_library_raises_costs_a_try_and_nothing_else(
    engine: Engine, tmp_path: Path, receiver: Received, caplog: pytest.LogCaptureFixture
) -> None:
    people = two_people(tmp_path, receiver.url, receiver.url)
    (bob,) = [one for one in people.all() if one.name == "bob"]
    bob.secrets.clear()  # what no file of rules can do
    play = Play(engine)
    play.hear(Addressed("bob", "hook", notice("paid", "b")), Addressed("ada", "hook", notice("paid", "a")))

    async def run() -> None:
        async with running(engine, people) as one:
            await until(lambda: one.outcomes["sent"] == 1 and one.outcomes["failed"] == 1)

    asyncio.run(run())
    assert "bob by hook: it failed" in caplog.text


def test_what_is_for_nobody_any_more_is_dropped(engine: Engine, tmp_path: Path, receiver: Received) -> None:
    people = two_people(tmp_path, receiver.url, receiver.url)
    play = Play(engine)
    play.hear(Addressed("eve", "hook", notice("paid", "x")), Addressed("ada", "mail", notice("paid", "y")))

    async def run() -> None:
        async with running(engine, people):
            await until(lambda: play.deliveries.counts() == {"failed": 2})

    asyncio.run(run())
    assert receiver.requests == []


def test_what_was_gathered_goes_out_by_itself(
    engine: Engine, tmp_path: Path, receiver: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent, "GATHER_S", TRY_S)
    people = two_people(tmp_path, receiver.url, receiver.url)
    play = Play(engine)
    play.hear(*(Addressed("ada", "hook", notice("paid", f"a{n}"), gather_s=NOW_S) for n in range(3)))

    async def run() -> None:
        async with running(engine, people):
            await until(lambda: len(receiver.requests) == 1)

    asyncio.run(run())
    (one,) = receiver.requests
    assert one.json["type"] == "digest" and len(one.json["data"]["notices"]) == 3


def test_its_pages_tell_how_it_is(
    engine: Engine, tmp_path: Path, receiver: Received, caplog: pytest.LogCaptureFixture
) -> None:
    people = two_people(tmp_path, receiver.url, receiver.url)
    play = Play(engine)
    play.hear(Addressed("ada", "hook", notice("paid", "a")), Addressed("bob", "hook", notice("paid", "b")))
    one = play.take()
    assert one is not None
    play.deliveries.sent(one, NOW_S)

    listenings = list[Listening]()

    async def story(url: str) -> None:
        status, text = await get(f"{url}/readyz")
        assert (status, text) == (503, "the index was not heard lately: see that it can be reached\n")
        assert await get(f"{url}/healthz") == (200, "alive\n")
        _, numbers = await get(f"{url}/metrics")
        assert 'renderchain_notifier_deliveries{state="due"} 1\n' in numbers
        assert 'renderchain_notifier_deliveries{state="sent"} 1\n' in numbers
        assert "renderchain_notifier_people 2\n" in numbers
        assert "renderchain_notifier_heard_seconds 0" in numbers
        listenings[0].waits_since_s = time.time() - 60  # another process hears the index, and this one sends
        assert await get(f"{url}/readyz") == (200, "ready\n")
        assert "heard_seconds" not in (await get(f"{url}/metrics"))[1], "it is no fault that it hears nothing"

    async def app() -> FastAPI:
        async with open_index("http://127.0.0.1:1") as index:
            sending = Sending(engine, people, Channels(None, None), "")
            listening = Listening(engine, index, people, Links(""), sending.wake)
            listenings.append(listening)
            return make_app(Readiness(play.deliveries, listening, sending, people))

    answer(asyncio.run(app()), caplog, story)
