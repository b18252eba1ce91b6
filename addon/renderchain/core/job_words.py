"""How a job stands, in the artist's words: its one line, and what stands under it."""

from __future__ import annotations

from .artist_job import REFUSED, SENDING, JobOverview
from .durations import duration_of
from .frames import format_frames
from .lifecycle import JobState
from .money import about_strk
from .notices import counted


def standing(one: JobOverview) -> str:
    """What a job is at, in a sentence or two."""
    if one.state == SENDING:
        return "It is being sent; the network has not confirmed it yet."
    if one.state == REFUSED:
        return "The network refused it, or it was never sent: nothing was paid."
    total, here = counted(one.frame_count, "frame"), one.delivered_count
    if one.state == JobState.COMPLETED:
        return f"Done: {total} for {about_strk(one.progress.paid_fri)} STRK."
    if one.state == JobState.CANCELED:
        held = len(one.progress.in_work)
        rest = f" Workers still finish {counted(held, 'frame')}." if held else ""
        return f"Canceled: {here} of {total} came.{rest}"
    if one.waits and not one.worker_count:
        return f"{here} of {total} are done. It waits: {one.waits.sentence}."
    parts = [f"{here} of {total} are done"]
    if one.worker_count:
        who = counted(one.worker_count, "worker renders", "workers render")
        parts.append(f"{who} {len(one.progress.in_work)} more")
    if one.left_s is not None:
        parts.append(f"about {duration_of(one.left_s)} are left")
    return f"{'; '.join(parts)}."


def money(one: JobOverview) -> str:
    """What was paid to workers and what came back; "" as long as nothing moved."""
    if one.job is None:
        return ""
    pay_fri = one.job.reward_fri * one.frame_count
    text = f"{about_strk(one.progress.paid_fri)} of {about_strk(pay_fri)} STRK are paid to workers"
    if one.progress.refunded_fri:
        text += f", {about_strk(one.progress.refunded_fri)} came back"
    return f"{text}."


def marks(one: JobOverview) -> list[str]:
    """Frames that lack, and those that something is wrong with."""
    said = []
    if one.missing:
        said.append(f"Missing: {format_frames(one.missing)}")
    if one.doubted:
        said.append(f"Doubted: {format_frames(one.doubted)}")
    return said


def summary(one: JobOverview) -> str:
    """The money, time and workers of a job for a narrow column."""
    parts = [f"{about_strk(one.progress.paid_fri)} STRK"]
    if one.left_s is not None:
        parts.append(duration_of(one.left_s))
    if one.worker_count:
        parts.append(counted(one.worker_count, "worker"))
    return " · ".join(parts)
