"""Blender's window, used as an artist does: mouse, keyboard, and eyes.

Where a button is, Blender itself tells: the mouse goes over the panel, and at each place Blender is asked
what the button below does. What the side channel (``inside``) sets up is never what a test is about.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from devkit.network.services import REPO

from .screen import Screen

INSIDE = Path(__file__).with_name("inside.py")
START_S = 180.0  # on a busy machine
ANSWER_S = 90.0
STEP_PX = 12  # less than a button's height
LOOK_S = 0.05
MOST_PAGES = 8
ACROSS = (3 / 4, 1 / 3)  # a region: where its buttons are, as a rule
PANEL = "Render on Network"
SCROLLS = 5
EDGE_PX = 6  # beside lists, which would be scrolled themselves
RIGHT, WHEEL_UP, WHEEL_DOWN = 3, 4, 5
COMPLAINT = re.compile(r"Traceback|^\w+(?:Error|Exception)\b|^Error: |WARNING.*renderchain|RuntimeWarning")


@dataclass(frozen=True)
class Stall:
    """The longest time for which nothing moved, and the longest that was ours, with the function."""

    longest_s: float
    ours_s: float
    where: str


class Window:
    """A Blender that runs on a screen; ``end`` it."""

    def __init__(
        self, screen: Screen, command: list[str], environment: dict[str, str], log: Path, file: str = ""
    ) -> None:
        self.screen = screen
        self.log = log
        # Of the artist: what it took by hand, and how long it waited.
        self.clicks, self.keys, self.waited_s = 0, 0, 0.0
        self._folder = Path(tempfile.mkdtemp(prefix="window-"))  # a socket's path is short
        address = self._folder / "socket"
        shape = ["--window-geometry", "0", "0", str(screen.width), str(screen.height)]
        more = {"DISPLAY": screen.name, "RENDERCHAIN_WINDOW": str(address)}
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                [*command, *shape, *([file] if file else []), "--python", str(INSIDE)],
                cwd=REPO,
                env={**os.environ, **environment, **more},
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self._link = socket.socket(socket.AF_UNIX)
        try:
            self._link.settimeout(ANSWER_S)
            self.wait_until(lambda: self._link.connect_ex(str(address)) == 0, START_S)
            self._lines = self._link.makefile("rw")
            self.ask("1")
        except BaseException:
            self.end()  # nobody else can, and a test that comes later would be told of what is left
            raise

    def ask(self, code: str) -> Any:
        """What Blender's Python says to an expression, or None to statements."""
        self._lines.write(json.dumps(code) + "\n")
        self._lines.flush()
        said = json.loads(self._lines.readline() or '{"error": "Blender has ended"}')
        assert "error" not in said, f"{code}: {said['error']}"
        return said["value"]

    def settle(self, beats: int = 3) -> None:
        """Wait until Blender has looked at what happened, and drawn it."""
        until = self.ask("beats['count']") + beats
        while self.ask("beats['count']") < until:
            pass  # each answer takes a beat

    def wait_until(self, is_true: Callable[[], Any], timeout_s: float = 90) -> None:
        """Look again and again; raises AssertionError with the end of the log."""
        started_s = time.monotonic()
        while not is_true():
            is_alive = self.process.poll() is None
            if time.monotonic() > started_s + timeout_s or not is_alive:
                what = "not so" if is_alive else f"Blender ended with {self.process.returncode}"
                raise AssertionError(f"{what} after {timeout_s} s; it said: {self.said()[-3000:]}")
            time.sleep(LOOK_S)
        self.waited_s += time.monotonic() - started_s

    def said(self) -> str:
        """All that Blender wrote."""
        return self.log.read_text(errors="replace")

    def complaints(self) -> list[str]:
        """What Blender wrote that nobody wants to read."""
        return [line for line in self.said().splitlines() if COMPLAINT.search(line)]

    def show_panel(self, label: str = PANEL) -> None:
        """No splash, and of the scene's Render properties only what has this in its name."""
        self.press("escape")
        properties = "area_of('PROPERTIES')[1].spaces.active"
        self.ask(f"{properties}.context = 'RENDER'; {properties}.search_filter = {label!r}")
        self.settle(20)

    def move(self, x: int, y: int) -> None:
        """Move the mouse in the window, y from its bottom as Blender counts."""
        self.screen.move(x, self.screen.height - 1 - y)

    def click(self, x: int, y: int) -> None:
        """Press and release at a place, as a hand does: there first, then the button."""
        self.clicks += 1
        self.move(x, y)
        self.settle()
        self.screen.button(is_down=True)
        self.settle(2)
        self.screen.button(is_down=False)
        self.settle()

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """From a place to another with the button down."""
        self.move(*start)
        self.settle(10)
        self.screen.button(is_down=True)
        for part in range(1, 11):
            self.move(*(round(a + (b - a) * part / 10) for a, b in zip(start, end, strict=True)))
            self.settle(2)
        self.screen.button(is_down=False)
        self.settle(10)

    def press(self, keys: str) -> None:
        """Keys together, such as ctrl+q."""
        self.keys += 1
        self.screen.press(keys)
        self.settle()

    def type(self, text: str) -> None:
        """A text, letter by letter."""
        self.keys += len(text)
        self.screen.type(text)
        self.settle()

    def find(
        self,
        what: str,
        area: str = "PROPERTIES",
        region: str = "WINDOW",
        across: tuple[float, ...] = ACROSS,
    ) -> tuple[int, int]:
        """Where the button is whose call or property has these words; raises AssertionError.

        The region is scrolled down as far as needed, from where it is. It is looked at down some lines, which
        are ``across`` it in parts of its width.
        """
        self.redraw()
        seen, before = list[str](), list[str]()
        left, bottom, width, height = self.ask(f"rectangle({area!r}, {region!r})")
        for _ in range(MOST_PAGES):
            page = list[str]()
            for x in (left + round(width * part) for part in across):
                for y in range(bottom + height - 4, bottom, -STEP_PX):
                    self.move(x, y)
                    self.settle(2)
                    found = self._below(area, region)
                    if what in found:
                        return x, y
                    page += [found] if found and found not in page else []
            if page and page == before:
                break  # it does not scroll any further
            seen, before = seen + page, page
            self.scroll(left + EDGE_PX, bottom + height // 2, SCROLLS)
        raise AssertionError(f"no button for {what!r} in {area}, but {seen}")

    def _below(self, area: str, region: str) -> str:
        """What the button under the mouse does; one of the preferences is asked by its menu."""
        found = str(self.ask(f"under_mouse({area!r}, {region!r})"))
        return self.menu_of() if not found and area == "PREFERENCES" else found

    def menu_of(self) -> str:
        """Which button is under the mouse, by the menu that the right mouse button opens on it."""
        self.ask("asked_of.clear()")
        for is_down in (True, False):
            self.screen.button(RIGHT, is_down=is_down)
        self.settle(4)
        found = self.ask("asked_of[-1] if asked_of else ''")
        if found:
            self.screen.press("escape")
            self.settle()
        return str(found)

    def scroll(self, x: int, y: int, clicks: int) -> None:
        """Turn the mouse's wheel at a place; down, or up for negative numbers."""
        self.move(x, y)
        self.settle()
        for _ in range(abs(clicks)):
            for is_down in (True, False):
                self.screen.button(WHEEL_DOWN if clicks > 0 else WHEEL_UP, is_down=is_down)
        self.settle(30)  # Blender scrolls smoothly

    def click_on(
        self,
        what: str,
        area: str = "PROPERTIES",
        region: str = "WINDOW",
        across: tuple[float, ...] = ACROSS,
    ) -> None:
        """Find a button and press it."""
        self.click(*self.find(what, area, region, across))

    def redraw(self) -> None:
        """Have all that changed drawn: until then buttons stand, and are pressed, where they were before."""
        self.ask(
            "[area.tag_redraw() for one in bpy.context.window_manager.windows for area in one.screen.areas]"
        )
        self.settle(10)

    def picture(self, path: Path | None = None) -> Image.Image:
        """What is on the screen, with all that changed drawn."""
        self.redraw()
        image = self.screen.picture()
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            image.save(path)
        return image

    def stall(self) -> Stall:
        """The longest since the start, or since ``ask("watch()")``."""
        longest_s, ours_s, where = self.ask("[beats['longest_s'], ours['longest_s'], ours['where']]")
        return Stall(longest_s, ours_s, where)

    def end(self) -> None:
        """Kill it, with what it started, if it has not ended by itself."""
        try:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
        finally:
            self.process.wait()
            self._link.close()
            shutil.rmtree(self._folder, ignore_errors=True)
