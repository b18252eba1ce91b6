"""When a worker may take leases: hours over midnight, days of the week, and what can't be read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from renderchain.core.errors import SettingsError
from renderchain.core.schedule import DAYS, parse_schedule

MONDAY = datetime(2026, 11, 30)


def at(day: str, time: str) -> datetime:
    hour, minute = map(int, time.split(":"))
    return MONDAY + timedelta(days=DAYS.index(day), hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("text", "when", "allowed"),
    [
        ("", ("wed", "12:00"), True),
        ("22:00-06:00 mon-fri", ("mon", "21:59"), False),
        ("22:00-06:00 mon-fri", ("mon", "22:00"), True),
        ("22:00-06:00 mon-fri", ("sat", "05:59"), True),  # Friday's night
        ("22:00-06:00 mon-fri", ("sat", "22:00"), False),
        ("22:00-06:00 mon-fri", ("mon", "05:00"), False),  # Sunday's
        ("22:00-06:00 sun", ("mon", "05:00"), True),
        ("00:00-24:00 sat sun", ("sun", "23:59"), True),
        ("00:00-24:00 sat sun", ("mon", "00:00"), False),
        ("09:00-17:00 fri-mon, 12:00-13:00", ("wed", "12:30"), True),
        ("09:00-17:00 fri-mon, 12:00-13:00", ("wed", "13:00"), False),
        ("09:00-17:00 fri-mon", ("mon", "16:59"), True),
        ("08:00-08:00 TUE", ("wed", "07:59"), True),
    ],
)
def test_a_schedule_allows_its_hours(text: str, when: tuple[str, str], allowed: bool) -> None:
    assert parse_schedule(text).allows(at(*when)) is allowed


@pytest.mark.parametrize(
    "text",
    ["always", "22-06", "25:00-26:00", "10:60-11:00", "10:00-11:00 monday", "mon 10:00-11:00"],
)
def test_what_can_not_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match="22:00-06:00 mon-fri"):
        parse_schedule(text)
