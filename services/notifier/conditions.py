"""What lasts: a job that waits, a service that is down. It is told once, when it has lasted long enough."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from .audience import addressed
from .notice import Addressed, noticed
from .people import Listener
from .words import Words

Kept = Mapping[str, tuple[int, bool]]  # since when each lasts, and whether it was told
Change = dict[str, tuple[int, bool] | None]


@dataclass(frozen=True)
class Condition:
    """Something that was looked at for a person; ``holds``: it is so now, in these ``words``.

    It is told after ``after_s``; its end, in the words of ``over``, if there are some.
    """

    listener: Listener
    kind: str
    subject: str
    holds: bool
    words: Words = ("", "")
    link: str = ""
    after_s: int = 0
    over: Callable[[int], Words] | None = None

    @property
    def name(self) -> str:
        """By which it is known again."""
        return f"{group_of(self.listener, self.kind)}{self.subject}"


def group_of(listener: Listener, kind: str) -> str:
    """What all names of a kind and person begin with."""
    return f"{listener.name}/{kind}/"


def changes(
    kept: Kept, looked: Sequence[Condition], groups: Collection[str], now_s: int
) -> tuple[Change, list[Addressed]]:
    """What is to be written down, and told; ``groups`` are those of which everything was looked at."""
    changed: Change = {}
    found: list[Addressed] = []
    holding = {one.name: one for one in looked if one.holds}
    for name, one in holding.items():
        since_s, is_told = kept.get(name, (now_s, False))
        if not is_told and now_s - since_s >= one.after_s:
            found += _told(one, one.words, f"{name}@{since_s}", now_s)
            changed[name] = since_s, True
        elif name not in kept:
            changed[name] = since_s, False
    ends = {one.name: one for one in looked if not one.holds and one.over is not None}
    for name, (since_s, is_told) in kept.items():
        if name in holding or not name.startswith(tuple(groups)):
            continue
        changed[name] = None
        end = ends.get(name)
        if is_told and end is not None and end.over is not None:
            found += _told(end, end.over(now_s - since_s), f"{name}@{since_s}/over", now_s)
    return changed, found


def _told(one: Condition, words: Words, cause: str, now_s: int) -> list[Addressed]:
    notice = noticed(one.kind, cause, words, one.link, now_s)
    return list(addressed(one.listener, notice, now_s))
