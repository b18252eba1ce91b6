"""A screen in a real (pseudo) terminal: drawn anew, bounded, and gone in the end as if it had never been."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterator
from typing import TextIO

import pytest
from renderchain.adapters.live_terminal import BEGIN, END, can_show, showing


class Terminal:
    """What is written to ``stream`` is kept, as long as the terminal is there."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        self.stream: TextIO = os.fdopen(slave, "w", encoding="utf-8")
        self._parts: list[bytes] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                self._parts.append(os.read(self._master, 65536))
            except OSError:  # nobody holds the other end any more
                return

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    @property
    def text(self) -> str:
        return b"".join(self._parts).decode()

    def wait_for(self, is_there: Callable[[str], object]) -> None:
        until_s = time.monotonic() + 10
        while not is_there(self.text):
            assert time.monotonic() < until_s, self.text
            time.sleep(0.01)

    def close(self) -> None:
        if not self.stream.closed:
            self.stream.close()
        self._reader.join()
        os.close(self._master)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    found = Terminal()
    found.resize(40, 10)
    yield found
    found.close()


def plain(text: str) -> str:
    return re.sub(r"\033\[[?0-9;]*[A-Za-z]", "", text)


def test_it_is_drawn_anew_and_what_was_there_comes_back(terminal: Terminal) -> None:
    count = iter(range(10**6))
    threads = threading.active_count()
    with showing(terminal.stream, lambda width, height: [f"Round {next(count)}"], every_s=0.02):
        terminal.wait_for(lambda text: "Round 3" in text)
    terminal.stream.write("after")
    terminal.stream.flush()
    terminal.wait_for(lambda text: text.endswith("after"))
    assert terminal.text.startswith(BEGIN) and terminal.text.endswith(f"{END}after")
    assert threading.active_count() == threads


def test_what_comes_back_also_does_after_an_error(terminal: Terminal) -> None:
    with pytest.raises(ValueError), showing(terminal.stream, lambda width, height: []):
        raise ValueError
    terminal.wait_for(lambda text: text.endswith(END))


def test_it_follows_the_size_of_the_window(terminal: Terminal) -> None:
    def draw(width: int, height: int) -> list[str]:
        return [f"{width}x{height}", *["line"] * 100]

    with showing(terminal.stream, draw, every_s=0.02):
        terminal.wait_for(lambda text: "39x10" in text)
        terminal.resize(120, 4)
        terminal.wait_for(lambda text: "119x4" in text)
    last = plain(terminal.text.rpartition("119x4")[2])
    assert last.count("line") <= 3  # no more lines than there is room for


def test_headings_are_bold_warnings_yellow_and_all_else_plain(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(width: int, height: int) -> list[str]:
        return ["Head", "! Warning", " more", ""]

    with showing(terminal.stream, draw, warned_by="! "):
        terminal.wait_for(lambda text: "more" in text)
    assert "\033[1mHead\033[0m" in terminal.text and "\033[33m! Warning\033[0m" in terminal.text
    monkeypatch.setenv("NO_COLOR", "1")
    before = len(terminal.text)
    with showing(terminal.stream, draw, warned_by="! "):
        terminal.wait_for(lambda text: "more" in text[before:])
    assert "\033[1m" not in terminal.text[before:] and "\033[33m" not in terminal.text[before:]


def test_what_can_not_be_drawn_or_written_ends_nothing(terminal: Terminal) -> None:
    def draw(width: int, height: int) -> list[str]:
        raise RuntimeError("Broken \033[2J")

    with showing(terminal.stream, draw, every_s=0.01):
        terminal.wait_for(lambda text: "Broken \\x1b[2J" in text)
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with showing(ascii_only, lambda width, height: ["日本"]):
        pass
    assert b"??" in ascii_only.buffer.getvalue()
    closed = io.StringIO()
    closed.close()
    with showing(closed, lambda width, height: [f"{width} {height}"]):
        pass


def test_only_a_terminal_can_show_it(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    assert can_show(terminal.stream) and not can_show(io.StringIO()) and not can_show(closed)
    monkeypatch.setenv("TERM", "dumb")
    assert not can_show(terminal.stream)
    monkeypatch.delenv("TERM")
    assert not can_show(terminal.stream)
