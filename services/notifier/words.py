"""What people read: one short line, and a sentence or two that say what to do where there is something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from renderchain.core.durations import duration_of
from renderchain.core.money import about_strk, format_strk
from renderchain.core.notices import counted

Row = Mapping[str, Any]
Words = tuple[str, str]  # title, text


def frames(first: int, count: int, of: int) -> str:
    """Which, counted from 1: the scene's own numbers are in the package alone."""
    many = f"frame {first + 1}" if count == 1 else f"frames {first + 1} to {first + count}"
    return f"{many} of {of}"


def job_done(job: str, row: Row) -> Words:
    """A job that is closed."""
    tasks, came = row["tasks"], row["accepted_tasks"]
    paid = f"{about_strk(int(row['paid_fri']))} STRK were paid to workers"
    back_fri = int(row["refunded_fri"])
    back = f", and {format_strk(back_fri)} STRK came back" if back_fri else ""
    if came >= tasks:
        return f"Job {job} is done: {counted(tasks, 'frame')}", f"{paid}{back}."
    missing = counted(tasks - came, "frame")
    text = (
        f"{came} of {counted(tasks, 'frame')} came. {paid}{back}. Order what is missing again if you need it."
    )
    return f"Job {job} is over, with {missing} missing", text


def frames_lost(job: str, row: Row, lease: Row, state: str) -> Words:
    """A lease that ended without pay."""
    which = frames(lease["first"], lease["count"], row["tasks"])
    why = "did not deliver in time" if state == "expired" else "delivered what verifiers found wrong"
    text = f"Worker {lease['worker']} {why}. Nothing was paid for them; another worker can take them."
    return f"Job {job}: {which} failed", text


def frames_refunded(job: str, tasks: int, refunded_fri: int) -> Words:
    """Tasks that nobody will render."""
    text = f"Their pay, {format_strk(refunded_fri)} STRK, came back. Order them again if you need them."
    return f"Job {job}: {counted(tasks, 'frame')} will not be rendered", text


def frames_doubted(job: str, row: Row, lease: Row, counted_votes: int, objecting: int) -> Words:
    """A round that went against a lease."""
    which = frames(lease["first"], lease["count"], row["tasks"])
    text = (
        f"{objecting} of {counted_votes} verifiers object to what worker {lease['worker']} delivered. "
        "It is not paid unless an appeal turns that; the frames are rendered again."
    )
    return f"Job {job}: {which} are doubted", text


def challenge_ended(job: str, row: Row, lease: Row, verdict: str) -> Words:
    """What became of the requester's challenge."""
    which = frames(lease["first"], lease["count"], row["tasks"])
    title, text = {
        "rejected": (
            "Your challenge was right",
            "The worker is not paid, your bond comes back, and they are rendered again.",
        ),
        "accepted": ("Your challenge was not confirmed", "Verifiers found them right: the worker is paid."),
    }.get(
        verdict,
        ("Your challenge was not decided", "Too few verifiers could say what is right."),
    )
    return f"{title}: job {job}, {which}", text


def lease_lost(worker: int, lease: str, row: Row) -> Words:
    """A lease that a worker did not bring in time."""
    text = (
        f"It had {counted(row['count'], 'frame')} of job {row['job']}. See whether the worker runs, and "
        "reaches its node and its IPFS node."
    )
    return f"Worker {worker} lost a lease: it was not in time", text


def audit_ended(worker: int, row: Row, verdict: str) -> Words:
    """An audit of a worker's lease."""
    what = f"{counted(row['count'], 'frame')} of job {row['job']}"
    if verdict == "accepted":
        return f"Worker {worker} won an audit", f"Verifiers found its {what} right."
    if verdict == "rejected":
        slashed_fri = int(row["slashed_fri"] or 0)
        cost = f" It lost {about_strk(slashed_fri)} STRK of its stake." if slashed_fri else ""
        text = (
            f"Verifiers found its {what} wrong.{cost} Pause it and look at the machine before it takes more."
        )
        return f"Worker {worker} lost an audit", text
    return (
        f"Worker {worker}: an audit was not decided",
        f"Verifiers could not say whether its {what} are right.",
    )


