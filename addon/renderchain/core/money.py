"""STRK amounts: integers of fri (10^-18 STRK), never floats."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import SettingsError

FRI_PER_STRK = 10**18
MAX_FRI = 2**128 - 1
MOST_DIGITS = 30  # before the point; more than Python converts would be no number at all


@dataclass(frozen=True)
class Fee:
    """What a transaction will likely and can at most cost, in fri."""

    estimated_fri: int
    highest_fri: int


def parse_strk(text: str) -> int:
    """Fri from decimal text such as ``0.25``; raises SettingsError."""
    whole, dot, fraction = text.strip().partition(".")
    if not (whole or fraction) or not (whole + fraction).isdecimal() or len(fraction) > 18:
        raise SettingsError(f"{text!r:.40} is not an amount of STRK; write digits such as 0.25.")
    strk = int(whole or "0") if len(whole) <= MOST_DIGITS else MAX_FRI
    fri = strk * FRI_PER_STRK + int((fraction or "0").ljust(18, "0"))
    if fri > MAX_FRI:
        raise SettingsError(f"{text.strip():.40} STRK is more than a contract can hold.")
    return fri


def about_fri(fri: int) -> int:
    """In three digits, away from zero: no cost is said to be less than it is."""
    step: int = 10 ** max(len(str(abs(fri))) - 3, 0)
    rounded = -(-abs(fri) // step) * step
    return -rounded if fri < 0 else rounded


def about_strk(fri: int) -> str:
    """STRK in three digits, away from zero."""
    return format_strk(about_fri(fri))


def four_decimals(fri: int, *, up: bool = True) -> str:
    """STRK as a dialog shows it: a cost is rounded up, what is there or comes back down (``up`` is false)."""
    step = FRI_PER_STRK // 10**4
    steps = -(-fri // step) if up else fri // step
    whole, rest = divmod(steps, 10**4)
    return f"{whole:,}.{rest:04d}"


def format_strk(fri: int) -> str:
    """Exact decimal STRK without trailing zeros."""
    sign = "-" if fri < 0 else ""
    whole, rest = divmod(abs(fri), FRI_PER_STRK)
    fraction = f"{rest:018d}".rstrip("0")
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
