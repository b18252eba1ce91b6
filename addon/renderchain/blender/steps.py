"""Work on Blender's main thread in small steps, between which its interface goes on.

A step looks at one data-block or few, and nothing but data-blocks is kept from one to the next: what the
artist deletes meanwhile is then known to be gone, and nobody reads where it was.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TypeVar

Answer = TypeVar("Answer")
Found = TypeVar("Found")
Steps = Generator[None, None, Answer]


def all_at_once(steps: Steps[Answer]) -> Answer:
    """What comes of the steps, one right after the other."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            answer: Answer = end.value
            return answer


def gathered(looks: Iterable[Found | None], into: list[Found]) -> Steps[None]:
    """Take what a look finds; a None in it is the end of a step."""
    for one in looks:
        if one is None:
            yield
        else:
            into.append(one)
