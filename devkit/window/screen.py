"""A screen of its own with mouse and keyboard: Xvfb in the application's system, used through XTest."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest
from Xlib.protocol import event

from devkit.network.services import tool_root

NAMES = {"enter": "Return", "escape": "Escape", "ctrl": "Control_L", "shift": "Shift_L", "alt": "Alt_L"}
NAMES |= {"tab": "Tab", "backspace": "BackSpace", "space": "space", "home": "Home", "delete": "Delete"}
KEY_PAUSE_S = 0.02
DELETE = "WM_DELETE_WINDOW"  # what a window manager sends for the button in a window's corner


@dataclass
class Screen:
    """Its size in pixels, and what it is called."""

    name: str
    width: int
    height: int
    display: Any = field(repr=False)

    def move(self, x: int, y: int) -> None:
        """Move the mouse; y counts from the top."""
        self._fake(X.MotionNotify, x=x, y=y)

    def button(self, number: int = 1, *, is_down: bool) -> None:
        """Press or release a button of the mouse."""
        self._fake(X.ButtonPress if is_down else X.ButtonRelease, number)

    def press(self, keys: str) -> None:
        """Press keys together, such as ctrl+q."""
        codes = [self._code(NAMES.get(key, key)) for key in keys.split("+")]
        for code in codes:
            self._fake(X.KeyPress, code)
        for code in reversed(codes):
            self._fake(X.KeyRelease, code)

    def type(self, text: str) -> None:
        """Type what a keyboard has keys for."""
        for letter in text:
            symbol = XK.string_to_keysym(letter) or ord(letter)
            code = self.display.keysym_to_keycode(symbol)
            is_shifted = self.display.keycode_to_keysym(code, 0) != symbol
            if is_shifted:
                self._fake(X.KeyPress, self._code(NAMES["shift"]))
            self._fake(X.KeyPress, code)
            self._fake(X.KeyRelease, code)
            if is_shifted:
                self._fake(X.KeyRelease, self._code(NAMES["shift"]))
            time.sleep(KEY_PAUSE_S)

    def manage(self) -> None:
        """What a window manager does for the newest window: it lies within the screen, and has the keys."""
        newest = self._newest()
        shape = newest.get_geometry()
        x, y = (
            max(0, min(at, size - length))
            for at, size, length in ((shape.x, self.width, shape.width), (shape.y, self.height, shape.height))
        )
        newest.configure(x=x, y=y)
        self.display.set_input_focus(newest, X.RevertToParent, X.CurrentTime)
        self.display.sync()

    def close(self) -> None:
        """Close the newest window, as the button in its corner does."""
        newest = self._newest()
        protocols, delete = (self.display.intern_atom(name) for name in ("WM_PROTOCOLS", DELETE))
        asked = event.ClientMessage(window=newest, client_type=protocols, data=(32, [delete, 0, 0, 0, 0]))
        newest.send_event(asked)
        self.display.sync()

    def _newest(self) -> Any:
        windows = self.display.screen().root.query_tree().children
        return [one for one in windows if one.get_attributes().map_state == X.IsViewable][-1]

    def picture(self) -> Image.Image:
        """What is seen now."""
        root = self.display.screen().root
        raw = root.get_image(0, 0, self.width, self.height, X.ZPixmap, 0xFFFFFFFF)
        return Image.frombytes("RGB", (self.width, self.height), raw.data, "raw", "BGRX")

    def _code(self, name: str) -> int:
        return int(self.display.keysym_to_keycode(XK.string_to_keysym(name)))

    def _fake(self, kind: int, detail: int = 0, **where: int) -> None:
        xtest.fake_input(self.display, kind, detail, **where)
        self.display.sync()


@contextmanager
def running_screen(width: int, height: int, log: Path) -> Iterator[Screen]:
    """A screen that ends with the block."""
    inside = str(tool_root("blender") / "inside")
    options = ["-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset"]
    with log.open("wb") as said:
        command = [inside, "Xvfb", *options]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, start_new_session=True)
    try:
        assert server.stdout is not None
        with server.stdout as told:
            number = told.readline().decode().strip()
        assert number, log.read_text()
        display = Display(f":{number}")
        display.intern_atom(DELETE)  # a program that starts where nobody knows it can't be asked to close
        yield Screen(f":{number}", width, height, display)
        display.close()
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # what stands between lets no other signal through
        server.wait()
