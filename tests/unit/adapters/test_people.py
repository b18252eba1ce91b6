"""Whether people use a machine: by a real terminal, and by what logind says of desktops."""

from __future__ import annotations

import os
import tty
from pathlib import Path

import pytest
from renderchain.adapters.people import ASK_IN_VAIN_S, ASK_S, NoAnswer, People

NOW_S = 1_800_000_000.0
NOBODY = NOW_S - 90_000


class Logind:
    """Says what it is told to; counts how often it was asked."""

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        if self.text is None:
            raise NoAnswer
        return self.text


def said(is_idle: bool, since_s: float) -> str:
    return f"IdleHint={'yes' if is_idle else 'no'}\nIdleSinceHint={int(since_s * 1e6)}\n"


@pytest.fixture
def terminals(tmp_path: Path) -> Path:
    """A machine's folder of devices, with a terminal in which nobody has typed for a day."""
    (tmp_path / "pts").mkdir()
    for name in ("pts/3", "tty1", "pts/ptmx"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (NOBODY, NOW_S))  # what is printed there is nobody's doing
    return tmp_path


@pytest.mark.parametrize(("ago_s", "is_used"), [(0, True), (899, True), (901, False)])
def test_whoever_typed_in_a_terminal_uses_the_machine_for_a_while(
    terminals: Path, ago_s: float, *, is_used: bool
) -> None:
    os.utime(terminals / "pts/3", (NOW_S - ago_s, NOW_S))
    people = People(lambda: NOW_S, terminals, Logind(None))
    assert bool(people.are_here(15)) is is_used and not people.desktops_are_heard


def test_what_is_typed_in_a_real_terminal_is_seen() -> None:
    keyboard, terminal = os.openpty()
    try:
        tty.setraw(terminal)
        path = Path(os.ttyname(terminal))
        os.utime(path, (1, 1))
        os.write(keyboard, b"x")
        assert os.read(terminal, 1) == b"x"
        typed_s = path.stat().st_atime
        assert typed_s > 1
        people = People(lambda: typed_s + 30, ask=Logind(None))
        assert "idle_minutes" in people.are_here(1)
    finally:
        os.close(keyboard)
        os.close(terminal)


@pytest.mark.parametrize(
    ("text", "is_used", "is_heard"),
    [
        (said(is_idle=False, since_s=0), True, True),
        (said(is_idle=True, since_s=NOW_S - 60), True, True),
        (said(is_idle=True, since_s=NOW_S - 3600), False, True),
        (said(is_idle=True, since_s=0), False, True),  # nobody has logged in
        ("IdleHint=yes\nIdleSinceHint=never\n", False, False),
        ("nonsense", False, False),
        (None, False, False),
    ],
)
def test_desktops_say_when_nobody_has_touched_them(
    terminals: Path, text: str | None, *, is_used: bool, is_heard: bool
) -> None:
    people = People(lambda: NOW_S, terminals, Logind(text))
    assert bool(people.are_here(15)) is is_used and people.desktops_are_heard is is_heard


@pytest.mark.parametrize(("text", "holds_s"), [(said(is_idle=True, since_s=0), ASK_S), (None, ASK_IN_VAIN_S)])
def test_logind_is_asked_now_and_then(terminals: Path, text: str | None, holds_s: float) -> None:
    clock, logind = [NOW_S], Logind(text)
    people = People(lambda: clock[0], terminals, logind)
    for later_s in (0, holds_s - 1, holds_s):
        clock[0] = NOW_S + later_s
        people.are_here(15)
    assert logind.asked == 2


def test_what_was_typed_by_a_clock_that_was_ahead_keeps_no_machine_in_use(terminals: Path) -> None:
    year_s = 365 * 86400
    os.utime(terminals / "pts/3", (NOW_S + year_s, NOW_S))
    clock, logind = [NOW_S + year_s], Logind(said(is_idle=False, since_s=0))
    people = People(lambda: clock[0], terminals, logind)
    assert people.are_here(15)
    clock[0], logind.text = NOW_S, said(is_idle=True, since_s=NOBODY)
    assert not people.are_here(15) and logind.asked == 2
