"""A notice on the desktop: over a session bus of the test's own, to who shows notices there."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from jeepney import MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import open_dbus_connection

from services.notifier.channels.desktop import show
from services.notifier.notice import Message, NotSent

PATIENCE_S = 600
NAME = "org.freedesktop.Notifications"
MESSAGE = Message("m1", "job_done", "Job 7 is done", "All of it.", "https://d/#/jobs/0xb/7", 0)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session without anybody who shows notices."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        try:
            assert daemon.stdout is not None
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.stdout.readline().strip())
            yield
        finally:
            daemon.terminate()


@contextmanager
def desktop(*, shows: bool) -> Iterator[list[Any]]:
    """Somebody who shows one notice, or refuses to; gives what came."""
    came: list[Any] = []
    with open_dbus_connection(bus="SESSION") as connection:
        connection.send_and_get_reply(message_bus.RequestName(NAME), timeout=PATIENCE_S)

        def serve() -> None:
            while True:
                call = connection.receive(timeout=PATIENCE_S)
                if call.header.message_type == MessageType.method_call:
                    came.append(call.body)
                    refused = new_error(call, f"{NAME}.Error.Full", "s", ("no room",))
                    connection.send(new_method_return(call, "u", (1,)) if shows else refused)
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield came
        thread.join(PATIENCE_S)


def test_a_notice_is_shown_with_its_text_and_link(bus: None) -> None:
    with desktop(shows=True) as came:
        asyncio.run(show(MESSAGE))
    ((program, _, _, title, text, *_),) = came
    assert (program, title, text) == ("RenderChain", "Job 7 is done", "All of it.\nhttps://d/#/jobs/0xb/7")


def test_a_desktop_that_refuses_it_is_a_failure(bus: None) -> None:
    with desktop(shows=False), pytest.raises(NotSent, match="does not show it"):
        asyncio.run(show(MESSAGE))


def test_where_nobody_shows_notices_or_no_desktop_is_it_is_not_sent(
    bus: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotSent, match="does not show it"):
        asyncio.run(show(MESSAGE))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    with pytest.raises(NotSent, match="no desktop is here"):
        asyncio.run(show(MESSAGE))
