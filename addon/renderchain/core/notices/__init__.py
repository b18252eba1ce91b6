"""What people and programs are told of the work, as typed values, each with its sentence.

A notice holds ids, counts, amounts, times, states and paths, and the reasons that errors give; never a
key, a salt or what a scene shows. ``lines`` has the form in which programs read notices.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from ..ids import JobId, LeaseId


class Level(StrEnum):
    """How much a notice wants attention."""

    INFO = "info"
    WARNING = "warning"  # somebody should look at it
    ERROR = "error"  # the process ends with it


@dataclass(frozen=True)
class Notice(ABC):
    """Base of all notices."""

    level: ClassVar[Level] = Level.INFO
    is_quiet: ClassVar[bool] = False  # only for metrics: no line is written
    board: int = field(default=0, kw_only=True)  # whose numbers it holds, where it is not the network's first

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What the user reads, in plain English."""


@dataclass(frozen=True)
class LeaseNotice(Notice):
    """Base of what is about one lease of one job."""

    job_id: JobId
    lease_id: LeaseId


def counted(count: int, noun: str, plural: str = "") -> str:
    """The number with its noun, which is plural unless the number is 1."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"
