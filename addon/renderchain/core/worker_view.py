"""What a terminal shows of a worker: a screen of text, drawn anew out of its state."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise

from .ids import BoardLease
from .money import format_strk
from .notices import Level
from .notices.lines import to_text
from .plain_text import printable
from .worker_state import HeldLease, Progress, WorkerState

STILL_S = 10.0  # after so long without news, progress is not of what happens now
SHOWN_FRI = 10**12  # smaller amounts are not shown
SHORT = 200
BAR = 24
ROWS = 5  # of leases or seats; the others are counted
INDENT = 9
ALARM = "! "  # begins what somebody should look at
UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def draw(
    state: WorkerState, now_s: float, width: int, height: int, *, name: str = "", loop_age_s: float = 0.0
) -> list[str]:
    """At most ``height`` lines of at most ``width`` columns, without anything on which a terminal acts.

    ``now_s`` is in seconds since 1970, ``loop_age_s`` how long the worker's loop stands still. Where there
    is little room the last notices go first, then the other parts from below.
    """
    parts = [
        _head(state, now_s, name),
        [*_condition(state, now_s, loop_age_s), ""],
        _part("Now", _now(state, now_s)),
        _part("Leases", _held(state.held, now_s, "none")),
        _part("Seats", _held(state.seats, now_s, "none to vote on")),
        _part("Audits", [_counts(state.duties) or "nothing yet"]),
        _part("Pay", _money(state, now_s)),
    ]
    lines = [line for part in parts for line in part]
    lines += _last(state, height - len(lines) - 2)
    return [fitted(line, width) for line in lines[: max(height, 0)]]


def in_short(state: WorkerState) -> str:
    """One line on what it does now, without anything on which a terminal acts."""
    if state.is_ended:
        text = "Ends"
    elif state.waits:
        text = f"Waiting for {', '.join(state.waits)}"
    elif state.rendering:
        each = state.rendering.items()
        frames = (f"{lease}: {one.frames.done} of {one.frames.total} frames" for lease, one in each)
        text = f"Rendering lease {'; lease '.join(frames)}"
    elif state.seats:
        text = "Verifying"
    else:
        text = "Ready" if state.is_started else "Starting"
    held = f"; leases that have not ended: {len(state.held)}" if state.held else ""
    return fitted(text + held, SHORT)


def fitted(text: str, width: int) -> str:
    """The text cut to so many columns of a terminal, in which some characters take two."""
    text, used = printable(text), 0
    for at, one in enumerate(text):
        used += 0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        if used > width:
            return text[:at]
    return text


def span(seconds: float) -> str:
    """A time in its largest unit and the next one, such as ``3 d 4 h``."""
    left = max(int(seconds), 0)
    for (unit_s, word), (next_s, next_word) in pairwise(UNITS):
        if left >= unit_s:
            rest = left % unit_s // next_s
            return f"{left // unit_s} {word}" + (f" {rest} {next_word}" if rest else "")
    return f"{left} s"


def _clock(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _head(state: WorkerState, now_s: float, name: str) -> list[str]:
    what = "".join(
        f", Blender {one.blender_version}, {one.device} ({one.device_name})"
        for one in state.machines.values()
    )
    who = f"RenderChain {name}".rstrip() + what
    return [f"{_clock(now_s)}  {who}, up {span(now_s - state.began_s)}"]


def _condition(state: WorkerState, now_s: float, loop_age_s: float) -> list[str]:
    lines = [f"{ALARM}It has stood still for {span(loop_age_s)}"] if loop_age_s > STILL_S else []
    for name, at_s in list(state.waits.items())[:ROWS]:
        lines.append(f"{ALARM}Waiting for {name} since {_clock(at_s)} ({span(now_s - at_s)})")
    lines += [f"{ALARM}Nothing of {family} is rendered any more" for family in state.out_of_service]
    if lines:
        return lines
    if state.is_ended:
        return ["It ends"]
    return ["Ready" if state.is_started else "Starting"]


def _part(title: str, lines: Iterable[str]) -> list[str]:
    titles = [title]
    return [f"{(titles.pop() if titles else ''):{INDENT}}{line}" for line in lines]


def _now(state: WorkerState, now_s: float) -> list[str]:
    lines = []
    for lease, one in list(state.rendering.items())[:ROWS]:
        held = state.held.get(lease)
        of_job = f" of job {held.job_id}" if held else ""
        in_lane = f" in lane {one.lane}" if len(state.lanes_s) > 1 else ""
        lines.append(f"rendering lease {lease}{of_job}{in_lane}")
        lines.append(_bar(one.frames))
    work = state.progress
    is_one = len(state.rendering) <= 1  # else it is now of the one, now of the other
    if work is not None and is_one and work.what != "frames" and now_s - work.time_s < STILL_S:
        lines.append(_bar(work))
    if not lines and state.seats:
        lines.append("verifying")
    return lines or ["waiting for work" if state.is_ready else "nothing"]


def _bar(progress: Progress) -> str:
    what = printable(progress.what)
    if not progress.total:
        return f"{progress.done:,} {what}"
    full = min(BAR * progress.done // progress.total, BAR)
    left_s = progress.left_s
    left = f", about {span(left_s)} left" if left_s is not None else ""
    counts = f"{progress.done:,} of {progress.total:,}"
    return f"[{'#' * full}{'.' * (BAR - full)}] {counts} {what}{left}"


def _held(held: dict[BoardLease, HeldLease], now_s: float, none: str) -> list[str]:
    newest = list(held.items())[::-1]
    lines = []
    for lease, one in newest[:ROWS]:
        frames = f", {one.done_count} of {one.frame_count} frames" if one.frame_count else ""
        lines.append(f"{lease} of job {one.job_id}: {one.step} for {span(now_s - one.since_s)}{frames}")
    if len(newest) > ROWS:
        lines.append(f"and {len(newest) - ROWS} more")
    return lines or [none]


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {number}" for key, number in sorted(counts.items()))


def _money(state: WorkerState, now_s: float) -> list[str]:
    money, stake = state.money, state.stake
    earned = f"{_strk(money.earned_on(now_s))} STRK today, {_strk(money.earned_fri)} since it started"
    spent = f"{_strk(money.fees_fri)} spent on gas"
    lost = f", {ALARM}{_strk(money.lost_fri)} of stake lost" if money.lost_fri else ""
    lines = [f"{earned}; {spent}{lost}"]
    if stake is not None:
        work, locked, seats = map(_strk, (stake.work_fri, stake.locked_fri, stake.seats_fri))
        lines.append(f"stake: {work} for work, {locked} of it locked; {seats} for seats")
    ends = {name: number for name, number in state.outcomes.items() if name not in ("claimed", "submitted")}
    lines.append(
        f"{state.frame_count} frames in {span(state.render_s)}; leases: {_counts(ends) or 'none ended'}"
    )
    return lines


def _strk(amount_fri: int) -> str:
    return format_strk(amount_fri // SHOWN_FRI * SHOWN_FRI)


def _last(state: WorkerState, room: int) -> list[str]:
    """The newest notices that there is room for, the newest below."""
    newest = list(state.last)[-room:] if room > 0 else []
    if not newest:
        return []
    marks = {Level.INFO: "  "}
    return [
        "",
        "Said last",
        *(f"{marks.get(notice.level, ALARM)}{to_text(notice, time_s)}" for time_s, notice in newest),
    ]
