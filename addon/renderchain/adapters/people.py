"""Whether people use this machine: by what is typed in its terminals, and by what its desktops say.

A terminal remembers when somebody typed in it last. Desktops tell systemd's logind when nobody has touched
keyboard or mouse for as long as their own settings say, and since when.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..core.spans import NEVER_S, is_over

TERMINALS = ("pts/[0-9]*", "tty[0-9]*")
DEVICES = Path("/dev")
# Without a session it says what is so of all of them together.
LOGIND = ("loginctl", "show-session", "--property=IdleHint", "--property=IdleSinceHint")
ASK_S, ASK_IN_VAIN_S = 30.0, 600.0  # so long an answer of logind's holds, and that there is none
MOST_S = 2.0  # that it may take
MICROSECOND = 1e-6


class NoAnswer(Exception):
    """There is no logind that could be asked here."""


def ask_logind() -> str:
    """What logind says, a property a line; raises NoAnswer."""
    if shutil.which(LOGIND[0]) is None:
        raise NoAnswer
    try:
        done = subprocess.run(LOGIND, capture_output=True, text=True, timeout=MOST_S, check=True)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise NoAnswer from error
    return done.stdout


@dataclass
class People:
    """``now`` gives seconds since 1970; ``devices`` is where the terminals are."""

    now: Callable[[], float]
    devices: Path = DEVICES
    ask: Callable[[], str] = ask_logind
    _answer: tuple[bool, float] | None = field(default=None, init=False)  # idle, since when
    _asked_s: float = field(default=NEVER_S, init=False)

    def are_here(self, minutes: int) -> str:
        """Why not to render, or "": whether anybody used the machine in the last so many minutes."""
        last_s = max((*self._typed_s(), *self._touched_s()), default=0.0)
        if is_over(last_s, 60 * minutes, self.now()):
            return ""
        return f"Somebody uses this machine: nobody must have for {minutes} minutes (idle_minutes)."

    @property
    def desktops_are_heard(self) -> bool:
        """Whether desktops can be asked; else only what is typed in terminals is known."""
        return self._logind() is not None

    def _typed_s(self) -> Iterator[float]:
        for pattern in TERMINALS:
            for terminal in self.devices.glob(pattern):
                with suppress(OSError):  # it was closed in this moment
                    yield terminal.stat().st_atime

    def _touched_s(self) -> Iterator[float]:
        answer = self._logind()
        if answer is not None:
            is_idle, since_s = answer
            yield since_s if is_idle else self.now()

    def _logind(self) -> tuple[bool, float] | None:
        if is_over(self._asked_s, ASK_IN_VAIN_S if self._answer is None else ASK_S, self.now()):
            self._answer = self._asked()
            self._asked_s = self.now()
        return self._answer

    def _asked(self) -> tuple[bool, float] | None:
        try:
            found = dict(line.split("=", 1) for line in self.ask().splitlines() if "=" in line)
            return found["IdleHint"] == "yes", int(found["IdleSinceHint"]) * MICROSECOND
        except (NoAnswer, KeyError, ValueError):
            return None