def stake_shrank(worker: int, lost_fri: int, row: Row, job: str | None, *, as_verifier: bool) -> Words:
    """Stake that is gone, for a lease of that job if it is known."""
    left = "seat_stake_fri" if as_verifier else "stake_fri"
    of = "" if job is None else f" of job {job}"
    why = f"a fault as a verifier{of}" if as_verifier else f"a lease{of} that was lost, or given back late"
    rest = f" {about_strk(int(row[left]))} STRK are left." if row.get(left) is not None else ""
    return f"Worker {worker} lost {about_strk(lost_fri)} STRK of its stake", f"It is for {why}.{rest}"


def paid(worker: int, paid_fri: int, row: Row) -> Words:
    """Pay that came."""
    text = f"For {counted(row['count'], 'frame')} of job {row['job']}."
    return f"Worker {worker} was paid {format_strk(paid_fri)} STRK", text


def waits(job: str, row: Row, waiting: Row) -> Words:
    """Nobody renders a job, and why."""
    reasons = [
        (waiting["without_offer"], "have no standing offer"),
        (waiting["price_too_low"], "want a higher price"),
        (waiting["package_too_large"], "take no package of this size"),
        (waiting["memory_too_much"], "have too little memory"),
        (waiting["offer_over"], "have an offer that is over"),
        (waiting["busy"], "have no slot free"),
    ]
    said = [f"{count} {why}" for count, why in reasons if count]
    if not waiting["workers"]:
        why = "No worker renders its family now."
    elif said:
        why = f"Of {counted(waiting['workers'], 'worker')} of its family, {', '.join(said)}."
    else:
        why = f"{counted(waiting['willing'], 'worker')} could take it and did not yet."
    raise_ = " A higher price would reach more of them." if waiting["price_too_low"] else ""
    return f"Job {job} waits: {counted(row['open_tasks'], 'frame')} open", f"{why}{raise_}"


def deadline_near(job: str, row: Row, left_s: int, needs_s: int | None) -> Words:
    """A job of which some frames may not be taken by its end."""
    pace = f" At its pace so far that takes {duration_of(needs_s)}." if needs_s else ""
    text = (
        f"{counted(row['open_tasks'], 'frame')} wait for a worker.{pace} What nobody has claimed by then is "
        "refunded."
    )
    return f"Job {job} ends in {duration_of(max(left_s, 0))}", text


def money_low(account: int, held_fri: int) -> Words:
    """An account that holds little."""
    return (
        f"Account {short(account)} holds {format_strk(held_fri)} STRK",
        "Send it some before its next job or transaction needs it.",
    )


def reserve_low(worker: int, account: int, held_fri: int) -> Words:
    """A worker's account that holds little."""
    text = f"Send its account {short(account)} some: below its reserve it takes no new leases."
    return f"Worker {worker} has {format_strk(held_fri)} STRK left for gas", text


def worker_silent(worker: int, silent_s: int | None, tasks: int) -> Words:
    """A worker that takes nothing."""
    since = f"for {duration_of(silent_s)}" if silent_s is not None else "since it was registered"
    text = (
        f"{counted(tasks, 'frame')} of its families are open meanwhile. See whether it runs, and whether its "
        "offer takes them."
    )
    return f"Worker {worker} took nothing {since}", text


def worker_back(worker: int, silent_s: int) -> Words:
    """It took something again."""
    return f"Worker {worker} is at work again", f"You were told of its silence {duration_of(silent_s)} ago."


def down(name: str, why: str) -> Words:
    """A service that does not answer."""
    return f"{name} is down", f"{sentence(why)} See whether it runs, and its log."


def up(name: str, down_s: int) -> Words:
    """It answers again."""
    return f"{name} is back", f"It was away for {duration_of(down_s)}."


def correction(title: str) -> Words:
    """What was told did not happen."""
    return (
        f"Taken back: {title}",
        "The chain dropped the block that said so. If it happens after all, you hear of it again.",
    )


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def short(account: int) -> str:
    """An address as people compare it."""
    text = f"{account:#x}"
    return text if len(text) <= 14 else f"{text[:8]}…{text[-4:]}"


def clock(time_s: int, zone: str) -> str:
    """Day and time where the person is."""
    return datetime.fromtimestamp(time_s, ZoneInfo(zone)).strftime("%-d %b %H:%M")


def one_line(text: str) -> str:
    """For headers and lists."""
    return re.sub(r"\s+", " ", text).strip()
