"""One thing that happened, as one person is told of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """``cause`` is the same whenever the same thing is heard of; ``block`` is None for what no block holds.

    ``amount_fri`` is what notices of this kind are added up by.
    """

    kind: str
    cause: str
    title: str
    text: str
    link: str
    happened_s: int
    block: int | None = None
    amount_fri: int = 0


@dataclass(frozen=True)
class Addressed:
    """To whom, by which channel, and until when it is gathered with others; None: it goes at once."""

    person: str
    channel: str
    notice: Notice
    gather_s: int | None = None


@dataclass(frozen=True)
class Message:
    """What a channel sends; ``id`` is the same each time that it is tried."""

    id: str
    kind: str
    title: str
    text: str
    link: str
    sent_s: int
    notices: tuple[Notice, ...] = ()


class NotSent(Exception):
    """It could not be sent; ``after_s`` is what the other side asks us to wait, 0 if it does not."""

    def __init__(self, why: str, after_s: int = 0) -> None:
        super().__init__(why)
        self.after_s = after_s


class Gone(Exception):
    """The other side wants nothing by this channel any more."""
