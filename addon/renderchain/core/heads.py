"""Nodes of one chain by their newest blocks: which of them show the present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .notices import counted

# Both together are far behind: blocks may be rare, and nodes are never at the same one for long.
FAR_BLOCKS, FAR_S = 3, 60.0


@dataclass(frozen=True)
class Head:
    """A node's newest block, and when that was made (seconds since 1970)."""

    block: int
    made_s: float


def why_aside(heads: Sequence[Head], now_s: float, oldest_s: float) -> list[str]:
    """Why each node shows another time than ours, or what the others have left behind; "" if it does not."""
    found = [_off(head, now_s, oldest_s) for head in heads]
    best = max((one for one, off in zip(heads, found, strict=True) if not off), key=_block_of, default=None)
    if best is None:
        return found
    return [off or _behind(head, best) for head, off in zip(heads, found, strict=True)]


def _block_of(head: Head) -> int:
    return head.block


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


def _behind(head: Head, best: Head) -> str:
    blocks, left_s = best.block - head.block, best.made_s - head.made_s
    if blocks <= FAR_BLOCKS or left_s <= FAR_S:
        return ""
    return f"it is {counted(blocks, 'block')} or {_minutes(left_s)} behind another node"


def _minutes(seconds: float) -> str:
    return counted(round(seconds / 60), "minute")
