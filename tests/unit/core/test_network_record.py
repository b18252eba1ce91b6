"""A network's record as a text, whoever wrote it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from renderchain.core.errors import SettingsError
from renderchain.core.network_record import (
    MOST_BYTES,
    OF_A_BOARD,
    ONE_EACH,
    NetworkRecord,
    RecordedBoard,
    checked_name,
    parse_record,
)
from renderchain.core.network_rules import Rules, rules_of

RECORD = NetworkRecord(
    "one",
    "sepolia",
    "SN_SEPOLIA",
    1,
    Rules(epoch_blocks=11),
    dict.fromkeys(ONE_EACH, 7),
    2,
    3,
    (RecordedBoard(4, dict.fromkeys(OF_A_BOARD, 8)), RecordedBoard(5, dict.fromkeys(OF_A_BOARD, 9))),
    from_block=70,
    complete=True,
)
TEXT = replace(RECORD, boards=RECORD.boards[:1]).to_text()
BOARD = TEXT[TEXT.index("[[boards]]") :]


def test_what_is_written_is_read_back() -> None:
    for record in (RECORD, replace(RECORD, complete=False, boards=()), replace(RECORD, from_block=0)):
        assert parse_record(record.to_text(), "it") == record


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("renderchain/network/2", "renderchain/network/1", "schema"),
        ('"SN_SEPOLIA"', '"SN_MAIN"', "has not the chain"),
        ('network = "sepolia"', 'network = "moon"', "has not the chain"),
        ('name = "one"', 'name = "One"', "can't be called"),
        ('directory = "0x2"', 'directory = "2"', "no address"),
        ('directory = "0x2"', "directory = 2", "no address"),
        ('directory = "0x2"', 'directory = "0x0"', "no address"),
        ('directory = "0x2"', f'directory = "0x8{"0" * 62}1"', "no address"),
        ('directory = "0x2"\n', "", "directory is missing"),
        ("from_block = 70", "from_block = -1", "from_block"),
        ("from_block = 70", f"from_block = {'9' * 5000}", ""),
        ("complete = true", 'complete = "yes"', "complete"),
        (BOARD, BOARD * 65, "at most 64 boards"),
        (BOARD, "", "boards is missing"),
        (BOARD, BOARD.replace("[[", "[").replace("]]", "]"), "a list"),
        ('JobBoard = "0x8"\n', "", "each board must have"),
        ('JobBoard = "0x8"\n', 'JobBoard = "0x8"\nmore = 1\n', "each board must have"),
        ('JobBoard = "0x8"\n', 'JobBoard = "8"\n', "no address"),
        ('WorkerRegistry = "0x7"\n', "", "must have the classes"),
        ("[classes]", "more = 1\n[classes]", "none of its names"),
        ('epoch_blocks = "11"', 'epoch_blocks = "-1"', "epoch_blocks"),
        ('epoch_blocks = "11"', 'epoch_block = "11"', "no rule"),
        ("[rules]", "[rules", ""),
        ("# A", f"{'#' * MOST_BYTES} A", "too long"),
        ("[[boards]]", f"{'[' * 10_000}boards]]", ""),
    ],
)
def test_what_is_wrong_in_it_is_said(old: str, new: str, why: str) -> None:
    assert old in TEXT
    with pytest.raises(SettingsError, match="it is no record of a network") as said:
        parse_record(TEXT.replace(old, new), "it")
    assert why in str(said.value) and len(str(said.value)) < 400


@pytest.mark.parametrize("name", ["", "1a", "A", "a" * 32, "a/b", "../a", "a b", "a\n"])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="can't be called"):
        checked_name(name)


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ({"epochs": 1}, "is no rule"),
        ({"epoch_blocks": True}, "whole number"),
        ({"epoch_blocks": 1.5}, "whole number"),
        ({"epoch_blocks": "9" * 5000}, "whole number"),
        ({"epoch_blocks": 0}, "can't be 0"),
        ({"cooldown_s": 2**32}, "may be up to"),
        ({"cooldown_s": 10}, "too short"),
        ({"seat_age_epochs": 9, "family_age_epochs": 8}, "old enough"),
    ],
)
def test_rules_that_can_not_be_are_refused(rules: dict[str, object], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        rules_of(rules)
