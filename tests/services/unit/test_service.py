"""What each service's process does alike: answer, do its duties, end; and say all that in one form."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Iterable

import pytest
from fastapi import FastAPI, Request
from renderchain.core.errors import RenderChainError, SettingsError
from renderchain.core.ids import JobId
from renderchain.core.metrics import Metric, single
from renderchain.core.notices import Notice
from renderchain.core.notices.lines import parse_notice
from renderchain.core.notices.process import Failed, FeeEstimated, Logged, LoggedWarning
from renderchain.core.notices.scheduling import LeasesAssigned

from services.common.health import health_pages
from services.common.logs import LogReporter, NoticeLines
from services.common.service import _listener, run_service, serve
from tests.services.answering import HOST, answer, get

KEY = "0123456789abcdef0123456789abcdef"


def made(why: str = "", *, in_loop: bool = False) -> FastAPI:
    """A service that is not ready for that reason."""

    def numbers() -> Iterable[Metric]:
        return [single("renderchain_tried", "gauge", "How often.", 3)]

    app = FastAPI()
    app.include_router(health_pages(lambda: why, numbers, in_loop=in_loop))

    @app.get("/whose")
    async def whose(request: Request) -> str:
        assert request.client
        return request.client.host

    return app


@pytest.mark.parametrize("in_loop", [False, True])
def test_a_service_says_whether_it_lives_is_ready_and_its_numbers(
    caplog: pytest.LogCaptureFixture, in_loop: bool
) -> None:
    async def story(url: str) -> None:
        assert await get(f"{url}/healthz") == (200, "alive\n")
        assert await get(f"{url}/readyz") == (200, "ready\n")
        status, numbers = await get(f"{url}/metrics")
        assert status == 200 and "\nrenderchain_tried 3\n" in numbers
        assert "\nrenderchain_service_ready 1\n" in numbers

    async def unready(url: str) -> None:
        assert "\nrenderchain_service_ready 0\n" in (await get(f"{url}/metrics"))[1]
        assert await get(f"{url}/readyz") == (503, "no block was read yet\n")
        assert await get(f"{url}/healthz") == (200, "alive\n")

    answer(made(in_loop=in_loop), caplog, story)
    answer(made("no block was read yet", in_loop=in_loop), caplog, unready)


def test_whom_a_web_server_names_is_believed_of_the_trusted_ones_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def untrusting(url: str) -> None:
        assert await get(f"{url}/whose", **{"X-Forwarded-For": "10.1.2.3"}) == (200, f'"{HOST}"')

    async def trusting(url: str) -> None:
        assert await get(f"{url}/whose", **{"X-Forwarded-For": "10.1.2.3"}) == (200, '"10.1.2.3"')
        # What the client itself wrote stands before what the web server saw.
        forged = {"X-Forwarded-For": "6.6.6.6, 10.1.2.3"}
        assert await get(f"{url}/whose", **forged) == (200, '"10.1.2.3"')

    answer(made(), caplog, untrusting)
    answer(made(), caplog, untrusting, "192.0.2.0/24")
    answer(made(), caplog, trusting, "192.0.2.0/24", "127.0.0.0/8")


def test_told_to_end_it_cancels_its_duties_and_ends_well() -> None:
    order: list[str] = []

    async def duty() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # as whoever ends something does
            order.append("left all in order")

    assert run_service("tried", lambda: serve(made(), HOST, 0, {"duty": duty()})) == 0
    assert order == ["left all in order"]


def test_a_duty_that_fails_ends_the_process_with_its_code_and_a_line_that_programs_read(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def duty() -> None:
        raise SettingsError("The settings name another network.")

    code = run_service("tried", lambda: serve(made(), HOST, 0, {"duty": duty()}))
    notices = [parse_notice(line) for line in capfd.readouterr().err.splitlines()]
    assert code == 78 and notices[-1] == Failed("The settings name another network.")


def test_a_port_that_is_taken_is_said_and_no_duty_begins(capfd: pytest.CaptureFixture[str]) -> None:
    begun: list[int] = []

    async def duty() -> None:
        begun.append(1)

    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert run_service("tried", lambda: serve(made(), HOST, port, {"duty": duty()})) == 78
    assert f"Nothing can listen on {HOST}:{port}" in capfd.readouterr().err and not begun


def line_of(record: logging.LogRecord) -> Notice:
    """As it is written, and read by a program."""
    line = NoticeLines("index").format(record)
    assert "\n" not in line and '"name": "index"' in line
    return parse_notice(line)


def test_a_line_of_the_log_is_a_notice_and_has_no_key_of_a_node() -> None:
    text = f"asking https://node.example/rpc/v0_10/{KEY}\nagain"
    said = line_of(logging.LogRecord("here", logging.WARNING, __file__, 1, "%s", (text,), None))
    assert isinstance(said, LoggedWarning) and said.source == "here"
    assert KEY not in said.text and "https://node.example/rpc" in said.text
    said = line_of(logging.LogRecord("here", logging.INFO, __file__, 1, "read %d", (3,), None))
    assert said == Logged("here", "read 3")


def test_where_a_part_failed_stands_in_its_line_without_keys() -> None:
    try:
        raise RenderChainError(f"https://node.example/rpc/v0_10/{KEY} is away")
    except RenderChainError as error:
        trace = (type(error), error, error.__traceback__)
    said = line_of(logging.LogRecord("here", logging.ERROR, __file__, 1, "failed", (), trace))
    assert isinstance(said, LoggedWarning) and KEY not in said.text
    assert "test_service.py" in said.text and "is away" in said.text


def test_notices_are_lines_as_other_commands_write_them(caplog: pytest.LogCaptureFixture) -> None:
    reporter, told = LogReporter(), LeasesAssigned(JobId(3), 4, 1)
    with caplog.at_level("INFO"):
        reporter.tell(told)
        reporter.tell(FeeEstimated("assign", 1, 2**70))
        reporter.end("all is lost")
    assert [line_of(one) for one in caplog.records] == [
        told,
        FeeEstimated("assign", 1, 2**70),
        Failed("all is lost"),
    ]
    assert [one.levelname for one in caplog.records] == ["INFO", "INFO", "ERROR"]


def test_the_second_part_of_an_answer_waits_for_no_word_of_the_asker() -> None:
    with _listener(HOST, 0) as listener, socket.create_connection(listener.getsockname()) as asker:
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), asker
