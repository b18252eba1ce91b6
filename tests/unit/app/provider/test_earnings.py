"""What was earned and lost, as people and programs read it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from renderchain.app.provider.earnings import Earnings, Entry, csv_of, table_of
from renderchain.core.ids import JobId, LeaseId
from renderchain.core.money import FRI_PER_STRK

BOARD, OTHER = 0xB0A2D, 0xB0A2E
EARNED = Earnings(
    (
        Entry(0, 7, "lease paid", BOARD, JobId(3), LeaseId(2**60 + 1), FRI_PER_STRK),
        Entry(86400, 1234, "work stake lost", 0, JobId(0), LeaseId(0), -FRI_PER_STRK // 4),
    ),
    paid_fri=FRI_PER_STRK,
    lost_fri=FRI_PER_STRK // 4,
    withdrawn_fri=FRI_PER_STRK // 2,
    owed_fri=0,
)


def test_a_table_is_aligned_and_ends_with_the_sums() -> None:
    lines = table_of(EARNED).splitlines()
    assert lines[1] == "1970-01-01T00:00:00Z  7      lease paid       3    1152921504606846977      1"
    assert lines[2] == "1970-01-02T00:00:00Z  1234   work stake lost                            -0.25"
    assert lines[3:] == [
        "paid for leases: 1 STRK",
        "stake lost: 0.25 STRK",
        "taken out by the payout account: 0.5 STRK",
        "still owed to it: 0 STRK",
    ]


def test_where_several_boards_paid_the_table_says_which() -> None:
    more = Entry(99, 8, "lease paid", OTHER, JobId(3), LeaseId(2**60 + 1), 1)
    lines = table_of(replace(EARNED, entries=(*EARNED.entries, more))).splitlines()
    assert [line.split()[4] for line in (lines[1], lines[3])] == ["0xb0a2d", "0xb0a2e"]
    assert lines[0].split() == ["time", "block", "what", "board", "job", "lease", "strk"]


def test_comma_separated_values_are_read_by_name() -> None:
    first, second = csv.DictReader(io.StringIO(csv_of(EARNED)))
    assert first["board"] == "0xb0a2d" and second["board"] == ""
    assert first["lease"] == "1152921504606846977" and first["strk"] == "1"
    assert second["what"] == "work stake lost" and second["strk"] == "-0.25" and second["job"] == ""
