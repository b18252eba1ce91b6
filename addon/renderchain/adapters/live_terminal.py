"""A terminal's whole screen, drawn anew while something goes on; before and after it, all is as it was."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

EVERY_S = 0.5
BEGIN = "\033[?1049h\033[?25l"  # a screen of its own, without cursor
END = "\033[?25h\033[?1049l"
HOME, LINE_END, REST = "\033[H", "\033[K", "\033[J"
BOLD, YELLOW, NORMAL = "\033[1m", "\033[33m", "\033[0m"
UNKNOWN = (80, 24)  # where a terminal does not say its size


def can_show(stream: TextIO) -> bool:
    """Whether it is a terminal that knows such screens."""
    try:
        return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    except ValueError:  # it is closed
        return False


@contextmanager
def showing(
    stream: TextIO, draw: Callable[[int, int], list[str]], *, warned_by: str = "", every_s: float = EVERY_S
) -> Iterator[None]:
    """Show what ``draw`` makes for so many columns and lines, again and again from a thread of its own.

    Its lines must not hold anything on which a terminal acts. What begins at the first column is bold, what
    begins with ``warned_by`` yellow; neither where the environment has NO_COLOR.
    """
    screen = _Screen(stream, draw, warned_by)
    is_over = threading.Event()

    def go_on() -> None:
        while not is_over.wait(every_s):
            screen.show()

    thread = threading.Thread(target=go_on, name="view", daemon=True)
    screen.write(BEGIN)
    screen.show()
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        screen.write(END)


class _Screen:
    def __init__(self, stream: TextIO, draw: Callable[[int, int], list[str]], warned_by: str) -> None:
        self._stream = stream
        self._draw = draw
        self._warned_by = warned_by
        self._is_plain = bool(os.environ.get("NO_COLOR"))

    def show(self) -> None:
        """Draw it once."""
        width, height = self._size()
        try:
            lines = self._draw(width, height)
        except Exception as error:  # noqa: BLE001 - what can't be shown must not end what goes on
            lines = [ascii(error)[:width]]
        styled = [f"{self._style(line)}{LINE_END}" for line in lines[:height]]
        self.write(HOME + "\r\n".join(styled) + REST)

    def write(self, text: str) -> None:
        """In one piece; a terminal that is gone, or lacks a letter, is no reason to end."""
        encoding = self._stream.encoding or "ascii"
        with suppress(OSError, ValueError):
            self._stream.write(text.encode(encoding, "replace").decode(encoding))
            self._stream.flush()

    def _style(self, line: str) -> str:
        if self._is_plain or not line or line[0].isspace():
            return line
        return f"{YELLOW if self._warned_by and line.startswith(self._warned_by) else BOLD}{line}{NORMAL}"

    def _size(self) -> tuple[int, int]:
        try:
            size = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):
            return UNKNOWN
        # The last column stays free: a terminal may go to the next line behind it.
        return max((size.columns or UNKNOWN[0]) - 1, 1), max(size.lines or UNKNOWN[1], 1)
