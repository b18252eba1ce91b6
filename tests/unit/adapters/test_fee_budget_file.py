"""What may be paid in fees within a day, whatever restarts in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderchain.adapters.fee_budget_file import DAY_S, FeeBudgetFile
from renderchain.core.errors import FeeTooHigh, JournalError

START_S = 20_000.0 * DAY_S
STRK = 10**18


def test_a_day_has_so_much_and_a_restart_is_no_new_day(tmp_path: Path) -> None:
    path, now_s = tmp_path / "tower" / "fees.json", [START_S]

    def budget() -> FeeBudgetFile:
        return FeeBudgetFile(path, 10 * STRK, lambda: now_s[0])

    budget().take("Opening", 6 * STRK)
    with pytest.raises(FeeTooHigh, match="up to 5 STRK in fees, and 6 of the 10 .*Nothing was sent"):
        budget().take("Opening", 5 * STRK)
    budget().give_back(4 * STRK)
    budget().take("Opening", 5 * STRK)
    now_s[0] += DAY_S
    budget().take("Opening", 10 * STRK)
    assert path.stat().st_mode & 0o077 == 0


def test_what_was_set_aside_yesterday_is_not_given_back_today(tmp_path: Path) -> None:
    now_s = [START_S]
    budget = FeeBudgetFile(tmp_path / "fees.json", 10 * STRK, lambda: now_s[0])
    budget.take("Opening", 9 * STRK)
    now_s[0] += DAY_S
    budget.give_back(8 * STRK)
    with pytest.raises(FeeTooHigh):
        budget.take("Opening", 11 * STRK)


def test_a_file_that_is_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / "fees.json"
    path.write_text("{")
    with pytest.raises(JournalError, match="fees.json .*delete the file"):
        FeeBudgetFile(path, STRK, lambda: START_S).take("Opening", 1)
