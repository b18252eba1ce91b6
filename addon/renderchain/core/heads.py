"""Nodes of one chain by their newest blocks: which of them show the present, and which make it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .notices import counted

# Both together are far behind: blocks may be rare, and nodes are never at the same one for long.
FAR_BLOCKS, FAR_S = 3, 60.0
BLOCK_S = 0.5  # no chain of ours makes blocks faster for long
AT_ONCE = 120  # a minute's: so far apart nodes may be, also where this machine's clock is slow
LONGEST_S = 1e6  # who takes older blocks has a chain whose blocks are made when they are needed: see ``most``


@dataclass(frozen=True)
class Head:
    """A node's newest block, and when that was made (seconds since 1970)."""

    block: int
    made_s: float


def most_block(head: Head, now_s: float, oldest_s: float) -> float:
    """The highest block that there can be by now where that one was there: blocks take their time.

    Where they are made when somebody needs one, as on a devnet, time tells nothing.
    """
    if oldest_s > LONGEST_S:
        return float("inf")
    return head.block + AT_ONCE + max(now_s - head.made_s, 0.0) / BLOCK_S


def believed(heads: Sequence[Head], now_s: float, oldest_s: float) -> Head | None:
    """The newest of the heads that most others allow; of two that contradict each other, the first."""
    there = [one for one in heads if not _off(one, now_s, oldest_s)]
    if not there:
        return None
    votes = [sum(_agree(one, other, now_s, oldest_s) for other in there) for one in there]
    trusted = there[votes.index(max(votes))]
    return max((one for one in there if _agree(one, trusted, now_s, oldest_s)), key=_block_of)


def why_aside(heads: Sequence[Head], now_s: float, oldest_s: float) -> list[str]:
    """Why each node shows another time than ours, or what the others have left behind or can't have reached;
    "" if it does not.
    """
    best = believed(heads, now_s, oldest_s)
    return [
        _off(one, now_s, oldest_s) or (_other(one, best, now_s, oldest_s) if best else "") for one in heads
    ]


def _agree(one: Head, other: Head, now_s: float, oldest_s: float) -> bool:
    """Whether both can be of one chain."""
    low, high = sorted((one, other), key=_block_of)
    return high.block <= most_block(low, now_s, oldest_s)


def _block_of(head: Head) -> int:
    return head.block


def _other(head: Head, best: Head, now_s: float, oldest_s: float) -> str:
    if head.block > most_block(best, now_s, oldest_s):
        return f"its newest block is {head.block}, and others are at {best.block}: it makes up blocks"
    return _behind(head, best, now_s if oldest_s <= LONGEST_S else best.made_s)


def _off(head: Head, now_s: float, oldest_s: float) -> str:
    age_s = now_s - head.made_s
    if age_s > oldest_s:
        return f"its newest block is {_minutes(age_s)} old: it is behind, or the chain stands still"
    if -age_s > oldest_s:
        return (
            f"its newest block was made {_minutes(-age_s)} in this machine's future, so audits would be "
            "missed: set this machine's clock (NTP)"
        )
    return ""


def _behind(head: Head, best: Head, latest_s: float) -> str:
    # A block of the future, which may be made up, leaves nobody behind whose own is new.
    blocks, left_s = best.block - head.block, min(best.made_s, latest_s) - head.made_s
    if blocks <= FAR_BLOCKS or left_s <= FAR_S:
        return ""
    return f"it is {counted(blocks, 'block')} or {_minutes(left_s)} behind another node"


def _minutes(seconds: float) -> str:
    return counted(round(seconds / 60), "minute")
