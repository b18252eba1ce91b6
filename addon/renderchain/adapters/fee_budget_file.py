"""What was paid in transaction fees today, in a small file, so that a restart does not begin a new day."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ..core.errors import FeeTooHigh, JournalError
from ..core.money import format_strk
from ..core.whole_file import FOR_USER, write_whole

DAY_S = 86400


class FeeBudgetFile:
    """A FeeBudget of so much a day (UTC); ``now`` gives seconds since 1970.

    ``what`` is paid there, and ``setting`` the name of the limit.
    """

    def __init__(
        self,
        path: Path,
        limit_fri: int,
        now: Callable[[], float],
        *,
        what: str = "fees",
        setting: str = "daily_fee_limit_fri",
    ) -> None:
        self._path = path
        self._limit_fri = limit_fri
        self._now = now
        self._what = what
        self._setting = setting
        path.parent.mkdir(parents=True, exist_ok=True)

    def take(self, action: str, fri: int) -> None:
        """Set aside what a transaction can cost at most; raises FeeTooHigh if that is too much today."""
        taken_fri = self._taken_fri()
        if taken_fri + fri > self._limit_fri:
            raise FeeTooHigh(
                f"{action} may cost up to {format_strk(fri)} STRK in {self._what}, and "
                f"{format_strk(taken_fri)} of the {format_strk(self._limit_fri)} that may be paid in a day "
                f"are gone. Nothing was sent; raise {self._setting} and start again if it can't wait for "
                "tomorrow."
            )
        self._keep(taken_fri + fri)

    def give_back(self, fri: int) -> None:
        """A transaction cost so much less than was set aside; what was set aside yesterday does not count."""
        self._keep(max(self._taken_fri() - fri, 0))

    @property
    def _day(self) -> int:
        return int(self._now() // DAY_S)

    def _taken_fri(self) -> int:
        try:
            kept = json.loads(self._path.read_text())
            return int(kept["fri"]) if kept["day"] == self._day else 0
        except FileNotFoundError:
            return 0
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._unusable(error) from error

    def _keep(self, fri: int) -> None:
        try:
            write_whole(self._path, json.dumps({"day": self._day, "fri": str(fri)}).encode(), FOR_USER)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> JournalError:
        return JournalError(
            f"{self._path} with today's fees can't be used ({type(error).__name__}); check the disk, or "
            "delete the file to begin the day anew."
        )
