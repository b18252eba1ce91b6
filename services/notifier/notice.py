"""One thing that happened, as one person is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from renderchain.core.plain_text import plain, plain_lines

from .words import Words, one_line

TIMES_END_S = 2**37  # in the year 6325, which every calendar has
AMOUNTS_END_FRI = 2**128


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


def noticed(
    kind: str,
    cause: str,
    words: Words,
    link: str,
    happened_s: int,
    block: int | None = None,
    amount_fri: int = 0,
) -> Notice:
    """One that every database keeps and every channel shows, whatever an index put into it.

    Raises ValueError or TypeError where time or amount make no sense.
    """
    if not (0 <= happened_s < TIMES_END_S and 0 <= amount_fri < AMOUNTS_END_FRI):
        raise ValueError("no time, or no amount")
    title, text = plain(one_line(words[0])), plain_lines(words[1])
    return Notice(kind, cause, title, text, plain(link), int(happened_s), block, amount_fri)


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
