"""Draws docs/pictures/worker_view.png: what `--view` shows of a worker, out of a made-up hour of notices.

    python -m tools.view_picture

The letters are those of the DejaVu Sans Mono that comes with Blender.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from renderchain.core.audit.state import Verdict, Vote
from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.notices import Notice, audits, leases, process
from renderchain.core.worker_state import WorkerState
from renderchain.core.worker_view import ALARM, draw

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "worker_view.png"
BEGAN_S = 1_769_860_800.0  # 2026-01-31 12:00 UTC
NOW_S = BEGAN_S + 3_600
FRI = 10**18
COLUMNS, ROWS = 106, 25
FONT_PIXELS = 15
BACK, PLAIN, TITLE, WARNING = "#11151c", "#c9d1d9", "#ffffff", "#e3b341"


def lease(number: int, at_s: float, frames: int) -> Iterator[tuple[float, Notice]]:
    """One that is rendered and submitted."""
    ids = JobId(3), LeaseId(number)
    yield at_s, leases.LeaseClaimed(*ids, 0x5C1, frames)
    yield at_s + 4, leases.RenderStarted(*ids, frames, "OPTIX", "NVIDIA RTX 4090")
    for frame in range(frames):
        yield at_s + 4 + 14 * (frame + 1), leases.FrameRendered(*ids, frame, 13.6)
    yield at_s + 20 + 14 * frames, leases.LeaseSubmitted(*ids, frames)


def story() -> Iterator[tuple[float, Notice]]:
    """An hour of a worker, by seconds since it began."""
    first, second, other = (JobId(3), LeaseId(41)), (JobId(3), LeaseId(42)), (JobId(2), LeaseId(77))
    yield 2, process.WaitingForWork("4.5", "OPTIX", "NVIDIA RTX 4090")
    yield 5, leases.StakeSeen(WorkerId(3), 50 * FRI, 6 * FRI, 44 * FRI, 5 * FRI)
    yield from lease(41, 60, 24)
    yield 500, audits.DrawnForAudit(*first, 0, 3)
    yield 900, audits.LeavesOpened(*first, 16, 3)
    yield 1500, audits.VerdictGiven(*first, 0, Verdict.ACCEPTED, 3, 0)
    yield 1600, leases.LeaseAccepted(*first, 12 * FRI // 10)
    yield 1660, audits.Verifying(*other, 0)
    yield 1800, audits.VoteRevealed(*other, 0)
    yield 1900, audits.VoteDeclined(JobId(2), LeaseId(78), 0, Vote.BUSY)
    yield from lease(42, 2000, 24)
    yield 2500, leases.LeasePaid(*second, 12 * FRI // 10)
    yield 2510, audits.DrawnForAudit(*second, 0, 3)
    yield 3300, process.TransactionConfirmed("Opening leaves of lease 42", 0x1, 8123, 31 * FRI // 10_000)
    yield 3310, audits.Verifying(JobId(5), LeaseId(79), 0)
    yield from (one for one in lease(43, 3440, 24) if one[0] < 3600)


def told_until_now() -> WorkerState:
    """The state after the story, in the middle of a frame."""
    state = WorkerState(BEGAN_S)
    for at_s, notice in story():
        state.note(notice, BEGAN_S + at_s)
    state.advance("samples of frame 12", 31, 128, NOW_S - 3)
    state.advance("samples of frame 12", 64, 128, NOW_S)
    return state


def main() -> None:
    """Draw it."""
    import bpy  # for its font alone

    (font_file,) = Path(bpy.utils.resource_path("LOCAL")).rglob("DejaVuSansMono.woff2")
    font = ImageFont.truetype(str(font_file), FONT_PIXELS)
    wide, high = int(font.getlength("M")), FONT_PIXELS + 5
    picture = Image.new("RGB", (wide * (COLUMNS + 2), high * (ROWS + 1)), BACK)
    pen = ImageDraw.Draw(picture)
    for row, line in enumerate(draw(told_until_now(), NOW_S, COLUMNS, ROWS, name="worker-1")):
        color = WARNING if line.startswith(ALARM) else PLAIN if row and line[:1].isspace() else TITLE
        pen.text((wide, high // 2 + high * row), line, fill=color, font=font)
    picture.quantize(32).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
