"""What a delivery says: one notice as it is, or many in an order that people read gladly."""

from __future__ import annotations

from itertools import groupby

from renderchain.core.money import format_strk
from renderchain.core.notices import counted

from . import words
from .deliveries import Delivery
from .kinds import DIGEST, KINDS
from .notice import Message, Notice

MOST_LINES = 12  # of a kind; of the others it is said how many there are
ORDER = ("correction", "service_down", "index_behind", *KINDS)


def message_of(delivery: Delivery, zone: str, dashboard: str, now_s: int) -> Message:
    """To be sent now; the same delivery says the same again, but for what was dropped meanwhile."""
    notices = delivery.notices
    if len(notices) == 1:
        one = notices[0]
        text = f"{one.text}\n\n{words.clock(one.happened_s, zone)}" if one.text else ""
        return Message(delivery.id, one.kind, one.title, text, one.link, now_s, notices)
    return Message(delivery.id, DIGEST, _title(notices), _text(notices, zone), dashboard, now_s, notices)


def _title(notices: tuple[Notice, ...]) -> str:
    """The first thing, and how many more there are."""
    first = sorted(notices, key=_place)[0]
    return f"{first.title}, and {counted(len(notices) - 1, 'more notice')}"


def _text(notices: tuple[Notice, ...], zone: str) -> str:
    parts = []
    for kind, group in groupby(sorted(notices, key=_place), key=lambda one: one.kind):
        some = list(group)
        lines = [f"- {one.title} ({words.clock(one.happened_s, zone)})" for one in some[:MOST_LINES]]
        if len(some) > MOST_LINES:
            lines.append(f"- and {len(some) - MOST_LINES} more")
        parts.append("\n".join([f"{_heading(kind, some)}:", *lines]))
    return "\n\n".join(parts)


def _heading(kind: str, some: list[Notice]) -> str:
    heading, sum_fri = HEADINGS.get(kind, "Taken back"), sum(one.amount_fri for one in some)
    return f"{heading}, {format_strk(sum_fri)} STRK together" if sum_fri else heading


def _place(one: Notice) -> tuple[int, int]:
    return ORDER.index(one.kind), one.happened_s


HEADINGS = {
    "job_done": "Jobs that are done",
    "frames_failed": "Frames that failed",
    "frames_doubted": "Frames that are doubted",
    "challenge_ended": "Challenges",
    "job_waits": "Jobs that wait",
    "deadline_near": "Jobs that end soon",
    "money_low": "Accounts that hold little",
    "paid": "Paid",
    "lease_lost": "Leases that were lost",
    "audit_won": "Audits won",
    "audit_lost": "Audits lost",
    "stake_shrank": "Stake that is gone",
    "reserve_low": "Workers with little left for gas",
    "worker_silent": "Workers that took nothing",
    "index_behind": "The index",
    "service_down": "Services",
}
